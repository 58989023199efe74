"""Takes over what celery-audit (0.1, the JSON of `--format json`) found about the tasks of a scan, as further suggestions.

Only rules that mean the same as an item are taken. CEL008 is not: it calls automatic retries without `max_retries` unbounded, but
Celery's default is 3. Findings about the configuration as a whole (CEL001 to CEL004, CEL007, CEL011 and others) belong to no single task,
and CEL022 belongs to the code that sends, wherever that stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checklist.scan.found import Finding, Kind, Suggested, Suggestion
from checklist.scan.guide import Guide
from checklist.scan.scanned import ScannedTask
from checklist.scan.source import line_of

# Their rule -> ours.
RULES = {
    "CEL005": "time-limits",  # the soft limit is not below the hard one
    "CEL006": "time-limits",  # a limit of 0 switches the one of the settings off
    "CEL009": "retry-window",  # automatic retries without backoff
    "CEL010": "retry-transient-only",  # retries on every exception
    "CEL014": "known-queue",  # a queue that nobody declared
    "CEL015": "explicit-name",  # no name of its own
    "CEL021": "known-queue",  # the same, where queues are not made by themselves
}


class ImportedError(Exception):
    """The file is not what celery-audit writes; the message says why."""


@dataclass(frozen=True)
class Imported:
    """The tasks with the suggestions added, and a line for each finding that was not added."""

    tasks: tuple[ScannedTask, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Theirs:
    rule: str
    path: str
    line: int
    symbol: str
    message: str

    @property
    def where(self) -> str:
        return f"{self.rule} in {self.path}:{self.line}"


def add(text: str, tasks: Sequence[ScannedTask], guide: Guide, sources: Mapping[str, str]) -> Imported:
    """Add the findings in `text` to the tasks that they are about; `sources` has the texts of their files. Raises `ImportedError`.

    An item of a task has one suggestion, so that no fault counts twice: our own, unless that suggests nothing.
    """
    items = {item.detect: slug for slug, item in guide.items.items()}
    added = list(tasks)
    notes = []
    for theirs in _read(text):
        item = items.get(RULES.get(theirs.rule, ""))
        at = next((number for number, task in enumerate(added) if _is_about(theirs, task)), None)
        if item is None:
            notes.append(
                f"{theirs.where} means the same as no item here, or is about no single task, so it is left out"
            )
        elif at is None:
            notes.append(f"{theirs.where} is about no task of this scan: {theirs.message}")
        elif _suggests(added[at], item):
            notes.append(f"{theirs.where} is left out: {item} has a suggestion already: {theirs.message}")
        else:
            path = added[at].task.path
            added[at] = _with(added[at], _suggestion(theirs, item, path, sources.get(path, "")))
    return Imported(tuple(added), tuple(notes))


def _suggests(scanned: ScannedTask, item: str) -> bool:
    return any(each.finding.suggests for each in scanned.suggestions if each.item == item)


def _with(scanned: ScannedTask, new: Suggestion) -> ScannedTask:
    """The task with this suggestion in the place of the one that its item had, else as the last."""
    found = {each.item: each for each in scanned.suggestions} | {new.item: new}
    return replace(scanned, suggestions=tuple(found.values()))


def _suggestion(theirs: _Theirs, item: str, path: str, source: str) -> Suggestion:
    """Their finding with the line as we have it: their paths begin at the folder in which they were started."""
    place = line_of(path, source.split("\n"), theirs.line)
    text = f"celery-audit {theirs.rule}: {theirs.message}"
    return Suggestion(item, f"celery-audit:{theirs.rule}", Finding(Kind.FOUND, text, Suggested.FAIL, (place,)))


def _is_about(theirs: _Theirs, scanned: ScannedTask) -> bool:
    """Whether it is the same file, and a line of the task or its name. Their paths may begin at another folder than ours."""
    task = scanned.task
    if not (task.path == theirs.path or task.path.endswith(f"/{theirs.path}") or theirs.path.endswith(f"/{task.path}")):
        return False
    is_named = f".{theirs.symbol}".endswith(f".{task.name}")
    return scanned.first_line <= theirs.line <= scanned.last_line and (is_named or not theirs.symbol)


def _read(text: str) -> list[_Theirs]:
    try:
        found: Any = json.loads(text)
        return [_one(each) for each in found["findings"]]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise ImportedError(f"this is not the JSON of celery-audit ({type(error).__name__}: {error})") from None


def _one(found: dict[str, Any]) -> _Theirs:
    rule, path, message = (str(found[key]) for key in ("rule_id", "file", "message"))
    return _Theirs(rule, path.replace("\\", "/"), int(found["line"]), str(found.get("symbol") or ""), message)
