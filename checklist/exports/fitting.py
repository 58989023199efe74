"""Chooses how much of a report is written, so that the site it is pasted into takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checklist.audits.report import Report
from checklist.exports.characters import length
from checklist.exports.document import Detail, Dialect, Document

SHORT_TITLE = 20  # characters; the slug beside it names the item


def fitted(report: Report, dialect: Dialect) -> str:
    """Return the fullest document within the dialect's limit.

    What goes first is what a reviewer misses least: the ends of long notes, then the items that pass or do not
    apply, then all notes, the ends of titles, and only then items that fail or are open.
    """
    for detail, most in _steps(report):
        text = _fullest(report, dialect, detail, most)
        if text is not None:
            return text
    raise ValueError("the head of the report alone is longer than the dialect's limit")


def _steps(report: Report) -> Iterator[tuple[Callable[[int], Detail], int]]:
    """Ways to shorten, mildest first, each with the largest size that makes sense for it."""
    longest_note = max((len(entry.note) for entry in report.entries), default=0)
    longest_title = max((len(entry.title) for entry in report.entries), default=0)
    yield lambda _: Detail(), 0
    yield lambda size: Detail(note=size), longest_note
    yield lambda size: Detail(note=size, settled=False), longest_note
    yield lambda size: Detail(notes=False, settled=False, title=SHORT_TITLE + size), longest_title
    yield lambda size: Detail(notes=False, settled=False, title=SHORT_TITLE, items=size), len(report.entries)


def _fullest(report: Report, dialect: Dialect, detail: Callable[[int], Detail], most: int) -> str | None:
    """Return the document with the largest size up to `most` that fits, found by bisection; None when 0 does not."""
    best, low = None, 0
    while low <= most:
        size = (low + most) // 2
        text = _within(Document(report, dialect, detail(size)).lines(), dialect.limit)
        if text is None:
            most = size - 1
        else:
            best, low = text, size + 1
    return best


def _within(lines: Iterator[str], limit: int) -> str | None:
    """Return the lines as one text, or None as soon as they are longer than `limit`: most attempts end early."""
    kept, room = [], limit
    for line in lines:
        room -= length(line) + 1
        if room < 0:
            return None
        kept.append(f"{line}\n")
    return "".join(kept)
