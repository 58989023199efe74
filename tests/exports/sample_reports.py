"""Reports for the tests of the exports, written out so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from checklist.audits.report import ChecklistRef, Entry, Report, SectionReport, Severity, Verdict

SHARED = "https://walkaround.example/shared/v1ew/"
URL = "https://git.example/pulls/7"


def entry(item: str, verdict: Verdict = Verdict.OPEN, note: str = "", *, title: str = "") -> Entry:
    """A major item; its title follows from its slug unless given."""
    return Entry(item, title or f"Check {item}", Severity.MAJOR, verdict, note)


def report(
    *sections: Iterable[Entry], task: str = "billing.tasks.charge", url: str = URL, shared: str = SHARED
) -> Report:
    """A report with one section per group of entries, named part-1, part-2 ..."""
    ref = ChecklistRef("celery-tasks", "Celery tasks", 3, "Celery 5.7.0")
    numbered = enumerate(sections, start=1)
    parts = tuple(SectionReport(f"part-{n}", f"Part {n}", tuple(entries)) for n, entries in numbered)
    return Report(task, url, ref, datetime(2026, 11, 22, 10, tzinfo=UTC), shared, parts)


def one_of_each(text: str, *, title: str = "") -> Report:
    """`text` as the note of an item of each verdict, and of passed items that fold; `title` as all their titles."""
    slugs = {"passing": Verdict.PASS, "failing": Verdict.FAIL, "unanswered": Verdict.OPEN, "skipped": Verdict.NA}
    mixed = [entry(slug, verdict, text, title=title) for slug, verdict in slugs.items()]
    return report(mixed, [entry(f"folded-{n}", Verdict.PASS, text, title=title) for n in range(4)])
