"""A result as JSON, for programs."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from checklist.scan.found import Option, Suggestion
from checklist.scan.result import Result
from checklist.scan.rules import needs
from checklist.scan.scanned import ScannedTask


def write(result: Result) -> str:
    """`{"tasks": [...], "possible": [...], "unread": [...]}` and more keys; readers ignore those that they do not know."""
    found = {
        "tasks": [_task(result, each) for each in result.tasks],
        "possible": [asdict(each) for each in result.possible],
        "unread": [asdict(each) for each in result.unread],
        "skipped": list(result.skipped),
        "notes": list(result.notes),
        "checklist": result.guide.content.slug,
    }
    return json.dumps(found, indent=2, allow_nan=False) + "\n"


def _task(result: Result, scanned: ScannedTask) -> dict[str, Any]:
    task = scanned.task
    return {
        "name": task.name,
        "path": task.path,
        "line": task.line,
        "form": task.form,
        "options": {name: _option(option) for name, option in task.options.items()},
        "suggestions": [_suggestion(result, each) for each in scanned.suggestions],
    }


def _option(option: Option) -> dict[str, Any]:
    """`value` is null where the source does not tell it; `path` and `line` are null for Celery's defaults."""
    place = option.place
    return {
        "value": _plain(option.value) if option.is_known else None,
        "source": option.source,
        "origin": str(option.origin),
        "path": place.path if place else None,
        "line": place.line if place else None,
        "note": option.note,
    }


def _suggestion(result: Result, suggestion: Suggestion) -> dict[str, Any]:
    finding, item = suggestion.finding, result.item(suggestion)
    return {
        "item": suggestion.item,
        "rule": suggestion.rule,
        "needs": list(needs(suggestion.rule)),
        "severity": item.severity,
        "title": item.texts.title,
        "kind": str(finding.kind),
        "suggests": str(finding.suggests) if finding.suggests else None,
        "text": finding.text,
        "evidence": [asdict(place) for place in finding.evidence],
    }


def _plain(value: object) -> object:
    """A value that JSON knows; numbers without end are none."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
