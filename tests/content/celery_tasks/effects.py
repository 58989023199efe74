"""Proofs of the section "Effects"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from content.examples import Code
from content.memory import Calls, Shop, rows
from content.proofs import proves


class Gateway:
    """Charges each time, but only once for each idempotency key, as payment services do."""

    def __init__(self) -> None:
        self.charged: list[int] = []
        self.keys: set[str] = set()

    def charge(self, total: int, idempotency_key: str | None = None) -> None:
        if idempotency_key not in self.keys:
            self.charged.append(total)
        self.keys |= {idempotency_key} if idempotency_key else set()


def charged_by_two_runs(code: Code) -> list[int]:
    gateway = Gateway()
    orders = rows(get=lambda **_: SimpleNamespace(total=10))
    charge = Shop().run(code, gateway_charge=gateway.charge, Order=orders).charge
    charge(1)
    charge(1)
    return gateway.charged


@proves("celery-tasks", "idempotent-effects")
def a_second_run_charges_again_without_a_key(bad: Code, good: Code) -> None:
    """The same task runs twice with the same order."""
    assert charged_by_two_runs(bad) == [10, 10], "the second run did nothing without a key"
    assert charged_by_two_runs(good) == [10], "the second run charged in spite of the key"


class OrderTable:
    """One paid order. Two readers always meet before either goes on; an update with a condition is atomic, as in SQL."""

    def __init__(self) -> None:
        self.status = "paid"
        self.meeting = threading.Barrier(2, timeout=20)
        self.lock = threading.Lock()

    def get(self, **_: int) -> SimpleNamespace:
        order = SimpleNamespace(status=self.status)
        order.save = lambda: setattr(self, "status", order.status)
        self.meeting.wait()
        return order

    def filter(self, status: str, **_: int) -> SimpleNamespace:
        def update(**new: str) -> int:
            with self.lock:
                matches = self.status == status
                self.status = new["status"] if matches else self.status
                return int(matches)

        return SimpleNamespace(update=update)


def at_once(function: Callable[..., Any], *args: Any) -> None:
    """Call it in two threads at the same time."""
    threads = [threading.Thread(target=function, args=args) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def parcels_when_two_workers_meet(code: Code) -> int:
    table, dispatch = OrderTable(), Calls()
    orders = rows(get=table.get, filter=table.filter)
    at_once(Shop().run(code, Order=orders, dispatch=dispatch).ship, 1)
    return len(dispatch)


@proves("celery-tasks", "atomic-claim")
def two_workers_read_not_done_yet_and_both_do_it(bad: Code, good: Code) -> None:
    """Two runs for one order overlap: both dispatch after reading, one after a conditional update."""
    assert parcels_when_two_workers_meet(bad) == 2, "reading first kept one of them out"
    assert parcels_when_two_workers_meet(good) == 1, "the claim did not let exactly one through"


class Transactions:
    """Stands for `django.db.transaction` and says whether one is open."""

    def __init__(self) -> None:
        self.open = False

    @contextmanager
    def atomic(self) -> Iterator[None]:
        self.open = True
        yield
        self.open = False


def open_during_the_call_and_writes(code: Code) -> tuple[list[bool], list[dict[str, Any]]]:
    transaction, seen, writes = Transactions(), [], []

    def get(url: str, timeout: float) -> SimpleNamespace:
        seen.append(transaction.open)
        return SimpleNamespace(text="Ann")

    users = rows(filter=lambda **_: SimpleNamespace(update=lambda **values: writes.append(values)))
    names = {"PROFILE_URL": "https://example.org/", "requests": SimpleNamespace(get=get)}
    Shop().run(code, transaction=transaction, User=users, **names).refresh(1)
    return seen, writes


@proves("celery-tasks", "remote-call-outside-transaction")
def the_transaction_is_open_while_the_other_side_answers(bad: Code, good: Code) -> None:
    """Whether a transaction is open during the call, and what is written in how many steps."""
    assert open_during_the_call_and_writes(bad) == ([True], [{"active": True}, {"name": "Ann"}]), (
        "no transaction waited"
    )
    assert open_during_the_call_and_writes(good) == ([False], [{"active": True, "name": "Ann"}]), "a transaction waited"


def mail_tried_when_the_second_bounces(code: Code) -> list[int]:
    tried: list[int] = []

    def send_mail(user_id: int) -> None:
        tried.append(user_id)
        if user_id == 2:
            raise ValueError("bounced")

    shop = Shop()
    users = rows(values_list=lambda *_, **__: [1, 2, 3, 4])
    shop.run(code, send_mail=send_mail, User=users).newsletter.delay()
    shop.work_off()
    return tried


@proves("celery-tasks", "fan-out-units")
def one_bad_item_stops_a_loop_but_not_the_other_tasks(bad: Code, good: Code) -> None:
    """The second of four mails bounces."""
    assert mail_tried_when_the_second_bounces(bad) == [1, 2], "the loop went on after the failure"
    assert mail_tried_when_the_second_bounces(good) == [1, 2, 3, 4], "a failure kept another mail back"
