"""The report: what an audit found, computed once and read by the page, the shared page and every export.

Pure data and pure functions; knows no Django. `service.py` builds a `Report` from rows, everybody else only reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Verdict(StrEnum):
    """The answer to one item."""

    PASS = "pass"
    FAIL = "fail"
    NA = "na"
    OPEN = "open"

    __hash__ = str.__hash__  # equal to its text, and quicker than an enumeration's own

    @property
    def words(self) -> str:
        """The verdict as a person reads it, for instance "N/A"."""
        return "N/A" if self is Verdict.NA else self.value.capitalize()


class Severity(StrEnum):
    """How much a failed item weighs, heaviest first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"

    __hash__ = str.__hash__


class Outcome(StrEnum):
    """What the answers add up to."""

    REQUEST_CHANGES = "request-changes"
    INCOMPLETE = "incomplete"
    APPROVE_WITH_FOLLOW_UPS = "approve-with-follow-ups"
    APPROVE = "approve"

    @property
    def words(self) -> str:
        """The outcome as a person reads it, for instance "Request changes"."""
        return {
            Outcome.REQUEST_CHANGES: "Request changes",
            Outcome.INCOMPLETE: "Incomplete",
            Outcome.APPROVE_WITH_FOLLOW_UPS: "Approve with follow-ups",
            Outcome.APPROVE: "Approve",
        }[self]


class Counts(NamedTuple):
    """How many items have each verdict; the names are those of the `counts` of the JSON export."""

    passed: int = 0
    failed: int = 0
    na: int = 0
    open: int = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Counts:
        """Count the verdicts of `entries`."""
        count = [entry.verdict for entry in entries].count
        return cls(count(Verdict.PASS), count(Verdict.FAIL), count(Verdict.NA), count(Verdict.OPEN))

    @property
    def answered(self) -> int:
        """Items that have a verdict."""
        return self.passed + self.failed + self.na

    @property
    def decided(self) -> int:
        """Items that passed or failed."""
        return self.passed + self.failed

    @property
    def total(self) -> int:
        """All items."""
        return self.answered + self.open

    def as_dict(self) -> dict[str, int]:
        """The counts under the words of the contract: pass, fail, na, open."""
        return {"pass": self.passed, "fail": self.failed, "na": self.na, "open": self.open}


def outcome(answers: Iterable[tuple[Severity, Verdict]]) -> Outcome:
    """What answers, each with the severity of its item, add up to.

    The first that holds: a critical item fails; items are open, or none passed or failed; another item fails.
    """
    found = set(answers)
    verdicts = {verdict for _, verdict in found}
    if (Severity.CRITICAL, Verdict.FAIL) in found:
        return Outcome.REQUEST_CHANGES
    if Verdict.OPEN in verdicts or not verdicts & {Verdict.PASS, Verdict.FAIL}:
        return Outcome.INCOMPLETE
    return Outcome.APPROVE_WITH_FOLLOW_UPS if Verdict.FAIL in verdicts else Outcome.APPROVE


@dataclass(frozen=True)
class Guidance:
    """What the edition says about an item, for exports that explain: Markdown, code, and (title, address) of sources."""

    why: str = ""
    good: str = ""
    language: str = ""
    sources: tuple[tuple[str, str], ...] = ()


class Entry(NamedTuple):
    """One item of the edition with its answer.

    The revisions count the changes of verdict and note; `by` (a name, not verified) and `at` say who changed the answer last, and when.
    `earlier` is the verdict that was given to an earlier revision of the item: it is shown, and the item is open again.
    """

    item: str
    title: str
    severity: Severity
    verdict: Verdict = Verdict.OPEN
    note: str = ""
    scope: str = "task"
    verdict_revision: int = 0
    note_revision: int = 0
    by: str = ""
    at: datetime | None = None
    earlier: Verdict | None = None
    guidance: Guidance = Guidance()


@dataclass(frozen=True)
class SectionReport:
    """One section of the edition with its entries, in the edition's order."""

    slug: str
    title: str
    entries: tuple[Entry, ...]

    @cached_property
    def counts(self) -> Counts:
        """The counts of this section alone."""
        return Counts.of(self.entries)


@dataclass(frozen=True)
class QuestionReport:
    """One question of the edition; `applies` is False when it was answered with no, `revision` counts its answers."""

    slug: str
    text: str
    applies: bool = True
    revision: int = 0


@dataclass(frozen=True)
class ChecklistRef:
    """Which edition of which checklist the task was held against."""

    slug: str
    title: str
    edition: int
    verified_with: str = ""


@dataclass(frozen=True)
class Report:
    """An audit as everybody outside of the database sees it. `url` and `shared` are "" when there is none.

    `names` asks exports to say who answered, and when.
    """

    task: str
    url: str
    checklist: ChecklistRef
    updated: datetime
    shared: str
    sections: tuple[SectionReport, ...]
    questions: tuple[QuestionReport, ...] = ()
    names: bool = False

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry, in the edition's order."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @cached_property
    def counts(self) -> Counts:
        """The counts of the whole audit."""
        return Counts.of(self.entries)

    @cached_property
    def failures(self) -> tuple[Entry, ...]:
        """The failed entries, the heaviest first, else in the edition's order."""
        weight = list(Severity).index
        failed = (entry for entry in self.entries if entry.verdict is Verdict.FAIL)
        return tuple(sorted(failed, key=lambda entry: weight(entry.severity)))

    @cached_property
    def by_severity(self) -> dict[Severity, Counts]:
        """The counts per severity, heaviest first; every severity is there."""
        return {s: Counts.of([e for e in self.entries if e.severity is s]) for s in Severity}

    @cached_property
    def outcome(self) -> Outcome:
        """The first that holds: a critical item fails; items are open, or none passed or failed; another item fails."""
        return outcome((entry.severity, entry.verdict) for entry in self.entries)

    @property
    def standing(self) -> str:
        """Outcome and counts in one line, for a preview of a link."""
        counts = self.counts
        return (
            f"{self.outcome.words}: {counts.answered} of {counts.total} answered, "
            f"{counts.passed} pass, {counts.failed} fail, {counts.na} n/a"
        )

    @property
    def reason(self) -> str:
        """Why the outcome is what it is, in one line."""
        if self.counts.failed and self.outcome is not Outcome.INCOMPLETE:
            return self._failing
        if self.counts.open:
            return "1 item is open" if self.counts.open == 1 else f"{self.counts.open} items are open"
        return "Every item that applies passed" if self.counts.passed else "No item passed or failed"

    @property
    def _failing(self) -> str:
        failed = [(counts.failed, severity) for severity, counts in self.by_severity.items() if counts.failed]
        parts = [f"{number} {severity}" for number, severity in failed]
        listed = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
        noun = "item" if failed[-1][0] == 1 else "items"
        return f"{listed} {noun} {'fails' if self.counts.failed == 1 else 'fail'}"
