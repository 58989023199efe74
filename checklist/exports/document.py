"""The report as one Markdown document, the layout that GitHub and its likes share. `fitting` chooses how much of it.

A note stands on the line of its item, since merge gates lose items with nested lists. Text goes through `markdowntext`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from checklist.audits.report import Entry, Report, SectionReport, Verdict
from checklist.exports.markdowntext import LINE_BREAK, escaped, escaped_lines, head

NAME_LIMIT = 200  # characters of a task; a report from elsewhere may hold more
URL_LIMIT = 500
FOLD_FROM = 4  # fewer passed items take no more room than the fold itself

_BOXES = {
    Verdict.PASS: "- [x] pass",
    Verdict.FAIL: "- [ ] **fail**",
    Verdict.OPEN: "- [ ] **open**",
}


@dataclass(frozen=True)
class Dialect:
    """What differs between sites: the box of an item that does not apply (with its space), the longest text."""

    na_box: str
    limit: int


@dataclass(frozen=True)
class Detail:
    """How much is written. `None` is everything; limits are in typed characters, `items` in lines."""

    note: int | None = None
    title: int | None = None
    notes: bool = True
    settled: bool = True
    items: int | None = None

    def writes(self, entry: Entry) -> bool:
        """Whether `entry` gets a line, were there room for all: passed and n/a items may be left out."""
        return self.settled or entry.verdict in (Verdict.FAIL, Verdict.OPEN)


class Document:
    """Writes one report in one dialect with one detail."""

    def __init__(self, report: Report, dialect: Dialect, detail: Detail) -> None:
        """Choose the entries that get a line; nothing is written yet."""
        self.report, self.dialect, self.detail = report, dialect, detail
        wanted = (entry for entry in report.entries if detail.writes(entry))
        self.listed = {entry.item for entry in islice(wanted, detail.items)}

    def lines(self) -> Iterator[str]:
        """The document line by line, so that a caller can stop when it has grown too long.

        Blocks have a blank line between, which is also what lets a task list work inside `<details>`.
        """
        yield from self.top()
        for section in self.report.sections:
            entries = [entry for entry in section.entries if entry.item in self.listed]
            if entries:
                yield from self.section(section, entries)

    def top(self) -> Iterator[str]:
        """The heading, outcome, progress, checklist and links, and what was left out."""
        yield f"## Audit of {_name(self.report.task)}"
        for paragraph in (self.standing(), self.about(), self.under_review(), self.declined(), self.left_out()):
            if paragraph:
                yield from ("", paragraph)

    def standing(self) -> str:
        """The outcome, and the progress beside it: one does not follow from the other."""
        counts = self.report.counts
        return (
            f"**{self.report.outcome.words}** · {counts.answered} of {counts.total} answered · "
            f"{counts.passed} pass, {counts.failed} fail, {counts.na} n/a, {counts.open} open"
        )

    def about(self) -> str:
        """Which edition of which checklist, and where the live report is."""
        ref = self.report.checklist
        parts = [f"Checklist: {_name(ref.title)}, edition {ref.edition}"]
        if ref.verified_with:
            parts.append(f"verified with {_name(ref.verified_with)}")
        return " · ".join([*parts, self.link("shared page")] if self.report.shared else parts)

    def under_review(self) -> str:
        """The URL of the change, "" when there is none."""
        return f"Under review: {escaped(_cut(self.report.url, URL_LIMIT))}" if self.report.url else ""

    def declined(self) -> str:
        """The questions that were answered with no, "" when there are none."""
        questions = [escaped(question.text) for question in self.report.questions if not question.applies]
        return f"Answered no: {' '.join(questions)}" if questions else ""

    def left_out(self) -> str:
        """One sentence on what there was no room for, "" when all items and notes have a place."""
        missing = [entry for entry in self.report.entries if entry.item not in self.listed]
        settled = sum(entry.verdict in (Verdict.PASS, Verdict.NA) for entry in missing)
        losses = {
            "all notes": not self.detail.notes,
            f"{settled} items that pass or do not apply": settled,
            f"{len(missing) - settled} items that fail or are open": len(missing) - settled,
        }
        lost = ", ".join(words for words, happened in losses.items() if happened)
        return f"Too long to paste whole. Left out here: {lost}. All of it: {self.link('shared page')}" if lost else ""

    def section(self, section: SectionReport, entries: list[Entry]) -> Iterator[str]:
        """The section's lines. Many passed items fold at its end, so that what needs work is seen first."""
        yield from ("", f"### {escaped(_cut(section.title, self.detail.title))}")
        passed = [entry for entry in entries if entry.verdict is Verdict.PASS]
        if len(passed) < FOLD_FROM:
            yield from self.items(entries)
            return
        yield from self.items([entry for entry in entries if entry.verdict is not Verdict.PASS])
        yield from ("", "<details>", f"<summary>{len(passed)} passed</summary>")
        yield from self.items(passed)
        yield from ("", "</details>")

    def items(self, entries: list[Entry]) -> Iterator[str]:
        """The entries as one list, after a blank line; nothing for no entries."""
        if entries:
            yield ""
            yield from map(self.line, entries)

    def line(self, entry: Entry) -> str:
        """One item on one line."""
        title = escaped(_cut(entry.title, self.detail.title)) or entry.item
        note = LINE_BREAK.join(filter(None, [self.note(entry), self.answered(entry)]))
        if entry.verdict is Verdict.NA:
            reason = note or "no reason given"
            return f"- {self.dialect.na_box}~~{title}~~ `{entry.item}` n/a ({entry.severity}): {reason}"
        line = f"{_BOXES[entry.verdict]} ({entry.severity}): {title} `{entry.item}`"
        return f"{line}{LINE_BREAK}{note}" if note else line

    def answered(self, entry: Entry) -> str:
        """Who answered, and when, where the report asks for it."""
        if not self.report.names or not entry.at:
            return ""
        return f"answered {f'by {escaped(entry.by)} ' if entry.by else ''}on {entry.at:%Y-%m-%d %H:%M} UTC"

    def note(self, entry: Entry) -> str:
        """The entry's note as Markdown; a cut one ends in a link to the whole."""
        note, limit = entry.note.strip(), self.detail.note
        if not self.detail.notes:
            return ""
        if limit is None or len(note) <= limit:
            return escaped_lines(note)
        return f"{escaped_lines(head(note, limit))} ... {self.link('full note')}".lstrip()

    def link(self, words: str) -> str:
        """`words` as a link to the shared page, or alone when there is none."""
        return f"[{words}]({self.report.shared})" if self.report.shared else words


def _name(typed: str) -> str:
    return escaped(_cut(typed, NAME_LIMIT))


def _cut(typed: str, limit: int | None) -> str:
    return typed if limit is None or len(typed) <= limit else f"{head(typed, limit)}…"
