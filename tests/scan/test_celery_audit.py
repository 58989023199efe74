"""What celery-audit 0.1.0 really printed about two tasks, added to ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklist.scan import celery_audit, guide, scanning
from checklist.scan.celery_audit import ImportedError

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
    scanned = scanning.scan({path: SOURCE}, {}).tasks
    imported = celery_audit.add(json.dumps({"findings": findings, "schema_version": 3}), scanned, GUIDE)
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


def test_a_suggestion_says_whose_it_is_and_where() -> None:
    scanned = scanning.scan({"tasks.py": SOURCE}, {}).tasks
    (said,) = (
        celery_audit.add(json.dumps({"findings": [finding("CEL009", 4, "tasks.charge")]}), scanned, GUIDE)
        .tasks[0]
        .suggestions
    )
    assert (said.rule, said.finding.text) == ("celery-audit:CEL009", "celery-audit CEL009: what CEL009 says")
    assert [(place.path, place.line) for place in said.finding.evidence] == [("tasks.py", 4)]


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
        celery_audit.add(text, (), GUIDE)


def test_every_rule_of_the_table_belongs_to_an_item() -> None:
    assert set(celery_audit.RULES.values()) <= set(GUIDE.rules.values())
