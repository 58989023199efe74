"""What the rules about arguments say of short sources."""

from __future__ import annotations

import pytest
from asking import ask

from checklist.scan.found import Kind, Suggested

FAIL, PASS, NA, NOT_FOUND, CANNOT_TELL = (
    Suggested.FAIL,
    Suggested.PASS,
    Suggested.NA,
    Kind.NOT_FOUND,
    Kind.CANNOT_TELL,
)
TASK = "@app.task\ndef charge(order, more=None):\n    pay(order)\n\n"

OBJECTS = {
    "got": (
        "def f(pk):\n    order = Order.objects.get(pk=pk)\n    charge.delay(order)\n",
        FAIL,
        "Order.objects.get(pk=pk)",
    ),
    "created": ("def f():\n    charge.delay(Order.objects.create(total=1))\n", FAIL, "`delay` passes"),
    "in a loop": ("def f():\n    for each in Order.objects.all():\n        charge.delay(each)\n", FAIL, "`each`"),
    "in args": ("def f(request):\n    charge.apply_async(args=[request.user])\n", FAIL, "`request.user`"),
    "of a receiver": (
        (
            "from django.dispatch import receiver\nfrom django.db.models.signals import post_save\n"
            "@receiver(post_save)\ndef f(sender, instance, **kwargs):\n    charge.s(instance).delay()\n"
        ),
        FAIL,
        "`instance`",
    ),
    "an id": ("def f(pk):\n    order = Order.objects.get(pk=pk)\n    charge.delay(order.pk)\n", PASS, "ids only"),
    "a dictionary's get": (
        "def f(data):\n    order = data.get('order')\n    charge.delay(order)\n",
        NOT_FOUND,
        "1 call",
    ),
    "a list of ids": (
        "def f():\n    for each in Order.objects.values_list('pk', flat=True):\n        charge.delay(each)\n",
        NOT_FOUND,
        "1 call",
    ),
    "an instance of no receiver": ("def f(instance):\n    charge.delay(instance)\n", NOT_FOUND, "1 call"),
    "given another value": (
        "def f(pk):\n    order = Order.objects.get(pk=pk)\n    order = order.pk\n    charge.delay(order)\n",
        NOT_FOUND,
        "1 call",
    ),
    "no call": ("", NOT_FOUND, "no call of it in the 2 files"),
}


@pytest.mark.parametrize(("calls", "says", "words"), OBJECTS.values(), ids=OBJECTS)
def test_objects_are_told_by_where_they_come_from(calls: str, says: object, words: str) -> None:
    finding = ask("ids-not-objects", TASK + calls)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_an_object_is_told_by_what_the_task_reads_of_it() -> None:
    source = "@app.task\ndef charge(user):\n    pay(user.email)\n\ndef f(user):\n    charge.delay(user)\n"
    finding = ask("ids-not-objects", source)
    assert finding.suggests is FAIL
    assert [line.line for line in finding.evidence] == [7, 4]


def test_methods_of_texts_and_dates_make_no_object() -> None:
    source = "@app.task\ndef charge(day):\n    pay(day.year, day.strip())\n\ndef f(day):\n    charge.delay(day)\n"
    assert ask("ids-not-objects", source).kind is NOT_FOUND


def test_a_base_class_may_turn_objects_into_ids() -> None:
    source = """
        class Ids(app.Task):
            def delay(self, order):
                return super().delay(order.pk)

        @app.task(base=Ids)
        def charge(order_id):
            pay(order_id)

        def f(pk):
            charge.delay(Order.objects.get(pk=pk))
    """
    assert ask("ids-not-objects", source.replace("\n        ", "\n")).kind is CANNOT_TELL


CHANGED = {
    "a number as key": ("charge.delay({7: 3})", FAIL, "arrive as texts"),
    "a set": ("charge.delay({1, 2})", FAIL, "is a set"),
    "a set by name": ("charge.delay(set(rows))", FAIL, "is a set"),
    "a tuple": ("charge.apply_async(kwargs={'order': (1, 2)})", FAIL, "arrives as a list"),
    "deep inside": ("charge.delay([{'rows': {1}}])", FAIL, "is a set"),
    "a time span": ("charge.delay(timedelta(days=1))", FAIL, "`timedelta`"),
    "a function": ("charge.delay(lambda: 1)", FAIL, "is a function"),
    "a list": ("charge.delay([[7, 3]])", NOT_FOUND, "none passes"),
    "texts as keys": ("charge.delay({'7': 3})", NOT_FOUND, "none passes"),
    "the tuple of all arguments": ("charge.apply_async((1, 2))", NOT_FOUND, "none passes"),
    "a date": ("charge.delay(datetime.now())", NOT_FOUND, "none passes"),
    "the sum of a span": ("charge.delay(timedelta(days=1).total_seconds())", NOT_FOUND, "none passes"),
}


@pytest.mark.parametrize(("call", "says", "words"), CHANGED.values(), ids=CHANGED)
def test_values_that_json_changes_are_told(call: str, says: object, words: str) -> None:
    finding = ask("json-safe-arguments", f"from datetime import datetime, timedelta\n{TASK}def f(rows):\n    {call}\n")
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_another_serializer_may_keep_them() -> None:
    source = TASK + "def f():\n    charge.delay({1, 2})\n"
    assert ask("json-safe-arguments", source, settings='app.conf.task_serializer = "pickle"').suggests is NA
    assert ask("json-safe-arguments", source, settings="app.conf.task_serializer = chosen()").kind is CANNOT_TELL


SECRETS = {
    "password": True,
    "new_password": True,
    "card_number": True,
    "cvv": True,
    "api_key": True,
    "apiKey": True,
    "client_secret": True,
    "token": True,
    "reset_token": True,
    "iban": True,
    "token_id": False,
    "secret_id": False,
    "tokenizer": False,
    "password_reset_id": False,
    "token_count": False,
    "next_token": False,
    "update_token": False,
    "max_tokens": False,
    "has_password": False,
    "key": False,
    "public_key": False,
    "passenger": False,
}


@pytest.mark.parametrize(("name", "is_secret"), SECRETS.items(), ids=SECRETS)
def test_secrets_are_told_by_whole_words(name: str, is_secret: bool) -> None:
    finding = ask("no-secrets", f"@app.task\ndef charge({name}):\n    pass\n")
    assert (finding.suggests is FAIL) is is_secret, finding.text


def test_a_secret_is_told_by_what_a_call_passes() -> None:
    source = TASK + "def f(order):\n    charge.delay(order.card_number)\n"
    assert "`delay` passes `order.card_number`, line 7" in ask("no-secrets", source).text


def test_a_switch_or_a_reference_is_no_secret() -> None:
    assert ask("no-secrets", "@app.task\ndef charge(password: bool):\n    pass\n").kind is NOT_FOUND
    source = "@app.task\ndef charge(token):\n    pass\n\ndef f(token):\n    charge.delay(token.pk)\n"
    assert ask("no-secrets", source).kind is NOT_FOUND
