"""What the rules about effects say of short sources."""

from __future__ import annotations

from textwrap import indent

import pytest
from asking import ask

from checklist.scan.found import Kind, Suggested

FAIL, PASS, NOT_FOUND, CANNOT_TELL = Suggested.FAIL, Suggested.PASS, Kind.NOT_FOUND, Kind.CANNOT_TELL
IMPORTS = """\
import boto3
import requests
from django.core.cache import cache
from django.core.mail import EmailMessage, send_mail
from django.db import transaction
"""


def task(body: str, decorator: str = "@app.task") -> str:
    """A task `charge` with this body."""
    return f"{IMPORTS}\n{decorator}\ndef charge(pk, urls=()):\n{indent(body, '    ')}\n"


CLAIMS = {
    "tested, set and saved": (
        "o = Order.objects.get(pk=pk)\nif o.state == 'new':\n    o.state = 'paid'\n    o.save()\n    pay(o)",
        FAIL,
        "`o.state` is read",
    ),
    "left when it is done": (
        "o = Order.objects.filter(pk=pk).first()\nif o.sent:\n    return\npay(o)\no.sent = True\no.save()",
        FAIL,
        "`o.sent` is read",
    ),
    "left when it is not new": (
        "o = get_object_or_404(Order, pk=pk)\nif o.state != State.NEW:\n    return\no.state = State.PAID\no.save()",
        FAIL,
        "two workers",
    ),
    "a marker in the cache": (
        "if cache.get(f'charge-{pk}'):\n    return\ncache.set(f'charge-{pk}', True)\npay(pk)",
        FAIL,
        "`cache.get",
    ),
    "a conditional update": (
        "if Order.objects.filter(pk=pk, paid=False).update(paid=True):\n    pay(pk)",
        PASS,
        "update",
    ),
    "a marker added": ("if not cache.add(f'charge-{pk}', 1, 60):\n    return\npay(pk)", PASS, "`add(...)`"),
    "a locked row": (
        "o = Order.objects.select_for_update().get(pk=pk)\nif o.state == 'new':\n    o.state = 'paid'\n    o.save()",
        PASS,
        "`select_for_update`",
    ),
    "a value kept for later": (
        "rate = cache.get('rate')\nif rate is None:\n    rate = ask()\n    cache.set('rate', rate)",
        NOT_FOUND,
        "no row",
    ),
    "an aborted one left": (
        "o = Order.objects.get(pk=pk)\nif o.state == 'aborted':\n    return\no.state = 'paid'\no.save()",
        NOT_FOUND,
        "no row",
    ),
    "another attribute": (
        "o = Order.objects.get(pk=pk)\nif o.state == 'new':\n    o.total = 1\n    o.save()",
        NOT_FOUND,
        "no row",
    ),
    "a gap filled": (
        "o = Order.objects.get(pk=pk)\nif o.text == '':\n    o.text = ask(pk)\n    o.save()",
        NOT_FOUND,
        "no row",
    ),
    "set only after an answer": (
        "o = Order.objects.get(pk=pk)\nif not o.on:\n    return\nif ask(pk) == 410:\n    o.on = False\n    o.save()",
        NOT_FOUND,
        "no row",
    ),
}


@pytest.mark.parametrize(("body", "says", "words"), CLAIMS.values(), ids=CLAIMS)
def test_claims_of_more_than_one_step_are_told(body: str, says: object, words: str) -> None:
    finding = ask("atomic-claim", task(body))
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


LIMITED = "@app.task(time_limit=60)"
LOCKS = {
    "endless": (LIMITED, "with redis_client.lock('x'):\n    pay(pk)", FAIL, "never expires"),
    "told to be endless": (LIMITED, "with cache.lock('x', timeout=None):\n    pay(pk)", FAIL, "never expires"),
    "too short": (LIMITED, "with cache.lock('x', timeout=60):\n    pay(pk)", FAIL, "not later than `time_limit=60`"),
    "not released after an error": (
        LIMITED,
        "lock = cache.lock('x', timeout=90)\nlock.acquire()\npay(pk)\nlock.release()",
        FAIL,
        "outside of `finally`",
    ),
    "long enough": (LIMITED, "with cache.lock('x', 90):\n    pay(pk)", PASS, "later than"),
    "no limit": ("@app.task", "with cache.lock('x', timeout=90):\n    pay(pk)", CANNOT_TELL, "no hard time limit"),
    "an unseen limit": ("@app.task(**SEEN)", "with cache.lock('x', timeout=9):\n    pay(pk)", CANNOT_TELL, "SEEN"),
    "computed": (LIMITED, "with cache.lock('x', timeout=pk * 2):\n    pay(pk)", CANNOT_TELL, "computed"),
    "a lock of a repository": (LIMITED, "with repository.lock():\n    pay(pk)", NOT_FOUND, "no lock"),
    "a lock of threads": (LIMITED, "import threading\nwith threading.Lock():\n    pay(pk)", NOT_FOUND, "no lock"),
}


@pytest.mark.parametrize(("decorator", "body", "says", "words"), LOCKS.values(), ids=LOCKS)
def test_locks_are_held_against_the_time_limit(decorator: str, body: str, says: object, words: str) -> None:
    finding = ask("lock-timeout", "from elsewhere import SEEN\n" + task(body, decorator))
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_without_settings_nothing_is_said_about_the_limit() -> None:
    finding = ask("lock-timeout", task("with cache.lock('x', timeout=9):\n    pay(pk)"), settings=None)
    assert finding.kind is CANNOT_TELL
    assert "settings are not among the files" in finding.text


REMOTE = {
    "in a block": ("with transaction.atomic():\n    requests.get('x')", FAIL, "`requests.get` is called inside"),
    "mail": ("with transaction.atomic(using='other'):\n    send_mail('x')", FAIL, "`send_mail`"),
    "a client": ("s3 = boto3.client('s3')\nwith transaction.atomic():\n    s3.put_object()", FAIL, "`s3.put_object`"),
    "before it": ("r = requests.get('x')\nwith transaction.atomic():\n    save(r)", PASS, "outside of the transaction"),
    "no block": ("requests.get('x')", NOT_FOUND, "1 remote call"),
    "after the commit": (
        "with transaction.atomic():\n    transaction.on_commit(lambda: requests.get('x'))",
        NOT_FOUND,
        "no call in the body",
    ),
    "a dictionary's get": ("with transaction.atomic():\n    urls.get('x')", NOT_FOUND, "no call in the body"),
    "rows called requests": (
        "requests = Request.objects.all()\nwith transaction.atomic():\n    requests.get(pk=1)",
        NOT_FOUND,
        "no call in the body",
    ),
}


@pytest.mark.parametrize(("body", "says", "words"), REMOTE.values(), ids=REMOTE)
def test_remote_calls_in_transactions_are_told(body: str, says: object, words: str) -> None:
    finding = ask("remote-call-in-transaction", task(body))
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_a_decorator_opens_the_transaction_of_the_whole_body() -> None:
    finding = ask("remote-call-in-transaction", task("requests.get('x')", "@app.task\n@transaction.atomic"))
    assert finding.suggests is FAIL
    assert [line.text for line in finding.evidence] == ["@transaction.atomic", "requests.get('x')"]


LOOPS = {
    "a mail each": ("for user in User.objects.all():\n    send_mail('x', user.email)", FAIL, "calls `send_mail`"),
    "a message each": (
        "for user in users():\n    mail = EmailMessage('x', to=[user])\n    requests.post('x', json=user)",
        FAIL,
        "`requests.post`",
    ),
    "a task each": ("for user in users():\n    charge.delay(user.pk)", PASS, "one message for each item"),
    "guarded": (
        "for user in users():\n    try:\n        send_mail('x', user)\n    except OSError:\n        pass",
        CANNOT_TELL,
        "a `try`",
    ),
    "parcels": ("for chunk in chunks(users(), 500):\n    requests.post('x', json=chunk)", NOT_FOUND, "1 loop"),
    "attempts": ("for attempt in range(3):\n    requests.post('x', json=attempt)", NOT_FOUND, "1 loop"),
    "two fixed things": ("for name in ('a', 'b'):\n    requests.post(name)", NOT_FOUND, "1 loop"),
    "one mail after it": ("for user in users():\n    names.append(user)\nsend_mail('x', names)", NOT_FOUND, "1 loop"),
    "none": ("pay(pk)", NOT_FOUND, "no loop"),
}


@pytest.mark.parametrize(("body", "says", "words"), LOOPS.values(), ids=LOOPS)
def test_loops_that_send_for_each_item_are_told(body: str, says: object, words: str) -> None:
    finding = ask("fan-out", task(body))
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text
