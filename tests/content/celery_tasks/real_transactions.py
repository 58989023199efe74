"""Proofs about tasks that are enqueued inside a transaction of a real database."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

from django.db import connection, transaction

from checklist.catalogue.models import Checklist
from content.examples import Code
from content.proofs import proves


@proves("celery-tasks", "publish-after-commit", kind="django")
def a_task_goes_out_before_its_row_is_committed(bad: Code, good: Code) -> None:
    """The task is enqueued inside the transaction, and for a row that was rolled back; or after the commit, and only then."""
    assert _sent_inside_a_transaction(bad) == [True], "the bad example enqueues before the commit"
    assert _sent_for_a_row_that_is_gone(bad) == 1, "the bad example enqueues for a row that never was"
    assert _sent_inside_a_transaction(good) == [False], "the good example enqueues after the commit"
    assert _sent_for_a_row_that_is_gone(good) == 0, "the good example enqueues nothing after a rollback"


def _sent_inside_a_transaction(example: Code) -> list[bool]:
    """Register somebody: for each task that is sent, whether a transaction is open."""
    sent: list[bool] = []
    _shop(example, sent)["register"]("ann")
    return sent


def _sent_for_a_row_that_is_gone(example: Code) -> int:
    """Register somebody in a larger transaction that is rolled back: how many tasks were sent all the same."""
    sent: list[bool] = []
    rows = Checklist.objects.count()
    try:
        with transaction.atomic():
            _shop(example, sent)["register"]("ben")
            raise InterruptedError
    except InterruptedError:
        assert Checklist.objects.count() == rows, "the row was rolled back"
    return len(sent)


def _shop(example: Code, sent: list[bool]) -> dict[str, Any]:
    """The example with Django's own transactions; a row of a table that we have stands for its user."""

    def create(username: str) -> Checklist:
        return Checklist.objects.create(slug=f"{username}-{uuid.uuid4().hex}")

    users = SimpleNamespace(objects=SimpleNamespace(create=create))
    greet = SimpleNamespace(delay=lambda pk: sent.append(connection.in_atomic_block))
    return example.run(transaction=transaction, User=users, greet=greet)
