"""What the reviewers did and what the server acknowledged, written down by the reviewers themselves."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """One field of one item of one audit."""

    audit: str  # the path of the edit link
    item: str
    field: str


@dataclass
class Choice:
    """What a reviewer chose at one moment: a change in the words of the protocol, with one value or two."""

    change: str
    reviewer: int
    number: int  # counts the choices of its reviewer
    values: dict[Place, str]
    bases: dict[Place, set[int]]  # every base that was ever sent with it
    is_acknowledged: bool = False
    # What the acknowledgement said of each place: its revision, and the last change there.
    said: dict[Place, tuple[int, str]] = field(default_factory=dict)


class Ledger:
    """Everything that the reviewers chose, and what went wrong on the way."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.choices: dict[str, Choice] = {}
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []

    def add(self, choice: Choice) -> None:
        """Before it is sent for the first time."""
        with self.lock:
            self.choices[choice.change] = choice

    def acknowledge(self, choice: Choice, said: dict[Place, tuple[int, str]]) -> None:
        """The server answered with 2xx or 3xx."""
        is_there = not said or choice.change in {change for _, change in said.values()}
        with self.lock:
            choice.said = said
            choice.is_acknowledged = True
            self.counts["acknowledged" if is_there else "overtaken"] += 1

    def count(self, what: str) -> None:
        """One more of `what`."""
        with self.lock:
            self.counts[what] += 1

    def complain(self, problem: str) -> None:
        """Keep a sentence about something that must never happen."""
        with self.lock:
            self.problems.append(problem)

    @property
    def acknowledged(self) -> list[Choice]:
        """The choices that the server acknowledged."""
        return [choice for choice in self.choices.values() if choice.is_acknowledged]
