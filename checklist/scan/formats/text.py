"""A result as plain text for a terminal: what is suggested for each task, then a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checklist.exports.characters import on_one_line
from checklist.scan.found import Suggestion
from checklist.scan.result import Result, said
from checklist.scan.rules import needs
from checklist.scan.scanned import ScannedTask

COLUMNS = ("fail", "pass", "na", "not found", "cannot tell")
SHOWN = 20  # files and folders of one kind that are named


def write(result: Result) -> str:
    """The whole result; nothing of the source can move the cursor or hide."""
    return "".join(f"{on_one_line(line).rstrip()}\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    for task in result.tasks:
        yield from _task(result, task)
    yield from _list(
        "Possible tasks",
        [f"{each.path}:{each.line} {each.name}: {_flat(each.reason)}" for each in result.shown_possible],
    )
    yield from _list("Not read", [f"{each.path}: {_flat(each.reason)}" for each in result.shown_unread])
    if result.elsewhere:
        yield from (result.elsewhere, "")
    yield from _list("Folders that hold no source", result.skipped)
    yield from _list("celery-audit", [_flat(each) for each in result.notes])
    yield from _table(result)
    chosen = f"{len(result.tasks)} of {result.all_tasks}" if len(result.tasks) < result.all_tasks else result.all_tasks
    yield f"{chosen} tasks, {len(result.possible)} possible, in {result.files} files; {len(result.unread)} not read."
    yield "Suggestions are not answers: a person decides."


def _task(result: Result, scanned: ScannedTask) -> Iterator[str]:
    task = scanned.task
    yield f"{task.path}:{task.line} {task.name} ({task.form})"
    suggested = result.suggested(scanned)
    for each in suggested:
        yield from _suggestion(result, each)
    rest = [said(each) for each in scanned.suggestions if not each.finding.suggests]
    yield f"  {rest.count('not found')} looked for and not found, {rest.count('cannot tell')} that the source cannot tell"
    yield ""


def _suggestion(result: Result, suggestion: Suggestion) -> Iterator[str]:
    item = result.item(suggestion)
    yield f"  {said(suggestion).upper():4}  {item.severity:8}  {item.slug}: {_flat(item.texts.title)}"
    yield f"        {_flat(suggestion.finding.text)}"
    for place in suggestion.finding.evidence:
        yield f"        {place.path}:{place.line}: {_flat(place.text)}"
    if leant_on := needs(suggestion.rule):
        yield f"        leans on what is said of: {', '.join(leant_on)}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _list(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"{title}:"
        yield from (f"  {entry}" for entry in entries[:SHOWN])
        if len(entries) > SHOWN:
            yield f"  ... and {len(entries) - SHOWN} more (`--format json` lists all)"
        yield ""


def _table(result: Result) -> Iterator[str]:
    rows = list(result.table())
    if rows:
        yield f"{'severity':8}  {'rule':26}" + "".join(f"{name:>12}" for name in COLUMNS)
        for item, counts in rows:
            yield f"{item.severity:8}  {item.detect:26}" + "".join(f"{counts[name]:>12}" for name in COLUMNS)
        yield ""
