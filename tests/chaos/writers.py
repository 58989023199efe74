"""Many writers at once, on a good network and a server that nobody kills: SQLite lets one of them write, the others wait."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chaos.client import ask, items_of

WRITERS = 16


@dataclass
class Written:
    """What became of the requests, and how many seconds each took."""

    writers: int
    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Everything that is not "saved"; 0 is no answer."""
        return sum(count for status, count in self.statuses.items() if status != 200)

    def __str__(self) -> str:
        took = sorted(self.took)
        half, most = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.99))
        return (
            f"{self.writers} writers for {self.seconds:.0f} s: {self.statuses[200]} changes saved, {self.errors} errors;"
            f" a change took {half:.0f} ms (median), {most:.0f} ms (99 of 100), {took[-1] * 1000:.0f} ms (the longest)"
        )


def write_at_once(port: int, audit: str, seconds: float, writers: int = WRITERS) -> Written:
    """All writers change notes of one audit as fast as they can, half of them the same item."""
    items = items_of(port, audit)
    written, deadline = Written(writers, seconds), time.monotonic() + seconds

    def write(number: int) -> list[tuple[int, float]]:
        done = []
        while time.monotonic() < deadline:
            started = time.monotonic()
            values = {"note": f"{number} {len(done)}", "change": f"w{number}-{uuid.uuid4().hex}"}
            item = items[number if number % 2 else 0]
            status = ask(port, "POST", f"{audit}items/{item}/", values, HX_Request="true").status
            done.append((status, time.monotonic() - started))
        return done

    with ThreadPoolExecutor(writers) as pool:
        for status, took in (one for done in pool.map(write, range(writers)) for one in done):
            written.statuses[status] += 1
            written.took.append(took)
    return written
