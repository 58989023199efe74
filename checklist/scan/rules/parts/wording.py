"""How rules write about options, lines and numbers of things, so that all of them say it alike."""

from __future__ import annotations

from collections.abc import Iterable

from checklist.scan.found import Evidence, Option, Origin

NO_FUNCTION = "the class has no method `run` in this file"


def shown(option: Option) -> str:
    """An option as it is written, and where: "`time_limit=60` (line 3)"."""
    return f"`{option.name}={option.source}` ({option.said()})"


def unread(*options: Option) -> str:
    """Why the value of one of these options is not known; empty when all are."""
    for option in options:
        if option.origin is Origin.UNKNOWN:
            return option.note
        if not option.is_known:
            return f"what {shown(option)} comes to is not in the text"
    return ""


def places(*options: Option) -> tuple[Evidence, ...]:
    """The lines where options are written, each once."""
    return unique(option.place for option in options if option.place)


def unique(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The lines without repetition, in the order given."""
    return tuple(dict.fromkeys(evidence))


def place(evidence: Evidence, path: str) -> str:
    """Where a line is, seen from the file `path`: `line 12`, or `shop/views.py:12`."""
    return f"line {evidence.line}" if evidence.path == path else f"{evidence.path}:{evidence.line}"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 call`, `2 calls`; `nouns` where an `s` does not make it many."""
    return f"{number} {noun}" if number == 1 else f"{number} {nouns or f'{noun}s'}"


def listed(texts: Iterable[str], most: int = 3) -> str:
    """The phrases without repetition, `most` of them, and how many more there are."""
    every = list(dict.fromkeys(texts))
    rest = len(every) - most
    return "; ".join(every[:most]) + (f"; and {rest} more" if rest > 0 else "")


def duration(seconds: float) -> str:
    """A time in the largest unit that fits: `3 days`, `90 seconds`."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return counted(int(seconds // size), unit)
    return f"{seconds:g} seconds"
