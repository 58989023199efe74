"""How many requests were sent, by route and status: what `make fuzz` prints."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

# `make fuzz` asks for more.
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1500"))
SHARE_ON_SOCKETS = 10  # every tenth request goes through a real socket

counts: Counter[tuple[str, int]] = Counter()


def table() -> Iterator[str]:
    """The counts, line by line."""
    statuses = sorted({status for _, status in counts})
    routes = sorted({route for route, _ in counts})
    width = max(map(len, routes), default=0)
    yield " ".join([f"{sum(counts.values()):>{width},}", *(f"{status:>6}" for status in statuses)])
    for route in routes:
        yield " ".join([f"{route:{width}}", *(f"{counts[route, status] or '':>6}" for status in statuses)])
    totals = (sum(counts[route, status] for route in routes) for status in statuses)
    yield " ".join([f"{'all':{width}}", *(f"{total:>6}" for total in totals)])
