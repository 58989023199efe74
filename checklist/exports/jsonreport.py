"""The report as JSON, schema 1, for programs. Keys may be added later; none changes its meaning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from checklist.audits.report import ChecklistRef, Entry, Report
from checklist.exports.characters import encodable

SCHEMA = 1


def as_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain lists and dicts, every item of the edition in its order."""
    return {
        "schema": SCHEMA,
        "task": report.task,
        "url": report.url or None,
        "outcome": str(report.outcome),
        "checklist": _checklist(report.checklist),
        "updated": _timestamp(report.updated),
        "shared": report.shared or None,
        "counts": report.counts.as_dict(),
        "questions": [
            {"question": asked.slug, "text": asked.text, "answer": "yes" if asked.applies else "no"}
            for asked in report.questions
        ],
        "answers": _answers(report),
    }


def render(report: Report) -> str:
    """Return the JSON text, with a newline at its end and fit for UTF-8."""
    return encodable(json.dumps(as_dict(report), indent=2, ensure_ascii=False)) + "\n"


def _checklist(ref: ChecklistRef) -> dict[str, Any]:
    return {"slug": ref.slug, "edition": ref.edition, "verified_with": ref.verified_with}


def _timestamp(moment: datetime) -> str:
    """Return an aware `moment` in UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _answered(report: Report, entry: Entry) -> dict[str, str | None]:
    """Who answered, and when, where the report asks for it."""
    if not report.names:
        return {}
    return {"by": entry.by, "at": _timestamp(entry.at) if entry.at else None}


def _answers(report: Report) -> list[dict[str, str | None]]:
    return [
        {
            "section": section.slug,
            "item": entry.item,
            "title": entry.title,
            "severity": str(entry.severity),
            "scope": entry.scope,
            "verdict": str(entry.verdict),
            "note": entry.note,
            **_answered(report, entry),
        }
        for section in report.sections
        for entry in section.entries
    ]
