"""A whole scan as plain values: tasks with what the rules say of each. It crosses the border of a process as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from checklist.scan.found import Evidence, Finding, Kind, Option, Origin, Possible, Suggested, Suggestion, Task, Unread


@dataclass(frozen=True)
class ScannedTask:
    """A task and a suggestion for each item that has a rule. `is_touched` says whether the diff of the scan changes it (always, without a diff).

    The lines `first_line` to `last_line` of its file are the whole definition, decorators included.
    """

    task: Task
    suggestions: tuple[Suggestion, ...] = ()
    is_touched: bool = True
    first_line: int = 0
    last_line: int = 0


@dataclass(frozen=True)
class Scanned:
    """Everything that a scan says.

    `sources` holds the text of the files in which tasks or their evidence stand, by path. `changed` are the paths of the files that the
    diff of the scan changes, `None` without a diff.
    """

    tasks: tuple[ScannedTask, ...] = ()
    possible: tuple[Possible, ...] = ()
    unread: tuple[Unread, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """For `json.dumps`; `from_json` reads it back."""
        return asdict(self)


def from_json(found: Mapping[str, Any]) -> Scanned:
    """What `Scanned.as_json` gave, read back."""
    return Scanned(
        tuple(_task(each) for each in found["tasks"]),
        tuple(Possible(**each) for each in found["possible"]),
        tuple(Unread(**each) for each in found["unread"]),
        found["sources"],
        None if found["changed"] is None else tuple(found["changed"]),
    )


def _task(found: Mapping[str, Any]) -> ScannedTask:
    options = {name: _option(each) for name, each in found["task"]["options"].items()}
    task = Task(**{**found["task"], "options": options})
    suggestions = tuple(suggestion_from_json(each) for each in found["suggestions"])
    return ScannedTask(task, suggestions, found["is_touched"], found["first_line"], found["last_line"])


def _option(found: Mapping[str, Any]) -> Option:
    place = Evidence(**found["place"]) if found["place"] else None
    return Option(**{**found, "origin": Origin(found["origin"]), "place": place})


def suggestion_from_json(found: Mapping[str, Any]) -> Suggestion:
    """A suggestion that `dataclasses.asdict` made plain, read back."""
    finding = found["finding"]
    evidence = tuple(Evidence(**each) for each in finding["evidence"])
    suggests = Suggested(finding["suggests"]) if finding["suggests"] else None
    return Suggestion(found["item"], found["rule"], Finding(Kind(finding["kind"]), finding["text"], suggests, evidence))
