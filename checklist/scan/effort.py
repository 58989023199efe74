"""How much work one file may cost, counted in steps, so that no source keeps a scan busy for ever. Steps do not depend on the machine."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PER_FILE = 1_000_000  # steps; the largest files of real projects need a thirtieth


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
