"""What the rules about sending a task say of short sources: transactions, delays, expiry."""

from __future__ import annotations

from textwrap import indent

import pytest
from asking import ask

from checklist.scan.found import Kind, Suggested

FAIL, PASS, NOT_FOUND, CANNOT_TELL = Suggested.FAIL, Suggested.PASS, Kind.NOT_FOUND, Kind.CANNOT_TELL
TASK = "@app.task\ndef charge(pk):\n    pay(pk)\n"
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


SENT = {
    "in a block": ("with transaction.atomic():\n    charge.delay(pk)", FAIL, "inside the transaction of line 11"),
    "by another name": ("with unit(using='other'):\n    charge.apply_async((pk,))", FAIL, "`charge.apply_async`"),
    "a signature": ("with transaction.atomic():\n    charge.s(pk).delay()", FAIL, "inside the transaction"),
    "called on commit": ("transaction.on_commit(charge.delay(pk))", FAIL, "sends at once"),
    "a method on commit": (
        "with transaction.atomic():\n    transaction.on_commit(charge.delay)",
        PASS,
        "after the commit",
    ),
    "a partial": ("with unit():\n    transaction.on_commit(partial(charge.delay, pk))", PASS, "after the commit"),
    "a lambda": ("with unit():\n    transaction.on_commit(lambda: charge.delay(pk))", PASS, "after the commit"),
    "a function inside": (
        "with unit():\n    def send():\n        charge.delay(pk)\n    transaction.on_commit(send)",
        PASS,
        "after the commit",
    ),
    "on commit by name": ("with unit():\n    charge.delay_on_commit(pk)", PASS, "after the commit"),
    "after the block": ("with unit():\n    save(pk)\ncharge.delay(pk)", NOT_FOUND, "1 call of it, none inside"),
    "another block": ("with open(pk) as file:\n    charge.delay(file.name)", NOT_FOUND, "1 call of it, none inside"),
    "only a signature": ("with unit():\n    step = charge.s(pk)", NOT_FOUND, "none inside"),
}


@pytest.mark.parametrize(("body", "says", "words"), SENT.values(), ids=SENT)
def test_sending_inside_a_transaction_is_told(body: str, says: object, words: str) -> None:
    finding = ask("publish-after-commit", TASK, views=view(body))
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_a_decorator_opens_the_transaction() -> None:
    finding = ask("publish-after-commit", TASK, views=view("charge.delay(pk)", "@transaction.atomic\n"))
    assert [(line.path, line.line) for line in finding.evidence] == [("shop/views.py", 10), ("shop/views.py", 12)]
    assert finding.suggests is FAIL


def test_a_base_class_that_waits_makes_it_fine() -> None:
    source = (
        "class Waits(app.Task):\n    def apply_async(self, *args, **kwargs):\n"
        "        transaction.on_commit(lambda: super().apply_async(*args, **kwargs))\n\n@app.task(base=Waits)\n"
        "def charge(pk):\n    pay(pk)\n"
    )
    finding = ask("publish-after-commit", source, views=view("with unit():\n    charge.delay(pk)"))
    assert finding.kind is CANNOT_TELL
    assert "`Waits.apply_async` waits for the commit" in finding.text


def test_a_request_may_be_a_transaction() -> None:
    databases = "DATABASES = {'default': {'ATOMIC_REQUESTS': True}}\n"
    finding = ask("publish-after-commit", TASK, views=view("charge.delay(pk)"), site_settings=databases)
    assert finding.kind is CANNOT_TELL
    assert "`ATOMIC_REQUESTS` is on" in finding.text


def test_tests_may_send_as_they_like() -> None:
    body = view("with transaction.atomic():\n    charge.delay(pk)")
    assert ask("publish-after-commit", TASK, test_views=body).kind is NOT_FOUND


DELAYS = {
    "naive": ("charge.apply_async((pk,), eta=datetime.now() + timedelta(seconds=9))", FAIL, "no time zone"),
    "utcnow": ("due = datetime.utcnow()\ncharge.apply_async((pk,), eta=due)", FAIL, "no time zone"),
    "an hour": ("charge.apply_async((pk,), countdown=60 * 60)", FAIL, "is 1 hour"),
    "days": ("charge.apply_async((pk,), eta=datetime.now(timezone.utc) + timedelta(days=3))", FAIL, "is 3 days"),
    "set on a signature": ("charge.s(pk).set(countdown=7200).apply_async()", FAIL, "is 2 hours"),
    "short": ("charge.apply_async((pk,), countdown=30)", PASS, "`countdown=30`"),
    "aware": ("charge.apply_async((pk,), eta=datetime.now(timezone.utc) + timedelta(minutes=2))", PASS, "`eta="),
    "computed": ("charge.apply_async((pk,), countdown=request.wait)", CANNOT_TELL, "computed"),
    "no delay": ("charge.apply_async((pk,))", NOT_FOUND, "none with `countdown` or `eta`"),
    "an argument of the task": ("charge.delay(pk, countdown=7200)", NOT_FOUND, "none with"),
    "another task's": ("other.apply_async((pk,), countdown=7200)", NOT_FOUND, "no call of it"),
}


@pytest.mark.parametrize(("body", "says", "words"), DELAYS.values(), ids=DELAYS)
def test_delays_are_told(body: str, says: object, words: str) -> None:
    finding = ask("short-aware-eta", TASK, views=view(body))
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


PLAN = "from celery.schedules import crontab\napp.conf.beat_schedule = {{'x': {{'task': '{}', 'schedule': {}{}}}}}\n"
PLANS = {
    "each minute": (PLAN.format("shop.tasks.charge", "60.0", ""), FAIL, "runs every minute without `expires`"),
    "each five minutes": (PLAN.format("shop.tasks.charge", "crontab(minute='*/5')", ""), FAIL, "every 5 minutes"),
    "with expiry": (PLAN.format("shop.tasks.charge", "60", ", 'options': {'expires': 50}"), PASS, "has `expires`"),
    "each night": (PLAN.format("shop.tasks.charge", "crontab(hour=3, minute=0)", ""), CANNOT_TELL, "worthless"),
    "unseen options": (PLAN.format("shop.tasks.charge", "60", ", 'options': OPTIONS"), CANNOT_TELL, "worthless"),
    "another task": (PLAN.format("shop.tasks.charge_all", "60", ""), NOT_FOUND, "no schedule entry"),
    "the same name elsewhere": (PLAN.format("bank.charge", "60", ""), NOT_FOUND, "no schedule entry"),
}


@pytest.mark.parametrize(("plan", "says", "words"), PLANS.values(), ids=PLANS)
def test_schedules_without_expiry_are_told(plan: str, says: object, words: str) -> None:
    finding = ask("expires", TASK, settings=plan)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_a_periodic_task_that_is_added_counts_as_scheduled() -> None:
    added = "def setup(sender, **kwargs):\n    sender.add_periodic_task(30, charge.s())\n"
    assert ask("expires", TASK + added).suggests is FAIL
    assert ask("expires", TASK + added.replace("charge.s()", "charge.s(), expires=20")).suggests is PASS


def test_the_option_of_the_task_itself_is_enough() -> None:
    finding = ask("expires", TASK.replace("app.task", "app.task(expires=50)"), settings=PLANS["each minute"][0])
    assert finding.suggests is PASS
