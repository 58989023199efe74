"""How much work one file may cost, counted in steps, so that no source keeps a scan busy for ever. Steps do not depend on the machine."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import TypeVar

Of = TypeVar("Of")
Found = TypeVar("Found")

PER_SCAN = 10_000_000  # steps that one thing may cost which is found out once for all files
PER_FILE = 1_000_000  # steps; real projects stay far below, and a few seconds are enough for all of them


class TooMuchError(Exception):
    """The work that was allowed is used up."""


class _Left(threading.local):
    steps: float = math.inf


_left = _Left()


def spend(steps: int = 1) -> None:
    """Count work. Raises `TooMuchError` when more was done than the nearest `limit` allows."""
    _left.steps -= steps
    if _left.steps < 0:
        raise TooMuchError("it leads to more than can be followed")


@contextmanager
def limit(steps: int = PER_FILE) -> Iterator[None]:
    """Allow so much work inside. It counts outside, too."""
    before, _left.steps = _left.steps, steps
    try:
        yield
    finally:
        _left.steps += before - steps


def once_per_scan(compute: Callable[[Of], Found]) -> Callable[[Of], Found]:
    """Compute something of a whole scan when it is first asked for, and keep it.

    Its steps do not count for the file that happens to ask first. Raises `TooMuchError` each time when they were too many.
    """

    @lru_cache(maxsize=4)
    def outcome(of: Of) -> tuple[Found | None, TooMuchError | None]:
        before, _left.steps = _left.steps, PER_SCAN
        try:
            return compute(of), None
        except TooMuchError as error:
            return None, error
        finally:
            _left.steps = before

    @wraps(compute)
    def ask(of: Of) -> Found:
        found, error = outcome(of)
        if error:
            raise error
        return found  # type: ignore[return-value]

    return ask
