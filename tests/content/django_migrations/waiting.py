"""A migration that meets somebody else's open transaction, and a visitor who comes while it waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import DatabaseError, migrations

from content.django_migrations import server
from content.django_migrations.billing import Billing, can

LONGEST_WAIT = 30  # seconds until the migration must be seen waiting


@dataclass
class Meeting:
    """`served` says whether the visitor's statement went through; `gave_up` why the migration failed, if it did."""

    served: bool = False
    gave_up: DatabaseError | None = None


@contextmanager
def open_transaction(billing: Billing, sql: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who ran `sql` and has not committed."""
    with server.connect(billing.database) as other:
        other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        other.execute(sql)
        yield other
        other.rollback()


def meet(billing: Billing, given: Sequence[migrations.Migration], held: str, visit: str, patience: float) -> Meeting:
    """Migrate while another transaction holds what `held` takes; a visitor tries `visit` for `patience` seconds.

    The other transaction ends after the visit, so that the migration can go on.
    """
    meeting = Meeting()
    with open_transaction(billing, held) as holder:
        visitor = threading.Thread(target=_visit, args=(billing, meeting, holder, visit, patience))
        visitor.start()
        try:
            billing.migrate(given)
        except DatabaseError as error:
            meeting.gave_up = error
        finally:
            visitor.join()
    return meeting


def _visit(billing: Billing, meeting: Meeting, holder: psycopg.Connection[Any], sql: str, patience: float) -> None:
    pid = billing.connection.connection.info.backend_pid
    try:
        with server.connect(billing.database) as visitor:
            _until_waiting(visitor, pid)
            meeting.served = can(visitor, sql, patience)
    finally:
        holder.rollback()


def _until_waiting(visitor: psycopg.Connection[Any], pid: int) -> None:
    """Return once the session waits for a lock. Raises TimeoutError."""
    query = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        if visitor.execute(query, [pid]).fetchone() == (True,):
            return
        time.sleep(0.02)
    raise TimeoutError("the migration never waited for a lock")
