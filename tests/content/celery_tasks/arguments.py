"""Proofs of the section "Arguments and enqueueing"."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from celery.beat import Scheduler
from kombu.exceptions import EncodeError, OperationalError

from content.examples import Code
from content.memory import Calls, Shop, rows
from content.proofs import proves


def mailed_after_an_address_changed(code: Code) -> list[tuple[Any, ...]] | str:
    mail = Calls()
    user = SimpleNamespace(pk=1, email="old@example.org")
    shop = Shop()
    module = shop.run(code, send_mail=mail, User=rows(get=lambda **_: user))
    try:
        module.welcome(user)
    except EncodeError:
        return "refused"
    user.email = "new@example.org"
    shop.work_off()
    return mail.args


@proves("celery-tasks", "ids-not-objects")
def json_refuses_objects_and_an_id_brings_fresh_data(bad: Code, good: Code) -> None:
    """A user is enqueued, and changes the address before the worker runs the task."""
    assert mailed_after_an_address_changed(bad) == "refused", "JSON carried an object"
    assert mailed_after_an_address_changed(good) == [("new@example.org",)], "the id did not bring the fresh address"


def stock_added(code: Code) -> list[tuple[Any, ...]]:
    add_stock = Calls()
    shop = Shop()
    shop.run(code, add_stock=add_stock).receive()
    shop.work_off()
    return add_stock.args


@proves("celery-tasks", "json-safe-arguments")
def integer_keys_arrive_as_strings(bad: Code, good: Code) -> None:
    """The worker gets product "7" from a dictionary's key, and product 7 from a list."""
    assert stock_added(bad) == [("7", 3)], "the dictionary's key stayed a number"
    assert stock_added(good) == [(7, 3)], "the list did not bring the number back"


def card_number_in_body_and_headers(code: Code) -> tuple[bool, bool]:
    order = SimpleNamespace(pk=1, card_number="4111 1111")
    shop = Shop()
    shop.run(code, gateway_charge=Calls(), Order=rows(get=lambda **_: order)).pay(order)
    [message] = shop.messages()
    return order.card_number in message.body, order.card_number in message.headers["argsrepr"]


@proves("celery-tasks", "no-secrets-in-messages")
def arguments_lie_readable_in_the_broker(bad: Code, good: Code) -> None:
    """The card number stands in the message's body and in the header that monitors show, or in neither."""
    assert card_number_in_body_and_headers(bad) == (True, True), "the broker cannot read the card number"
    assert card_number_in_body_and_headers(good) == (False, False), "the broker can read the card number"


def outbox_when_the_broker_is_down(code: Code) -> list[tuple[Any, ...]] | str:
    outbox = Calls()
    shop = Shop()
    shop.app.conf.broker_url = "redis://127.0.0.1:1/0"  # where nobody listens
    charge = shop.task("billing.charge", lambda _: None)
    module = shop.run(code, charge=charge, outbox=SimpleNamespace(add=outbox))
    try:
        module.place(SimpleNamespace(pk=3))
    except OperationalError:
        return "lost"
    return outbox.args


@proves("celery-tasks", "publish-fails-fast")
def work_that_cannot_be_enqueued_is_lost_or_in_the_outbox(bad: Code, good: Code) -> None:
    """The broker refuses the connection: the error reaches the caller, or the order waits in the outbox."""
    assert outbox_when_the_broker_is_down(bad) == "lost", "no error reached the caller"
    assert outbox_when_the_broker_is_down(good) == [("billing.charge", 3)], "the order is not in the outbox"


@contextmanager
def living_in(zone: str) -> Iterator[None]:
    """The process's local time is that of the zone, until the block ends."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        os.environ |= {"TZ": before} if before else {}
        time.tzset()


def wait_until_reminder(code: Code) -> timedelta:
    shop = Shop()
    greet = shop.task("greet", lambda _: None)
    with living_in("Asia/Tokyo"):
        shop.run(code, greet=greet).remind(1)
    [message] = shop.messages()
    eta = datetime.fromisoformat(message.headers["eta"])
    return (eta if eta.tzinfo else eta.replace(tzinfo=UTC)) - datetime.now(UTC)


@proves("celery-tasks", "short-aware-eta")
def naive_times_are_read_as_utc(bad: Code, good: Code) -> None:
    """On a machine in Tokyo, "in three days" becomes three days and nine hours; two minutes stay two minutes."""
    late, slack = timedelta(days=3, hours=9), timedelta(minutes=1)
    assert abs(wait_until_reminder(bad) - late) < slack, "the naive time was not taken for UTC"
    assert abs(wait_until_reminder(good) - timedelta(minutes=2)) < slack, "the aware time moved"


def seconds_until_scheduled_work_expires(code: Code) -> float | None:
    shop = Shop()
    shop.run(code)
    shop.task("cache.warm", lambda: None)
    beat = Scheduler(app=shop.app)
    beat.apply_async(beat.schedule["warm-cache"])
    [message] = shop.messages()
    expires = message.headers["expires"]
    return expires and (datetime.fromisoformat(expires) - datetime.now(UTC)).total_seconds()


@proves("celery-tasks", "expire-perishable-work")
def scheduled_work_waits_for_ever_without_expires(bad: Code, good: Code) -> None:
    """Beat's message carries no expiry, or one before the next message is due."""
    assert seconds_until_scheduled_work_expires(bad) is None, "the message expires by itself"
    expires = seconds_until_scheduled_work_expires(good)
    assert expires and 0 < expires < 60, "the message outlives its period"
