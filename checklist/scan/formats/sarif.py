"""A result as SARIF 2.1.0, for code scanning: one result for each fail that is suggested."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from checklist.catalogue.content import ItemContent
from checklist.exports.characters import encodable
from checklist.scan.found import Evidence, Suggested, Suggestion
from checklist.scan.result import Result
from checklist.scan.rules import needs
from checklist.scan.scanned import ScannedTask

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"critical": "error", "major": "warning", "minor": "note"}


def write(result: Result) -> str:
    """One run. Paths are relative to what was scanned, so scan from the top of the repository."""
    run = {
        "tool": {"driver": {"name": "Walkaround", "rules": [_rule(item) for item in result.guide.items.values()]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, task, each) for task, each in _fails(result)],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(result)}],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _fails(result: Result) -> list[tuple[ScannedTask, Suggestion]]:
    return [
        (task, each) for task in result.tasks for each in task.suggestions if each.finding.suggests is Suggested.FAIL
    ]


def _rule(item: ItemContent) -> dict[str, Any]:
    texts = item.texts
    return {
        "id": item.slug,
        "name": "".join(word.title() for word in item.slug.split("-")),
        "shortDescription": {"text": texts.title},
        "fullDescription": {"text": f"{texts.title}. {' '.join(texts.why.split())}"[:1000]},
        "help": {"text": f"{texts.why}\n{texts.check}", "markdown": f"{texts.why}\n\n**Check:** {texts.check}"},
        "defaultConfiguration": {"level": LEVELS[item.severity]},
        "properties": {
            "tags": ["celery"],
            "needs": list(needs(item.detect)),
            "problem.severity": {"note": "recommendation"}.get(LEVELS[item.severity], LEVELS[item.severity]),
        },
    }


def _result(result: Result, scanned: ScannedTask, suggestion: Suggestion) -> dict[str, Any]:
    task, finding = scanned.task, suggestion.finding
    places = finding.evidence or (Evidence(task.path, task.line, ""),)
    return {
        "ruleId": suggestion.item,
        "ruleIndex": list(result.guide.items).index(suggestion.item),
        "level": LEVELS[result.item(suggestion).severity],
        "message": {"text": encodable(f"{task.name}: {finding.text}")},
        "locations": [_location(places[0])],
        "relatedLocations": [{"id": n} | _location(place) for n, place in enumerate(places[1:], 1)],
        "partialFingerprints": {
            "walkaroundTaskItem/v1": _fingerprint(task.path, task.name, suggestion.rule, suggestion.item)
        },
    }


def _location(place: Evidence) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": place.line}
    if place.text:
        region["snippet"] = {"text": encodable(place.text)}
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    """Relative to the top of the source, or whole where the PATH was: a whole one has no base."""
    uri = quote(encodable(path), safe="/")
    return {"uri": f"file://{uri}"} if uri.startswith("/") else {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _fingerprint(*parts: str) -> str:
    """The same for the same item of the same task, wherever in its file that moves."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _notifications(result: Result) -> list[dict[str, Any]]:
    unread = [_notification("warning", each.path, f"{each.path} was not read: {each.reason}") for each in result.unread]
    return unread + [_notification("note", each, f"{each} was skipped: it holds no source") for each in result.skipped]


def _notification(level: str, path: str, text: str) -> dict[str, Any]:
    return {
        "level": level,
        "message": {"text": encodable(text)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(path)}}],
    }
