"""What is wrong with a file of a checklist, and how it is said: one line per problem. Knows no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

# The way from the root of a file to a value: keys, and positions in lists from 0, e.g. ("sections", 1, "title").
Place: TypeAlias = tuple[str | int, ...]

SHOWN = 60  # characters of an author's text that a message quotes


@dataclass(frozen=True)
class Finding:
    """A problem while its file is being read: the line counts from 1, the place is still a path."""

    line: int
    place: Place
    message: str


@dataclass(frozen=True, order=True)
class Problem:
    """A problem as people see it; `str()` is one line that an editor can jump to."""

    path: str
    line: int
    place: str
    message: str

    def __str__(self) -> str:
        return f"{printable(self.path)}:{self.line}: {self.place}: {self.message}"


def printable(text: str) -> str:
    """`text` on one line, with what a terminal must not see (controls, direction marks, lone surrogates) escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def shown(text: str) -> str:
    """`text` in double quotes for a message, cut when long."""
    cut = text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
    return f'"{printable(cut)}"'


def listed(words: Iterable[str]) -> str:
    """`words` in one line, for "allowed: ..."."""
    return ", ".join(words)


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean "severity"?)` with the word of `known` most like `word`, or nothing when none is like it."""
    if len(word) > SHOWN:
        return ""  # comparing costs the square of the length
    found = get_close_matches(word.lower(), list(known), n=1)
    return f' (did you mean "{found[0]}"?)' if found else ""


def in_words(place: Place, data: object) -> str:
    """Say a place as `sections[2] "retries" > title`: positions count from 1, entries show their slug in `data`."""
    steps: list[str] = []
    for step in place:
        data = _inside(data, step)
        if isinstance(step, int) and steps:
            steps[-1] += f"[{step + 1}]{_slug_of(data)}"
        else:
            steps.append(_step(step))
    return " > ".join(steps) or "checklist"


def _step(step: str | int) -> str:
    name = str(step + 1 if isinstance(step, int) else step)
    return name if name.isidentifier() and len(name) <= SHOWN else shown(name)


def _inside(data: object, step: str | int) -> object:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int):
        return data[step]
    return None


def _slug_of(data: object) -> str:
    slug = data.get("slug") if isinstance(data, dict) else None
    return f" {shown(slug)}" if isinstance(slug, str) else ""
