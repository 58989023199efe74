"""Reports for the tests of the exports, written out so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from checklist.audits.report import ChecklistRef, Entry, QuestionReport, Report, SectionReport, Severity, Verdict

SHARED = "https://walkaround.example/shared/v1ew/"
URL = "https://git.example/pulls/7"
QUESTIONS = (
    QuestionReport("scheduled", "Does it run on a schedule?", applies=False),
    QuestionReport("external", "Does it call *other* services?"),
)


def entry(item: str, verdict: Verdict = Verdict.OPEN, note: str = "", *, title: str = "") -> Entry:
    """A major item; its title follows from its slug unless given."""
    return Entry(item, title or f"Check {item}", Severity.MAJOR, verdict, note)


def report(
    *sections: Iterable[Entry],
    task: str = "billing.tasks.charge",
    url: str = URL,
    shared: str = SHARED,
    questions: tuple[QuestionReport, ...] = (),
) -> Report:
    """A report with one section per group of entries, named part-1, part-2 ..."""
    ref = ChecklistRef("celery-tasks", "Celery tasks", 3, "Celery 5.7.0")
    numbered = enumerate(sections, start=1)
    parts = tuple(SectionReport(f"part-{n}", f"Part {n}", tuple(entries)) for n, entries in numbered)
    return Report(task, url, ref, datetime(2026, 11, 22, 10, tzinfo=UTC), shared, parts, questions)


def mixed() -> Report:
    """Every verdict with and without a note, a folded section, one that only passes, a critical failure."""
    retries = [
        entry("max-retries", Verdict.PASS, "three, see `settings`"),
        entry("backoff", Verdict.FAIL, "grows\nwithout end", title="Use retry_backoff with a cap"),
        entry("jitter", Verdict.NA, "one worker only"),
        entry("acks-late"),
    ]
    payload = [entry(f"payload-{n}", Verdict.PASS) for n in range(4)]
    critical = entry("idempotent", Verdict.FAIL, "charges twice")._replace(severity=Severity.CRITICAL)
    return report(retries, [critical, *payload], [entry("logged", Verdict.PASS), entry("traced", Verdict.NA)])


def one_of_each(text: str, *, title: str = "") -> Report:
    """`text` as the note of an item of each verdict, and of passed items that fold; `title` as all their titles."""
    slugs = {"passing": Verdict.PASS, "failing": Verdict.FAIL, "unanswered": Verdict.OPEN, "skipped": Verdict.NA}
    mixed = [entry(slug, verdict, text, title=title) for slug, verdict in slugs.items()]
    return report(mixed, [entry(f"folded-{n}", Verdict.PASS, text, title=title) for n in range(4)])
