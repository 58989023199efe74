"""What celery-audit 0.1.0 prints, added to what we say of the same tasks."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from celery_audit.cli import main as run_celery_audit

from checklist.scan import celery_audit, guide, scanning
from checklist.scan.celery_audit import Imported, ImportedError
from checklist.scan.found import Suggestion
from scan.repository import write

GUIDE = guide.read("celery-tasks")
SOURCE = """from celery import Celery, shared_task
app = Celery()
@shared_task(acks_late=True, autoretry_for=(Exception,), bind=True)
def charge(self, order, password):
    raise self.retry()

@app.task(retry_limit=3, time_limit=3, soft_time_limit=10)
async def other(x=[]):
    charge.delay(1).get()
"""


def finding(rule: str, line: int, symbol: str | None, file: str = "tasks.py") -> dict[str, Any]:
    """One finding in the form of celery-audit's schema 3."""
    return {
        "category": "defect", "col": 0, "expr": None, "file": file, "fix": "...", "line": line,
        "message": f"what {rule} says", "rule_id": rule, "severity": "medium", "symbol": symbol,
    }  # fmt: skip


def added(*findings: dict[str, Any], path: str = "tasks.py") -> tuple[list[tuple[str, str]], list[str]]:
    """The tasks and items that got a suggestion, and what is said of the rest."""
    scanned = scanning.scan({path: SOURCE}, {})
    text = json.dumps({"findings": findings, "schema_version": 3})
    imported = celery_audit.add(text, scanned.tasks, GUIDE, scanned.sources)
    return [(each.task.name, said.item) for each in imported.tasks for said in each.suggestions], list(imported.notes)


@pytest.mark.parametrize("path", ["tasks.py", "src/tasks.py"])
def test_findings_become_suggestions_of_the_task_that_they_are_about(path: str) -> None:
    theirs = [
        finding("CEL005", 8, "tasks.other"),
        finding("CEL010", 3, "tasks.charge"),
        finding("CEL015", 4, "tasks.charge"),
    ]
    assert added(*theirs, path=path) == (
        [
            ("charge", "retry-transient-only"),
            ("charge", "stable-explicit-name"),
            ("other", "hard-and-soft-limits"),
        ],
        [],
    )


# What `celery-audit --format json` prints of a folder whose part `app` we scan


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What it prints about `app/tasks.py`."""
    write(tmp_path, {"app/tasks.py": SOURCE, "app/celeryconfig.py": 'broker_url = "redis://localhost"\n'})
    monkeypatch.chdir(tmp_path)
    run_celery_audit(["--config", "app/celeryconfig.py", "--format", "json", "."])
    return capsys.readouterr().out


def imported(printed: str, items: dict[str, str]) -> Imported:
    """The same file scanned by us for these items and their rules, with what was printed."""
    scanned = scanning.scan({"tasks.py": SOURCE}, items)
    return celery_audit.add(printed, scanned.tasks, GUIDE, scanned.sources)


def of(found: Imported, name: str) -> list[Suggestion]:
    """The suggestions of a task."""
    return [said for each in found.tasks if each.task.name == name for said in each.suggestions]


def test_a_suggestion_says_whose_it_is_and_shows_the_line_of_our_file(printed: str) -> None:
    said = {each.item: each for each in of(imported(printed, {}), "charge")}["retry-window-covers-outage"]
    assert said.rule == "celery-audit:CEL009"
    assert said.finding.text.startswith("celery-audit CEL009: Task retries automatically without retry_backoff")
    assert [(place.path, place.line, place.text) for place in said.finding.evidence] == [
        ("tasks.py", 4, "def charge(self, order, password):")
    ]


def test_an_item_of_a_task_has_one_suggestion_and_ours_comes_first(printed: str) -> None:
    found = imported(printed, GUIDE.rules)
    for name in ("charge", "other"):
        assert max(Counter(said.item for said in of(found, name)).values()) == 1
    (said,) = (each for each in of(found, "charge") if each.item == "retry-transient-only")
    assert said.rule == "retry-transient-only"
    assert any(
        note.startswith("CEL010 in app/tasks.py:3 is left out: retry-transient-only has a suggestion already")
        for note in found.notes
    )


def test_it_takes_the_place_of_ours_where_that_suggests_nothing() -> None:
    scanned = scanning.scan({"tasks.py": SOURCE}, GUIDE.rules)
    text = json.dumps({"findings": [finding("CEL014", 4, "tasks.charge"), finding("CEL021", 4, "tasks.charge")]})
    found = celery_audit.add(text, scanned.tasks, GUIDE, scanned.sources)
    assert [each.item for each in of(found, "charge")] == [each.item for each in scanned.tasks[0].suggestions]
    (said,) = (each for each in of(found, "charge") if each.item == "dedicated-existing-queue")
    assert said.rule == "celery-audit:CEL014"
    assert found.notes == (
        "CEL021 in tasks.py:4 is left out: dedicated-existing-queue has a suggestion already: what CEL021 says",
    )


def test_the_false_alarm_about_retries_without_end_is_left_out() -> None:
    assert added(finding("CEL008", 4, "tasks.charge")) == (
        [],
        ["CEL008 in tasks.py:4 means the same as no item here, or is about no single task, so it is left out"],
    )


@pytest.mark.parametrize(
    "theirs",
    [
        finding("CEL015", 4, "tasks.charge", "other.py"),
        finding("CEL015", 99, "tasks.charge"),
        finding("CEL015", 4, "tasks.other"),
        finding("CEL015", 4, "tasks.recharge"),
    ],
)
def test_what_matches_no_task_is_told_of(theirs: dict[str, Any]) -> None:
    suggested, notes = added(theirs)
    assert not suggested and "is about no task of this scan: what CEL015 says" in notes[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"findings": [1]}', '{"findings": [{"rule_id": "x"}]}', "[" * 100_000]
)
def test_what_is_not_of_celery_audit_is_an_error(text: str) -> None:
    with pytest.raises(ImportedError, match="not the JSON of celery-audit"):
        celery_audit.add(text, (), GUIDE, {})


def test_every_rule_of_the_table_belongs_to_an_item() -> None:
    assert set(celery_audit.RULES.values()) <= set(GUIDE.rules.values())
