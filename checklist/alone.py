"""One process at a time: what must not run twice at once, though several replicas start together. Used by `manage.py prepare`."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

LOCK = 0x57616C6B  # "Walk" as a number: PostgreSQL's advisory locks have no names
PAUSE = 0.2  # seconds between two tries


@contextmanager
def alone() -> Iterator[None]:
    """Waits, however long it takes, until no other process with the same database is inside; a process that dies lets the next one in."""
    if connection.vendor == "postgresql":
        with _alone_on_postgresql():
            yield
    else:
        with Path(connection.settings_dict["NAME"]).with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def _alone_on_postgresql() -> Iterator[None]:
    """Holds a lock of a session of its own, outside of the pool, which ends with the block or with the process.

    Asking again and again instead of waiting for the lock leaves no statement open: an index that is made concurrently waits for
    all of them, and both would wait for each other.
    """
    own = connection.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    with closing(own), own.cursor() as cursor:
        while not _takes_the_lock(cursor):
            time.sleep(PAUSE)
        yield


def _takes_the_lock(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])
