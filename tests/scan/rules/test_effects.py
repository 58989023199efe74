"""What the rules about effects say of short sources."""

from __future__ import annotations

from textwrap import indent

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Kind, Suggested

NO_FUNCTION = "class charge(app.Task):\n    pass\napp.register_task(charge())\n"
IMPORTS = """\
import boto3
import requests
from django.core.cache import cache
from django.core.mail import EmailMessage, send_mail
from django.db import transaction
"""


def task(body: str, decorator: str = "@app.task") -> str:
    """A task `charge` with this body."""
    return f"from elsewhere import SEEN\n{IMPORTS}\n{decorator}\ndef charge(pk, urls=()):\n{indent(body, '    ')}\n"


CLAIMS = [
    Case("no function", NO_FUNCTION, CANNOT_TELL, "`run`"),
    Case("tested, set and saved", task("o = Order.objects.get(pk=pk)\nif o.state == 'new':\n    o.state = 'paid'\n    o.save()\n    pay(o)"), "fail", "`o.state` is read"),
    Case("left when it is done", task("o = Order.objects.filter(pk=pk).first()\nif o.sent:\n    return\npay(o)\no.sent = True\no.save()"), "fail", "`o.sent` is read"),
    Case("left when it is not new", task("o = get_object_or_404(Order, pk=pk)\nif o.state != State.NEW:\n    return\no.state = State.PAID\no.save()\npay(o)"), "fail", "two workers"),
    Case("a marker in the cache", task("if cache.get(f'charge-{pk}'):\n    return\ncache.set(f'charge-{pk}', True)\npay(pk)"), "fail", "`cache.get"),
    Case("nothing but the row is changed", task("o = Order.objects.get(pk=pk)\nif o.state == 'new':\n    o.state = 'paid'\n    o.save()\n    log.info(o)"), CANNOT_TELL, "nothing but the row"),
    Case("any row that waits", task("o = Order.objects.first()\nif o.state == 'new':\n    o.state = 'paid'\n    o.save()\n    pay(o)"), CANNOT_TELL, "reads the same row"),
    Case("an attribute that is no state", task("o = Order.objects.get(pk=pk)\nif o.colour == 'red':\n    o.colour = 'blue'\n    o.save()\n    pay(o)"), CANNOT_TELL, "`o.colour`"),
    Case("under a lock", task("with cache.lock('x'):\n    o = Order.objects.get(pk=pk)\n    if o.state == 'new':\n        o.state = 'paid'\n        o.save()\n        pay(o)"), CANNOT_TELL, "lock"),
    Case("a conditional update", task("if Order.objects.filter(pk=pk, paid=False).update(paid=True):\n    pay(pk)"), "pass", "update"),
    Lookalike("a gap that is filled", task("n = Order.objects.filter(key=pk).update(total=1)\nif not n:\n    make(pk)"), NOT_FOUND, "no row"),
    Lookalike("an update of poured columns", task("if not Order.objects.filter(paid=False).update(**SEEN):\n    make(pk)"), NOT_FOUND, "no row"),
    Case("an update by another condition", task("rows = Order.objects.exclude(Q(state='paid') | Q(pk=1))\nif rows.update(state='paid'):\n    pay(pk)"), "pass", "update"),
    Case("rows that are locked by their state", task("for o in Order.objects.select_for_update().filter(status='new'):\n    o.status = 'paid'\n    o.save()\n    pay(o)"), "pass", "`select_for_update`"),
    Case("a lock by a column that stays", task("for o in Order.objects.select_for_update().filter(enabled=True):\n    o.total = 1\n    o.save()\n    pay(o)"), CANNOT_TELL, "holds a row"),
    Case("a lock that nothing asks", task("o = Order.objects.select_for_update().get(pk=pk)\no.total += 1\no.save()\npay(o)"), CANNOT_TELL, "holds a row"),
    Case("a marker added", task("if not cache.add(f'charge-{pk}', 1, 60):\n    return\npay(pk)"), "pass", "`add(...)`"),
    Case("a locked row", task("o = Order.objects.select_for_update().get(pk=pk)\nif o.state == 'new':\n    o.state = 'paid'\n    o.save()"), "pass", "`select_for_update`"),
    Lookalike("a value kept for later", task("rate = cache.get('rate')\nif rate is None:\n    rate = ask()\n    cache.set('rate', rate)"), NOT_FOUND, "no row"),
    Lookalike("an aborted one left", task("o = Order.objects.get(pk=pk)\nif o.state == 'aborted':\n    return\no.state = 'paid'\no.save()"), NOT_FOUND, "no row"),
    Lookalike("another attribute", task("o = Order.objects.get(pk=pk)\nif o.state == 'new':\n    o.total = 1\n    o.save()"), NOT_FOUND, "no row"),
    Lookalike("a gap filled", task("o = Order.objects.get(pk=pk)\nif o.text == '':\n    o.text = ask(pk)\n    o.save()"), NOT_FOUND, "no row"),
    Lookalike("set only after an answer", task("o = Order.objects.get(pk=pk)\nif not o.on:\n    return\nif ask(pk) == 410:\n    o.on = False\n    o.save()"), NOT_FOUND, "no row"),
]  # fmt: skip


@table("atomic-claim", CLAIMS)
def test_claims_of_more_than_one_step_are_told(case: Case) -> None:
    case.check("atomic-claim")


LIMITED = "@app.task(time_limit=60)"
LOCKS = [
    Case("no function", NO_FUNCTION, CANNOT_TELL, "`run`"),
    Case("endless", task("with redis_client.lock('x'):\n    pay(pk)", LIMITED), "fail", "never expires"),
    Case("told to be endless", task("with cache.lock('x', timeout=None):\n    pay(pk)", LIMITED), "fail", "never expires"),
    Case("too short", task("with cache.lock('x', timeout=60):\n    pay(pk)", LIMITED), "fail", "not later than `time_limit=60`"),
    Case("not released after an error", task("lock = cache.lock('x', timeout=90)\nlock.acquire()\npay(pk)\nlock.release()", LIMITED), "fail", "outside of `finally`"),
    Case("long enough", task("with cache.lock('x', 90):\n    pay(pk)", LIMITED), "pass", "later than"),
    Case("no limit", task("with cache.lock('x', timeout=90):\n    pay(pk)", "@app.task"), CANNOT_TELL, "no hard time limit"),
    Case("an unseen limit", task("with cache.lock('x', timeout=9):\n    pay(pk)", "@app.task(**SEEN)"), CANNOT_TELL, "SEEN"),
    Case("computed", task("with cache.lock('x', timeout=pk * 2):\n    pay(pk)", LIMITED), CANNOT_TELL, "computed"),
    Lookalike("a lock of a repository", task("with repository.lock():\n    pay(pk)", LIMITED), NOT_FOUND, "no lock"),
    Lookalike("a lock of threads", task("import threading\nwith threading.Lock():\n    pay(pk)", LIMITED), NOT_FOUND, "no lock"),
]  # fmt: skip


@table("lock-timeout", LOCKS)
def test_locks_are_held_against_the_time_limit(case: Case) -> None:
    case.check("lock-timeout")


def test_without_settings_nothing_is_said_about_the_limit() -> None:
    finding = ask("lock-timeout", task("with cache.lock('x', timeout=9):\n    pay(pk)"), settings=None)
    assert finding.kind is Kind.CANNOT_TELL
    assert "settings are not among the files" in finding.text


REMOTE = [
    Case("no function", NO_FUNCTION, CANNOT_TELL, "`run`"),
    Case("in a block", task("with transaction.atomic():\n    requests.get('x')"), "fail", "`requests.get` is called inside"),
    Case("mail", task("with transaction.atomic(using='other'):\n    send_mail('x')"), "fail", "`send_mail`"),
    Case("a client", task("s3 = boto3.client('s3')\nwith transaction.atomic():\n    s3.put_object()"), "fail", "`s3.put_object`"),
    Lookalike("before it", task("r = requests.get('x')\nwith transaction.atomic():\n    save(r)"), "pass", "outside of the transaction"),
    Case("no block", task("requests.get('x')"), NOT_FOUND, "1 remote call"),
    Lookalike("after the commit", task("with transaction.atomic():\n    transaction.on_commit(lambda: requests.get('x'))"), NOT_FOUND, "no call in the body"),
    Lookalike("a dictionary's get", task("with transaction.atomic():\n    urls.get('x')"), NOT_FOUND, "no call in the body"),
    Lookalike("rows called requests", task("requests = Request.objects.all()\nwith transaction.atomic():\n    requests.get(pk=1)"), NOT_FOUND, "no call in the body"),
]  # fmt: skip


@table("remote-call-in-transaction", REMOTE)
def test_remote_calls_in_transactions_are_told(case: Case) -> None:
    case.check("remote-call-in-transaction")


def test_a_decorator_opens_the_transaction_of_the_whole_body() -> None:
    finding = ask("remote-call-in-transaction", task("requests.get('x')", "@app.task\n@transaction.atomic"))
    assert finding.suggests is Suggested.FAIL
    assert [line.text for line in finding.evidence] == ["@transaction.atomic", "requests.get('x')"]


LOOPS = [
    Case("no function", NO_FUNCTION, CANNOT_TELL, "`run`"),
    Case("a mail each", task("for user in User.objects.all():\n    send_mail('x', user.email)"), "fail", "calls `send_mail`"),
    Case("a message each", task("for user in users():\n    mail = EmailMessage('x', to=[user])\n    requests.post('x', json=user)"), "fail", "`requests.post`"),
    Case("a task each", task("for user in users():\n    charge.delay(user.pk)"), "pass", "one message for each item"),
    Case("a task each and a row each", task("for user in users():\n    User.objects.filter(pk=user.pk).update(on=True)\n    charge.delay(user.pk)"), CANNOT_TELL, "the loop of line 11 sends one message for each item and calls `User.objects.filter(pk=user.pk).update` for each item, line 12"),
    Case("a task each and a new row each", task("for user in users():\n    Log.objects.create(user=user)\n    charge.delay(user.pk)"), CANNOT_TELL, "`Log.objects.create`"),
    Case("a task each and a saved row each", task("for user in users():\n    card = user.card\n    card.save()\n    charge.delay(user.pk)"), CANNOT_TELL, "`card.save`"),
    Case("a task each, and rows in another loop", task("for user in users():\n    charge.delay(user.pk)\nfor card in cards():\n    card.update(on=True)"), CANNOT_TELL, "but that of line 13 calls `card.update`"),
    Case("a task each and a row each of what is called a group", task("for group in groups():\n    Group.objects.filter(pk=group.pk).update(on=True)\n    charge.delay(group.pk)"), CANNOT_TELL, "`Group.objects.filter(pk=group.pk).update`"),
    Lookalike("a task each and one statement for each parcel", task("for chunk in chunks(users()):\n    User.objects.filter(pk__in=chunk).update(on=True)\n    charge.delay(chunk)"), "pass", "one message for each item"),
    Case("a long query", task("for user in users():\n    User.objects.filter(pk=user.pk, name='a', surname='b', email='c').delete()\n    charge.delay(user.pk)"), CANNOT_TELL, "`….delete`"),
    Lookalike("a task each and one row", task("for user in users():\n    Stamp.objects.update(on=True)\n    charge.delay(user.pk)"), "pass", "one message for each item"),
    Lookalike("a task each and a mapping", task("seen = {}\nfor user in users():\n    seen.update({user.pk: 1})\n    charge.delay(user.pk)"), "pass", "one message for each item"),
    Lookalike("a task each and a few rows", task("for user in users():\n    charge.delay(user.pk)\nfor name in ('a', 'b'):\n    Stamp.objects.create(name=name)"), "pass", "one message for each item"),
    Case("a row each", task("for user in users():\n    user.save()"), NOT_FOUND, "none that is known to send something for each item; that of line 11 calls `user.save` for each item, line 12, which was not judged"),
    Case("guarded", task("for user in users():\n    try:\n        send_mail('x', user)\n    except OSError:\n        pass"), CANNOT_TELL, "a `try`"),
    Lookalike("parcels", task("for chunk in chunks(users(), 500):\n    requests.post('x', json=chunk)"), NOT_FOUND, "1 loop"),
    Lookalike("attempts", task("for attempt in range(3):\n    requests.post('x', json=attempt)"), NOT_FOUND, "1 loop"),
    Lookalike("two fixed things", task("for name in ('a', 'b'):\n    requests.post(name)"), NOT_FOUND, "1 loop"),
    Lookalike("one mail after it", task("for user in users():\n    names.append(user)\nsend_mail('x', names)"), NOT_FOUND, "1 loop"),
    Case("none", task("pay(pk)"), NOT_FOUND, "no loop"),
]  # fmt: skip


@table("fan-out", LOOPS)
def test_loops_that_send_for_each_item_are_told(case: Case) -> None:
    case.check("fan-out")
