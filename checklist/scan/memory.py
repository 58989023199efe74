"""Keeps a scan from taking the memory of the whole machine: what needs more fails there, and says so, while other programs go on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

SHARE = 0.8  # of the machine's memory


@contextmanager
def bounded() -> Iterator[None]:
    """Inside, this process may take no more than its share; what asks for more raises `MemoryError`. A lower limit of the caller stays."""
    if resource is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard, share()) if limit != resource.RLIM_INFINITY]
    _limit(min(limits), hard)
    try:
        yield
    finally:
        _limit(soft, hard)


def _limit(soft: int, hard: int) -> None:
    with suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def share() -> int:
    """The bytes that a scan may take on this machine."""
    return int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
