"""What an open page must know to keep up: the state of every answer, and what stands in the way of a refused one. Used by views."""

from __future__ import annotations

from typing import Any

from checklist.audits import history
from checklist.audits.answering import Conflict
from checklist.audits.models import Audit
from checklist.audits.questions import FIELD
from checklist.audits.report import Entry, Report
from checklist.exports.characters import visible

FIELDS = ("verdict", "note")


def state(audit: Audit, report: Report) -> dict[str, Any]:
    """Every answer that the page of `audit` shows with the revisions of its fields, and the revision of the whole; `shown` is to be read."""
    return {
        "revision": audit.revision,
        "edition": audit.edition_id,
        "task": report.task,
        "url": report.url,
        "shown": {"task": visible(report.task), "url": visible(report.url)},
        "questions": [
            {"question": question.slug, "value": "yes" if question.applies else "no", "revision": question.revision}
            for question in report.questions
        ],
        "answers": [_answer(entry) for entry in report.entries if entry.verdict_revision or entry.note_revision],
    }


def _answer(entry: Entry) -> dict[str, Any]:
    return {
        "item": entry.item,
        "verdict": entry.verdict,
        "verdict_revision": entry.verdict_revision,
        "note": entry.note,
        "note_revision": entry.note_revision,
        "by": entry.by,
    }


def revisions(row: object) -> dict[str, list[object]]:
    """Revision and last change of each field of one answer."""
    return {name: [getattr(row, f"{name}_revision"), getattr(row, f"{name}_change")] for name in FIELDS}


def revisions_of_questions(audit: Audit) -> dict[str, list[object]]:
    """Revision and last change of each question that was ever answered, named like its field."""
    last = {slug: history.at(audit, "", f"{FIELD}{slug}", count) for slug, count in audit.question_revisions.items()}
    return {f"{FIELD}{slug}": [found.revision, found.change] for slug, found in last.items() if found}


def _shown(value: str) -> dict[str, str]:
    """How `value` is to be read, where that differs."""
    return {} if visible(value) == value else {"shown": visible(value)}


def collision(item: str, conflict: Conflict) -> dict[str, Any]:
    """What is stored where a value was refused: of the first field, and of each in `conflicts`."""
    found = [
        {
            "field": one.field,
            "value": one.current.value,
            "revision": one.current.revision,
            "change": one.current.change,
            "by": visible(one.by),
            **_shown(one.current.value),
        }
        for one in conflict.collisions
    ]
    return {"item": item, **found[0], "conflicts": found}
