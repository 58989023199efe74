"""The report as plain text, for mail, chat and terminals."""

from __future__ import annotations

from collections.abc import Iterator

from checklist.audits.report import Entry, Report
from checklist.exports.characters import visible

_INDENT = " " * 10


def render(report: Report) -> str:
    """Return the text; the same report gives the same text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    ref = report.checklist
    yield f"Audit of {_one_line(report.task)}"
    yield f"{report.standing}, {report.counts.open} open"
    yield f"Checklist: {_one_line(ref.title)}, edition {ref.edition}" + (
        f", verified with {_one_line(ref.verified_with)}" if ref.verified_with else ""
    )
    yield from (f"{_one_line(question.text)} No." for question in report.questions if not question.applies)
    if report.url:
        yield f"Under review: {_one_line(report.url)}"
    if report.shared:
        yield report.shared
    for section in report.sections:
        yield from ("", _one_line(section.title))
        for entry in section.entries:
            yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"  {entry.verdict.words.upper():<6}  {_one_line(entry.title)} ({entry.severity}, {entry.item})"
    yield from (f"{_INDENT}{line}".rstrip() for line in visible(entry.note.strip()).splitlines())


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())
