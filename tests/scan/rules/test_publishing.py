"""What the rules about sending a task say of short sources: transactions, delays, expiry."""

from __future__ import annotations

from textwrap import indent

from asking import APP, IMPORTS, ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Kind, Suggested

TASK = "@app.task\ndef charge(pk):\n    pay(pk)\n"
WAITING = """\
class Waits(app.Task):
    def apply_async(self, *args, **kwargs):
        transaction.on_commit(lambda: super().apply_async(*args, **kwargs))

@app.task(base=Waits)
def charge(pk):
    pay(pk)
"""
VIEWS = """\
from datetime import datetime, timedelta, timezone
from functools import partial

from django.db import transaction
from django.db.transaction import atomic as unit

from shop.tasks import charge


"""


def view(body: str, decorator: str = "") -> str:
    """A module with one view."""
    return f"{VIEWS}{decorator}def view(request, pk):\n{indent(body, '    ')}\n"


def sent(body: str) -> dict[str, str]:
    """The task, and a view that sends it."""
    return {"shop/tasks.py": IMPORTS + TASK, "shop/views.py": view(body)}


def taking(parameters: str, body: str, option: str) -> dict[str, str]:
    """A task with these parameters and this line as its body, and a view that gives an option to `delay`."""
    task = f"@app.task\ndef charge({parameters}):\n    {body}\n"
    return {"shop/tasks.py": IMPORTS + task, "shop/views.py": view(f"charge.delay(pk, {option})")}


WAIT = "app.conf.broker_transport_options = {{'visibility_timeout': {}}}\n"


def by(url: str, delay: str) -> dict[str, str]:
    """The task, sent with a delay by another broker."""
    return sent(f"charge.apply_async((pk,), {delay})") | {"shop/celery.py": APP.replace("redis://localhost", url)}


SENT = [
    Case("in a block", sent("with transaction.atomic():\n    charge.delay(pk)"), "fail", "inside the transaction of line 11"),
    Case("by another name", sent("with unit(using='other'):\n    charge.apply_async((pk,))"), "fail", "`charge.apply_async`"),
    Case("a signature", sent("with transaction.atomic():\n    charge.s(pk).delay()"), "fail", "inside the transaction"),
    Case("in a decorated function on commit", sent("@unit\ndef send():\n    charge.delay(pk)\ntransaction.on_commit(send)"), "fail", "inside the transaction of line 11"),
    Case("a sender that waits", {"shop/tasks.py": IMPORTS + WAITING, "shop/views.py": view("with unit():\n    charge.delay(pk)")}, CANNOT_TELL, "`Waits.apply_async` waits for the commit"),
    Case("called on commit", sent("transaction.on_commit(charge.delay(pk))"), "fail", "sends at once"),
    Case("a method on commit", sent("with transaction.atomic():\n    transaction.on_commit(charge.delay)"), "pass", "after the commit"),
    Case("a partial", sent("with unit():\n    transaction.on_commit(partial(charge.delay, pk))"), "pass", "after the commit"),
    Case("a lambda", sent("with unit():\n    transaction.on_commit(lambda: charge.delay(pk))"), "pass", "after the commit"),
    Lookalike("a function inside", sent("with unit():\n    def send():\n        charge.delay(pk)\n    transaction.on_commit(send)"), "pass", "after the commit"),
    Case("on commit by name", sent("with unit():\n    charge.delay_on_commit(pk)"), "pass", "after the commit"),
    Case("also a method that is kept", sent("transaction.on_commit(charge.delay)\nloader = charge.delay"), NOT_FOUND, "2 calls of it, none inside `transaction.atomic`; shop/views.py:12 hands it on, which was not followed"),
    Case("also a signature", sent("transaction.on_commit(charge.delay)\nchord([charge.si(pk)])(pk)"), NOT_FOUND, "2 calls of it, none inside"),
    Case("also handed on", sent("transaction.on_commit(charge.delay)\nrun(charge)"), NOT_FOUND, "1 call of it, none inside `transaction.atomic`; shop/views.py:12 hands it on"),
    Case("handed on under another name", {"shop/tasks.py": IMPORTS + TASK, "shop/views.py": view("transaction.on_commit(c.delay)\nrun(c)").replace("import charge", "import charge as c")}, NOT_FOUND, "shop/views.py:12 hands it on"),
    Case("handed on by its module", {"shop/tasks.py": IMPORTS + TASK, "shop/views.py": view("transaction.on_commit(tasks.charge.delay)\nrun(tasks.charge)").replace("from shop.tasks import charge", "from shop import tasks")}, NOT_FOUND, "shop/views.py:12 hands it on"),
    Case("also handed on in a test", sent("transaction.on_commit(charge.delay)") | {"tests/test_a.py": "from shop.tasks import charge\nrun(charge)\n"}, "pass", "1 call of it, each after the commit"),
    Case("also run here", sent("transaction.on_commit(charge.delay)\ncharge(pk)\nlog(charge.name)"), "pass", "1 call of it, each"),
    Case("another of that name handed on", sent("transaction.on_commit(charge.delay)\nlog(pk.charge)"), "pass", "1 call of it, each"),
    Case("a name that may have no task", {"shop/tasks.py": IMPORTS + TASK, "shop/views.py": view("transaction.on_commit(charge.delay)").replace("from shop.tasks import charge", "try:\n    from shop.tasks import charge\nexcept ImportError:\n    charge = None")}, "pass", "1 call of it, each"),
    Lookalike("after the block", sent("with unit():\n    save(pk)\ncharge.delay(pk)"), NOT_FOUND, "1 call of it, none inside"),
    Lookalike("another block", sent("with open(pk) as file:\n    charge.delay(file.name)"), NOT_FOUND, "1 call of it, none inside"),
    Lookalike("only a signature", sent("with unit():\n    step = charge.s(pk)"), NOT_FOUND, "none inside"),
]  # fmt: skip


@table("publish-after-commit", SENT)
def test_sending_inside_a_transaction_is_told(case: Case) -> None:
    case.check("publish-after-commit")


def test_a_decorator_opens_the_transaction() -> None:
    finding = ask("publish-after-commit", TASK, views=view("charge.delay(pk)", "@transaction.atomic\n"))
    assert [(line.path, line.line) for line in finding.evidence] == [("shop/views.py", 10), ("shop/views.py", 12)]
    assert finding.suggests is Suggested.FAIL


def test_a_request_may_be_a_transaction() -> None:
    databases = "DATABASES = {'default': {'ATOMIC_REQUESTS': True}}\n"
    finding = ask("publish-after-commit", TASK, views=view("charge.delay(pk)"), site_settings=databases)
    assert finding.kind is Kind.CANNOT_TELL
    assert "`ATOMIC_REQUESTS` is on" in finding.text


def test_tests_may_send_as_they_like() -> None:
    body = view("with transaction.atomic():\n    charge.delay(pk)")
    assert ask("publish-after-commit", TASK, test_views=body).kind is Kind.NOT_FOUND


DELAYS = [
    Case("naive", sent("charge.apply_async((pk,), eta=datetime.now() + timedelta(seconds=9))"), "fail", "no time zone"),
    Case("utcnow", sent("due = datetime.utcnow()\ncharge.apply_async((pk,), eta=due)"), "fail", "no time zone"),
    Case("an hour", sent("charge.apply_async((pk,), countdown=60 * 60)"), "fail", "is 1 hour"),
    Case("days", sent("charge.apply_async((pk,), eta=datetime.now(timezone.utc) + timedelta(days=3))"), "fail", "is 3 days"),
    Case("set on a signature", sent("charge.s(pk).set(countdown=7200).apply_async()"), "fail", "is 2 hours"),
    Case("an hour, and the broker is Redis", sent("charge.apply_async((pk,), countdown=3600)"), "fail", "is 1 hour, and Redis gives the message to another worker after 3600 s by default, shop/views.py:11"),
    Case("40 minutes, and the broker is Redis", sent("charge.apply_async((pk,), countdown=2400)"), CANNOT_TELL, "is 40 minutes: Redis gives the message to another worker only after 3600 s by default"),
    Case("2 hours, and Redis waits 12", sent("charge.apply_async((pk,), countdown=7200)"), CANNOT_TELL, "only after 43200 s (shop/celery.py:4)", settings=WAIT.format("43200")),
    Case("2 minutes, and Redis waits one", sent("charge.apply_async((pk,), countdown=120)"), "fail", "is 2 minutes, and Redis gives the message to another worker after 60 s (", settings=WAIT.format("60")),
    Case("2 hours, and Redis waits for who knows how long", sent("charge.apply_async((pk,), countdown=7200)"), CANNOT_TELL, "is 2 hours, and how long Redis lets it wait is not known: what `visibility_timeout`", settings=WAIT.format("env()")),
    Case("a minute, and Redis waits for who knows how long", sent("charge.apply_async((pk,), countdown=60)"), "pass", "`countdown=60`", settings=WAIT.format("env()")),
    Case("an hour, and the broker is SQS", by("sqs://", "countdown=3600"), "fail", "is 1 hour, and SQS gives the message to another worker after 1800 s by default"),
    Case("an hour, and the broker is RabbitMQ", by("amqp://x", "countdown=3600"), "fail", "is 1 hour, longer than RabbitMQ lets a message wait (30 minutes)"),
    Case("half an hour, and the broker is RabbitMQ", by("amqp://x", "countdown=1800"), CANNOT_TELL, "is 30 minutes: short enough for most brokers"),
    Case("an hour, and no broker is known", sent("charge.apply_async((pk,), countdown=3600)"), CANNOT_TELL, "is 1 hour, and which broker keeps it waiting is not in the text", settings=None),
    Case("half an hour, and no broker is known", sent("charge.apply_async((pk,), countdown=1800)"), CANNOT_TELL, "which broker", settings=None),
    Case("a minute, and no broker is known", sent("charge.apply_async((pk,), countdown=60)"), "pass", "`countdown=60`", settings=None),
    Case("an hour, and the broker keeps all in memory", by("memory://", "countdown=3600"), CANNOT_TELL, "is 1 hour, and how long `memory` lets a message wait is not known here"),
    Case("an hour, and the broker is rare", by("pigeon://x", "countdown=3600"), CANNOT_TELL, "how long `pigeon` lets"),
    Case("an hour, and the environment names the broker", sent("charge.apply_async((pk,), countdown=3600)"), CANNOT_TELL, "which broker", settings="app.conf.broker_url = env('BROKER')\n"),
    Case("an hour, and the environment holds the rest of the URL", by('sqs://" + env("KEY") + "', "countdown=3600"), "fail", "SQS gives the message to another worker after 1800 s"),
    Case("an hour, and the URL stands under a name", sent("charge.apply_async((pk,), countdown=3600)") | {"shop/celery.py": APP.replace('"redis://localhost"', "URL").replace("app =", "URL = 'amqp://%s' % HOST\napp =")}, "fail", "longer than RabbitMQ"),
    Case("an hour, and the URL is empty", sent("charge.apply_async((pk,), countdown=3600)") | {"shop/celery.py": APP.replace('"redis://localhost"', "f''")}, CANNOT_TELL, "which broker"),
    Case("an hour, and a scheme of the environment", by('%s://x" % env("S") + "', "countdown=3600"), CANNOT_TELL, "which broker"),
    Case("an hour, and the URL has a password", sent("charge.apply_async((pk,), countdown=3600)") | {"shop/celery.py": APP.replace('"redis://localhost"', 'f"amqp://u:{env()}@x"')}, "fail", "longer than RabbitMQ"),
    Case("short", sent("charge.apply_async((pk,), countdown=30)"), "pass", "`countdown=30`"),
    Case("aware", sent("charge.apply_async((pk,), eta=datetime.now(timezone.utc) + timedelta(minutes=2))"), "pass", "`eta="),
    Case("computed", sent("charge.apply_async((pk,), countdown=request.wait)"), CANNOT_TELL, "computed"),
    Case("after a time that is not told", sent("charge.apply_async((pk,), eta=pk.due + timedelta(days=3))"), CANNOT_TELL, "is a time that the source does not tell"),
    Case("a time that is changed later", sent("due = datetime.now(timezone.utc) + timedelta(days=3)\ndue -= timedelta(days=3)\ncharge.apply_async((pk,), eta=due)"), CANNOT_TELL, "is a time that the source does not tell"),
    Case("a time that is kept elsewhere", sent("charge.apply_async((pk,), eta=due.LATER)") | {"shop/due.py": "from datetime import datetime, timedelta\nLATER = datetime.utcnow() + timedelta(days=3)\n", "shop/views.py": view("charge.apply_async((pk,), eta=due.LATER)").replace("from shop.tasks", "from shop import due\nfrom shop.tasks")}, "fail", "no time zone"),
    Case("no delay", sent("charge.apply_async((pk,))"), NOT_FOUND, "none with `countdown` or `eta`"),
    Case("given to delay", sent("charge.delay(pk, countdown=60)"), "fail", "`countdown=60` is given to `delay`, which passes it to the task: only `apply_async` takes it, shop/views.py:11"),
    Case("an eta that is given to delay", sent("charge.delay(\n    pk,\n    eta=pk.due,\n)"), "fail", "`eta=pk.due` is given to `delay`", "eta=pk.due,"),
    Lookalike("given to delay, and a decorator may take it", {**taking("pk", "pay(pk)", "countdown=9"), "shop/tasks.py": IMPORTS + "from shop.more import takes\n@app.task\n@takes\ndef charge(pk):\n    pay(pk)\n"}, NOT_FOUND),
    Case("given to delay on commit", sent("charge.delay_on_commit(pk, countdown=60)"), "fail", "is given to `delay_on_commit`"),
    Case("given to delay, and the task takes anything", taking("pk, **more", "pay(pk, more['x'], more.get('y'))", "countdown=9"), "fail", "`countdown=9` is given to `delay`"),
    Lookalike("an argument of the task", taking("pk, countdown", "pay(pk, countdown)", "countdown=7200"), NOT_FOUND, "none with"),
    Lookalike("an argument by name alone", taking("pk, *, countdown", "pay(pk, countdown)", "countdown=7200"), NOT_FOUND, "none with"),
    Lookalike("an argument that is read by its name", taking("pk, **more", "pay(pk, more.get('countdown'))", "countdown=7200"), NOT_FOUND, "none with"),
    Lookalike("arguments that are handed on", taking("pk, **more", "pay(pk, **more)", "countdown=7200"), NOT_FOUND, "none with"),
    Lookalike("a delay of the project's own", {"shop/tasks.py": IMPORTS + WAITING.replace("apply_async", "delay"), "shop/views.py": view("charge.delay(pk, countdown=7200)")}, NOT_FOUND, "none with"),
    Lookalike("a class that was not read", {"shop/tasks.py": IMPORTS + "from more import Job\n" + TASK.replace("app.task", "app.task(base=Job)"), "shop/views.py": view("charge.delay(pk, countdown=7200)")}, NOT_FOUND, "none with"),
    Lookalike("another task's", sent("other.apply_async((pk,), countdown=7200)"), NOT_FOUND, "no call of it"),
]  # fmt: skip


@table("short-aware-eta", DELAYS)
def test_delays_are_told(case: Case) -> None:
    case.check("short-aware-eta")


PLAN = "from celery.schedules import crontab\napp.conf.beat_schedule = {{'x': {{'task': '{}', 'schedule': {}{}}}}}\n"


def added(given: str, before: str = "") -> str:
    """The task, and a function that plans it for every 30 seconds."""
    return f"{TASK}def setup(sender, **kwargs):\n{before}    sender.add_periodic_task(30, {given})\n"


PLANS = [
    Case("by the task's own name", TASK + "\napp.conf.beat_schedule = {'x': {'task': charge.name, 'schedule': 60.0}}\n", "fail", "every minute"),
    Case("an entry that more is poured into", TASK, CANNOT_TELL, "worthless", settings="app.conf.beat_schedule = {'x': {**MORE, 'task': 'shop.tasks.charge', 'schedule': 60}}\n"),
    Case("at each call", sent("charge.apply_async((pk,), expires=60)\ncharge.apply_async((pk,), expires=9)"), "pass", "2 calls"),
    Case("at the calls, and it is handed on", sent("charge.apply_async((pk,), expires=60)\nrun(charge)"), CANNOT_TELL, "`expires` at 1 call; shop/views.py:12 hands it on"),
    Case("at the calls, and in a signature", sent("charge.apply_async((pk,), expires=60)\nchord([charge.s(pk)])(pk)"), CANNOT_TELL, "other uses of it were not followed"),
    Case("handed on alone", sent("run(charge)"), NOT_FOUND, "none with `expires`; shop/views.py:11 hands it on"),
    Case("given to delay", sent("charge.delay(pk, expires=60)"), "fail", "`expires=60` is given to `delay`, which passes it to the task: only `apply_async` takes it, shop/views.py:11"),
    Lookalike("an argument of the task", taking("pk, expires=None", "pay(pk, expires)", "expires=60"), NOT_FOUND, "none with `expires`"),
    Case("at a call, as None", sent("charge.apply_async((pk,), expires=None)"), NOT_FOUND, "none with `expires`"),
    Case("at one of two calls", sent("charge.apply_async((pk,), expires=60)\ncharge.delay(pk)"), CANNOT_TELL, "1 of 2 calls"),
    Case("each minute, and the task expires by the environment", TASK.replace("@app.task", "@app.task(expires=int(env('E')))", 1), CANNOT_TELL, "what `expires=int(env('E'))` (line 2) comes to", settings=PLAN.format("shop.tasks.charge", "60.0", "")),
    Case("each minute", TASK, "fail", "runs every minute without `expires`", settings=PLAN.format("shop.tasks.charge", "60.0", "")),
    Case("each five minutes", TASK, "fail", "every 5 minutes", settings=PLAN.format("shop.tasks.charge", "crontab(minute='*/5')", "")),
    Case("with expiry", TASK, "pass", "has `expires`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 50}")),
    Case("expiry after many periods", TASK, "fail", "runs every 5 minutes and expires after 1 hour only, shop/celery.py:5: up to 12 runs wait at once", "crontab", settings=PLAN.format("shop.tasks.charge", "crontab(minute='*/5')", ", 'options': {'expires': 3600}")),
    Case("expiry a little above one period", TASK, "fail", "runs every minute and expires after 61 seconds only, shop/celery.py:5: up to 2 runs", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 61}")),
    Case("expiry after a week", TASK, "fail", "expires after 7 days only, shop/celery.py:5: up to 10,080 runs", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 7 * 24 * 3600}")),
    Case("expiry of the task after many periods", TASK.replace("app.task", "app.task(expires=120)"), "fail", "expires after 2 minutes only, line 2: up to 2 runs", settings=PLAN.format("shop.tasks.charge", "60", "")),
    Case("an entry with less than the task", TASK.replace("app.task", "app.task(expires=120)"), "pass", "`expires=120`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 50}")),
    Case("expiry after a period", TASK, "pass", "has `expires`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 60}")),
    Lookalike("expiry that may be another", TASK, "pass", "has `expires`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 90, **MORE}")),
    Lookalike("an entry that may be another", TASK, "pass", "has `expires`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 90}, **MORE")),
    Lookalike("expiry of one place or another", TASK, CANNOT_TELL, "worthless", settings="OPTIONS = {'expires': 90}\nOPTIONS = {'expires': 9}\n" + PLAN.format("shop.tasks.charge", "60", ", 'options': OPTIONS")),
    Lookalike("expiry of a period that is not told", TASK, "pass", "has `expires`", settings=PLAN.format("shop.tasks.charge", "crontab(hour=3, minute=0)", ", 'options': {'expires': 3600}")),
    Case("expiry of None", TASK, "fail", "runs every minute with `expires` set to `None`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': None}")),
    Case("expiry of a name for None", TASK, "fail", "set to `None`", settings="NEVER = None\n" + PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': NEVER}")),
    Case("expiry of None, which takes away that of the task", TASK.replace("app.task", "app.task(expires=50)"), "fail", "set to `None`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': None}")),
    Case("expiry of None, where the task's is not told", TASK.replace("app.task", "app.task(expires=env('E'))"), "fail", "set to `None`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': None}")),
    Lookalike("expiry of None that may be another", TASK, CANNOT_TELL, "worthless", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': None, **MORE}")),
    Lookalike("options under a key that is not told", TASK, CANNOT_TELL, "worthless", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {KEY: 50}")),
    Lookalike("expiry that may be None", TASK, "pass", "has `expires`", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': env('E')}")),
    Case("added", added("charge.s()"), "fail", "runs every 30 seconds without `expires`"),
    Case("added with expiry", added("charge.s(), expires=20"), "pass", "has `expires`"),
    Case("added with expiry of None", added("charge.s().set(expires=9), expires=None"), "fail", "set to `None`"),
    Case("added with a signature that expires", added("charge.s().set(expires=20)"), "pass", "has `expires`"),
    Case("added with a signature that expires late", added("charge.s().set(expires=90)"), "fail", "expires after 90 seconds only"),
    Case("added with a signature that was made to expire", added("charge.signature((1,), expires=20)"), "pass", "has `expires`"),
    Case("added with a signature of None", added("charge.signature((1,), expires=20).set(expires=None)"), "fail", "set to `None`"),
    Case("added with a signature that has more", added("charge.si(1).set(**MORE)"), CANNOT_TELL, "worthless"),
    Case("added with options of a signature", added("charge.signature((1,), options={'expires': 20})"), CANNOT_TELL, "worthless"),
    Case("added with an argument of that name", added("charge.s(expires=20)"), "fail", "without `expires`"),
    Case("added with more", added("charge.s(), **MORE"), CANNOT_TELL, "worthless"),
    Case("added by a name", added("job", "    job = charge.s()\n    job.set(expires=20)\n"), CANNOT_TELL, "worthless"),
    Case("added by a name for what expires", added("job", "    job = charge.s().set(expires=20)\n"), "pass", "has `expires`"),
    Case("added as the task itself", added("charge"), "fail", "runs every 30 seconds without `expires`"),
    Case("each night", TASK, CANNOT_TELL, "worthless", settings=PLAN.format("shop.tasks.charge", "crontab(hour=3, minute=0)", "")),
    Case("unseen options", TASK, CANNOT_TELL, "worthless", settings=PLAN.format("shop.tasks.charge", "60", ", 'options': OPTIONS")),
    Lookalike("another task", TASK, NOT_FOUND, "no schedule entry", settings=PLAN.format("shop.tasks.charge_all", "60", "")),
    Lookalike("the same name elsewhere", TASK, NOT_FOUND, "no schedule entry", settings=PLAN.format("bank.charge", "60", "")),
]  # fmt: skip


@table("expires", PLANS)
def test_schedules_without_expiry_are_told(case: Case) -> None:
    case.check("expires")


def test_the_option_of_the_task_itself_is_enough() -> None:
    finding = ask(
        "expires",
        TASK.replace("app.task", "app.task(expires=50)"),
        settings=PLAN.format("shop.tasks.charge", "60.0", ""),
    )
    assert finding.suggests is Suggested.PASS
