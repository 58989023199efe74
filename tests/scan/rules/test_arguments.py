"""What the rules about arguments say of short sources."""

from __future__ import annotations

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Kind, Suggested

TASK = "@app.task\ndef charge(order, more=None):\n    pay(order)\n\n"


def calling(calls: str) -> str:
    """The task, and functions that call it."""
    return TASK + calls


def passing(call: str) -> str:
    """The task, and a function that is one call of it."""
    return f"from datetime import datetime, timedelta\n{TASK}def f(rows):\n    {call}\n"


def packed(given: str, call: str = "charge.apply_async(kwargs=given)") -> str:
    """The task, and a function that packs an order for it."""
    return f"{TASK}def f(pk):\n    order = Order.objects.get(pk=pk)\n    {given}\n    {call}\n"


OBJECTS = [
    Case("got", calling("def f(pk):\n    order = Order.objects.get(pk=pk)\n    charge.delay(order)\n"), "fail", "`order`, which is `Order.objects.get(pk=pk)`"),
    Case("created", calling("def f():\n    charge.delay(Order.objects.create(total=1))\n"), "fail", "`delay` passes"),
    Case("in a loop", calling("def f():\n    for each in Order.objects.all():\n        charge.delay(each)\n"), "fail", "`each`, which is an element of `Order.objects.all()`, line 8"),
    Case("in args", calling("def f(request):\n    charge.apply_async(args=[request.user])\n"), "fail", "`request.user`"),
    Case("in kwargs under a name", packed("given = {'order': order}"), "fail", "`apply_async` passes `order`, which is `Order.objects.get(pk=pk)`, line 9"),
    Case("in kwargs made by dict", packed("given = dict(order=order)"), "fail", "passes `order`"),
    Case("in kwargs of a lambda", packed("given = {'order': order}", "commit(lambda: charge.apply_async(kwargs=given))"), "fail", "passes `order`"),
    Case("in args under a name", packed("given = [order]", "charge.apply_async(given)"), "fail", "passes `order`"),
    Lookalike("in kwargs that are changed", packed("given = {'order': order}\n    given['order'] = pk"), NOT_FOUND, "1 call of it"),
    Lookalike("in kwargs with two values", packed("given = {'order': order}\n    given = {'order': pk}"), NOT_FOUND, "1 call of it"),
    Lookalike("in a list of lists", packed("for given in [order]: pass", "charge.apply_async(given)"), NOT_FOUND, "1 call of it"),
    Lookalike("in kwargs of another file", {"shop/more.py": "order = Order.objects.get(pk=1)\nGIVEN = {'order': order}\n", "shop/tasks.py": "from shop.celery import app\nfrom shop.more import GIVEN\n" + packed("pass", "charge.apply_async(kwargs=GIVEN)")}, NOT_FOUND, "1 call of it"),
    Case("of a receiver", calling("from django.dispatch import receiver\nfrom django.db.models.signals import post_save\n"
            "@receiver(post_save)\ndef f(sender, instance, **kwargs):\n    charge.s(instance).delay()\n"), "fail", "`instance`"),
    Case("an id", calling("def f(pk):\n    order = Order.objects.get(pk=pk)\n    charge.delay(order.pk)\n"), "pass", "ids only"),
    Case("an id, and it is handed on", calling("def f(pk):\n    charge.delay(pk)\n    run(charge)\n"), NOT_FOUND, "1 call of it, none passes what is known to be an object; line 8 hands it on, which was not followed"),
    Case("an id, and its method is handed on", calling("def f(pk):\n    charge.delay(pk)\n    run(charge.delay, Order.objects.get(pk=pk))\n"), NOT_FOUND, "line 8 hands it on"),
    Lookalike("a dictionary's get", calling("def f(data):\n    order = data.get('order')\n    charge.delay(order)\n"), NOT_FOUND, "1 call"),
    Lookalike("a list of ids", calling("def f():\n    for each in Order.objects.values_list('pk', flat=True):\n        charge.delay(each)\n"), NOT_FOUND, "1 call"),
    Lookalike("an instance of no receiver", calling("def f(instance):\n    charge.delay(instance)\n"), NOT_FOUND, "1 call"),
    Lookalike("given another value", calling("def f(pk):\n    order = Order.objects.get(pk=pk)\n    order = order.pk\n    charge.delay(order)\n"), NOT_FOUND, "1 call"),
    Lookalike("a set of plain values", calling("def f(pk):\n    for each in Order.objects.values('pk').filter(paid=True):\n        charge.delay(each)\n"), NOT_FOUND, "1 call"),
    Lookalike("a row of plain values", calling("def f(pk):\n    charge.delay(Order.objects.values('pk').first())\n"), NOT_FOUND, "1 call"),
    Lookalike("another parameter of a receiver", calling("from django.dispatch import receiver\nfrom django.db.models.signals import post_save\n@receiver(post_save)\ndef f(sender, instance, created, **kwargs):\n    charge.s(created).delay()\n"), NOT_FOUND, "1 call"),
    Case("a base class may convert", "class Ids(app.Task):\n    def delay(self, order):\n        return super().delay(order.pk)\n\n@app.task(base=Ids)\ndef charge(pk):\n    pay(pk)\n\ndef f(pk):\n    charge.delay(Order.objects.get(pk=pk))\n", CANNOT_TELL, "something else"),
    Case("no call", calling(""), NOT_FOUND, "no call of it in the 2 files"),
]  # fmt: skip


@table("ids-not-objects", OBJECTS)
def test_objects_are_told_by_where_they_come_from(case: Case) -> None:
    case.check("ids-not-objects")


def test_an_object_is_told_by_what_the_task_reads_of_it() -> None:
    source = "@app.task\ndef charge(user):\n    pay(user.email)\n\ndef f(user):\n    charge.delay(user)\n"
    finding = ask("ids-not-objects", source)
    assert finding.suggests is Suggested.FAIL
    assert [line.line for line in finding.evidence] == [7, 4]


def test_methods_of_texts_and_dates_make_no_object() -> None:
    source = "@app.task\ndef charge(day):\n    pay(day.year, day.strip())\n\ndef f(day):\n    charge.delay(day)\n"
    assert ask("ids-not-objects", source).kind is Kind.NOT_FOUND


CHANGED = [
    Case("a number as key", passing("charge.delay({7: 3})"), "fail", "arrive as texts"),
    Case("a set", passing("charge.delay({1, 2})"), "fail", "is a set"),
    Case("a set by name", passing("charge.delay(set(rows))"), "fail", "is a set"),
    Case("a tuple", passing("charge.apply_async(kwargs={'order': (1, 2)})"), "fail", "arrives as a list"),
    Case("deep inside", passing("charge.delay([{'rows': {1}}])"), "fail", "is a set"),
    Case("a time span", passing("charge.delay(timedelta(days=1))"), "fail", "`timedelta`"),
    Case("a serializer that is not told", "@app.task(serializer=chosen())\ndef charge(order):\n    pay(order)\n\ndef f():\n    charge.delay({1, 2})\n", CANNOT_TELL, "`serializer=chosen()`"),
    Case("a function", passing("charge.delay(lambda: 1)"), "fail", "is a function"),
    Lookalike("a list", passing("charge.delay([[7, 3]])"), NOT_FOUND, "none passes"),
    Lookalike("texts as keys", passing("charge.delay({'7': 3})"), NOT_FOUND, "none passes"),
    Lookalike("the tuple of all arguments", passing("charge.apply_async((1, 2))"), NOT_FOUND, "none passes"),
    Lookalike("a date", passing("charge.delay(datetime.now())"), NOT_FOUND, "none passes"),
    Lookalike("the sum of a span", passing("charge.delay(timedelta(days=1).total_seconds())"), NOT_FOUND, "none passes"),
]  # fmt: skip


@table("json-safe-arguments", CHANGED)
def test_values_that_json_changes_are_told(case: Case) -> None:
    case.check("json-safe-arguments")


def test_another_serializer_may_keep_them() -> None:
    source = TASK + "def f():\n    charge.delay({1, 2})\n"
    assert ask("json-safe-arguments", source, settings='app.conf.task_serializer = "pickle"').suggests is Suggested.NA
    assert ask("json-safe-arguments", source, settings="app.conf.task_serializer = chosen()").kind is Kind.CANNOT_TELL


def taking(name: str) -> str:
    """A task with this parameter."""
    return f"@app.task\ndef charge({name}):\n    pass\n"


def filled(name: str, given: str) -> str:
    """A task with this parameter, and a call that fills it."""
    return f"{taking(name)}\ndef f(order, password, form):\n    charge.delay({given})\n"


SECRETS = [
    *(Case(name, taking(name), "fail", f"`{name}` puts a secret") for name in ("password", "new_password", "card_number")),
    *(Case(name, taking(name), "fail", f"`{name}` puts a secret") for name in ("cvv", "api_key", "apiKey", "client_secret", "iban", "session_key", "sessionKey", "sessionid")),
    *(Case(name, taking(name), CANNOT_TELL, "may be a secret") for name in ("token", "reset_token", "api_token", "guest_token")),
    *(Lookalike(name, taking(name), NOT_FOUND) for name in ("token_id", "secret_id", "tokenizer", "password_reset_id")),
    *(Lookalike(name, taking(name), NOT_FOUND) for name in ("token_count", "next_token", "update_token", "max_tokens")),
    *(Lookalike(name, taking(name), NOT_FOUND) for name in ("has_password", "key", "public_key", "passenger")),
    *(Lookalike(name, taking(name), NOT_FOUND) for name in ("session", "session_id", "sort_key", "headers", "cookies")),
    Case("a key of the session", filled("text", "request.session.session_key"), "fail", "passes `request.session.session_key`"),
    Case("passed by an attribute", filled("order", "order.card_number"), "fail", "`delay` passes `order.card_number`, line 7"),
    Case("passed by its name", filled("text", "password"), "fail", "`delay` passes `password`"),
    Case("passed by a key", filled("text", "form['cvv']"), "fail", "`delay` passes `form['cvv']`"),
    Case("a token that is passed a password", filled("token", "password"), "fail", "`delay` passes `password`"),
    Lookalike("a switch", taking("password: bool"), NOT_FOUND),
    Lookalike("the id of a token", filled("token", "order.pk"), NOT_FOUND),
    Lookalike("a key of something else", filled("text", "form['name']"), NOT_FOUND),
    Case("no function", "class charge(app.Task):\n    pass\napp.register_task(charge())\n", CANNOT_TELL, "`run`"),
]  # fmt: skip


@table("no-secrets", SECRETS)
def test_secrets_are_told_by_whole_words(case: Case) -> None:
    case.check("no-secrets")
