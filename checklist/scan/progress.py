"""Says on standard error what a scan does just now and how far it is, to a person who looks on; a log has no use for that."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

# Called with what is done, how much of it, and of how much; 0 of 0 where nothing is counted.
Progress = Callable[[str, int, int], None]

EVERY = 0.2  # seconds between two numbers


def nobody(what: str, done: int, total: int) -> None:
    """The progress of a scan that nobody watches."""


@contextmanager
def shown() -> Iterator[Progress]:
    """The progress on one line of the terminal, which is empty again when the block ends, however it ends."""
    if not sys.stderr.isatty():
        yield nobody
        return
    line = _Line(sys.stderr)
    try:
        yield line.say
    finally:
        line.clear()


class _Line:
    """One line that is written again and again. Spaces cover what a longer text before left, as every terminal knows them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.what = ""
        self.length = 0
        self.last = 0.0

    def say(self, what: str, done: int, total: int) -> None:
        """A new phase is shown at once, its numbers now and then."""
        now = time.monotonic()
        if what != self.what or now - self.last >= EVERY:
            self.what, self.last = what, now
            self._write(f"{what}: {done:,} of {total:,}" if total else what)

    def clear(self) -> None:
        """Leave the line to what is printed next."""
        self._write("")
        self.stream.write("\r")
        self.stream.flush()

    def _write(self, text: str) -> None:
        self.stream.write(f"\r{text.ljust(self.length)}")
        self.stream.flush()
        self.length = len(text)
