"""Compares what is stored with what was acknowledged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from running import Project

from chaos.client import ask
from chaos.ledger import Choice, Ledger, Place

FIELDS = ("verdict", "note")
UNANSWERED = {"verdict": "open", "note": ""}


@dataclass(frozen=True)
class Row:
    """One row of the history."""

    order: int
    place: Place
    revision: int
    value: str
    change: str


@dataclass
class Stored:
    """The tables, read without the server."""

    audits: dict[str, dict[str, Any]]  # path of the edit link -> fields
    answers: dict[tuple[str, str], dict[str, Any]]  # that path and the item -> fields
    history: dict[Place, list[Row]]  # by revision

    @property
    def rows(self) -> list[Row]:
        """The whole history."""
        return [row for rows in self.history.values() for row in rows]

    @property
    def places(self) -> list[Place]:
        """The fields of all answers."""
        return [Place(audit, item, name) for audit, item in self.answers for name in FIELDS]


@dataclass
class Findings:
    """What is wrong, one sentence each; `written` counts the acknowledged changes that were found in the history."""

    lost: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    half_written: list[str] = field(default_factory=list)
    written: int = 0


def read(project: Project) -> Stored:
    """Audits, answers and history as the tables hold them."""
    file = project.folder / "dump.json"
    project.manage("dumpdata", "audits", "--output", str(file))
    objects = json.loads(file.read_text())
    paths = {one["pk"]: f"/audits/{one['fields']['edit_token']}/" for one in objects if one["model"] == "audits.audit"}
    stored = Stored({}, {}, defaultdict(list))
    for one in objects:
        fields = one["fields"]
        if one["model"] == "audits.audit":
            stored.audits[paths[one["pk"]]] = fields
        elif one["model"] == "audits.answer":
            stored.answers[paths[fields["audit"]], fields["item"]] = fields
        elif one["model"] == "audits.change" and fields["item"]:
            place = Place(paths[fields["audit"]], fields["item"], fields["field"])
            row = Row(one["pk"], place, fields["revision"], fields["value"], fields["change"])
            stored.history[place].append(row)
    for rows in stored.history.values():
        rows.sort(key=lambda row: row.revision)
    return stored


def inspect(stored: Stored, ledger: Ledger, audits: list[str]) -> Findings:
    """Everything that must hold of `audits`, whose paths these are."""
    found = Findings()
    by_change = defaultdict(list)
    for row in stored.rows:
        by_change[row.change, row.place].append(row)
    for choice in ledger.acknowledged:
        found.lost += _lost(choice, by_change, stored)
        found.written += any((choice.change, place) in by_change for place in choice.values)
    for place in {*stored.history, *stored.places}:
        if place.audit in audits:
            rows = stored.history.get(place, [])
            found.undone += _undone(rows, ledger)
            found.half_written += _half_written(place, rows, stored)
    found.undone += _not_the_last(stored, ledger)
    found.half_written += _torn(by_change, ledger, stored)
    for audit in audits:
        found.half_written += _miscounted(audit, stored)
    return found


def _lost(choice: Choice, by_change: dict[tuple[str, Place], list[Row]], stored: Stored) -> Iterator[str]:
    """Each acknowledged value is in the history, or it was there already and nothing had to be written."""
    is_written = any((choice.change, place) in by_change for place in choice.values)
    for place, value in choice.values.items():
        rows = by_change.get((choice.change, place), [])
        revision, change = choice.said.get(place, (None, choice.change))
        if rows or change == choice.change:
            told = revision if change == choice.change else None
            is_there = any(row.value == value and told in (None, row.revision) for row in rows)
        else:
            # Written with the other value: whether this one was there at that moment is what `_torn` asks.
            is_there = is_written or _value_at(stored, place, revision) == value
        if not is_there:
            yield f"{choice.change} of {place} was acknowledged as {revision} {value!r} and is not in the history"


def _value_at(stored: Stored, place: Place, revision: int | None) -> str | None:
    rows = stored.history.get(place, [])
    return UNANSWERED[place.field] if not revision else next((r.value for r in rows if r.revision == revision), None)


def _undone(rows: list[Row], ledger: Ledger) -> Iterator[str]:
    """No choice comes twice, after a later one of the same person, or over something that the person had not seen."""
    latest: dict[int, int] = {}
    for row in rows:
        choice = ledger.choices.get(row.change)
        if choice is None:
            yield f"{row} was chosen by nobody"
            continue
        if choice.number <= latest.get(choice.reviewer, 0):
            yield f"{row} came again, or after choice {latest[choice.reviewer]} of the same person"
        if choice.bases[row.place] and row.revision - 1 not in choice.bases[row.place]:
            yield f"{row} was written over a revision that the person never had in view"
        latest[choice.reviewer] = max(choice.number, latest.get(choice.reviewer, 0))


def _not_the_last(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Where one person alone answers, what is stored is the last choice that was acknowledged."""
    people: dict[Place, set[int]] = defaultdict(set)
    last: dict[Place, Choice] = {}
    for choice in ledger.choices.values():
        for place in choice.values:
            people[place].add(choice.reviewer)
            if choice.is_acknowledged:
                last[place] = max(choice, last.get(place, choice), key=lambda one: one.number)
    for place, choice in last.items():
        answer = stored.answers.get((place.audit, place.item), {})
        if len(people[place]) == 1 and answer.get(place.field) != choice.values[place]:
            yield f"{place} is {answer.get(place.field)!r}; the last choice was {choice.values[place]!r}"


def _half_written(place: Place, rows: list[Row], stored: Stored) -> Iterator[str]:
    """The history has no gap, and the answer is its last row."""
    if [row.revision for row in rows] != list(range(1, len(rows) + 1)):
        yield f"the history of {place} has a gap"
    answer = stored.answers.get((place.audit, place.item), {})
    current = tuple(answer.get(f"{place.field}{of}") for of in ("", "_revision", "_change"))
    last = (rows[-1].value, rows[-1].revision, rows[-1].change) if rows else (UNANSWERED[place.field], 0, "")
    if current != last:
        yield f"{place} is stored as {current}, its history ends with {last}"


def _torn(by_change: dict[tuple[str, Place], list[Row]], ledger: Ledger, stored: Stored) -> Iterator[str]:
    """Of two values that were sent together both are written, unless one was there already."""
    for choice in ledger.choices.values():
        rows = {place: by_change.get((choice.change, place), []) for place in choice.values}
        written = [found[0] for found in rows.values() if found]
        for place in [place for place, found in rows.items() if written and not found]:
            earlier = [row.value for row in stored.history.get(place, []) if row.order < written[0].order]
            if (earlier[-1] if earlier else UNANSWERED[place.field]) != choice.values[place]:
                yield f"{choice.change}: {place.field} was not written, though the other field was"


def _miscounted(audit: str, stored: Stored) -> Iterator[str]:
    """The audit's revision counts exactly the changes that are in the history."""
    changes = {row.change for row in stored.rows if row.place.audit == audit}
    latest = max((one["audit_revision"] for (path, _), one in stored.answers.items() if path == audit), default=0)
    if not stored.audits[audit]["revision"] == latest == len(changes):
        said = stored.audits[audit]["revision"]
        yield f"{audit} has revision {said}, {len(changes)} changes, and an answer of revision {latest}"


def contradictions(audit: str, stored: Stored, port: int) -> Iterator[str]:
    """Where `changes` and export.json, as the server at `port` gives them, say something else than the tables."""
    changes = json.loads(ask(port, "GET", f"{audit}changes").text)
    if changes["revision"] != stored.audits[audit]["revision"]:
        yield f"{audit}changes is of revision {changes['revision']}"
    exported = {one["item"]: one for one in json.loads(ask(port, "GET", f"{audit}export.json").text)["answers"]}
    shown = {one["item"]: one for one in changes["answers"]}
    for (path, item), answer in stored.answers.items():
        if path == audit:
            wanted = [answer[name] for name in FIELDS]
            if [exported[item][name] for name in FIELDS] != wanted:
                yield f"export.json of {audit} contradicts the table about {item}"
            if [shown[item][f"{name}_revision"] for name in FIELDS] != [answer[f"{name}_revision"] for name in FIELDS]:
                yield f"{audit}changes contradicts the table about {item}"
            if [shown[item][name] for name in FIELDS] != wanted:
                yield f"{audit}changes contradicts the table about {item}"
