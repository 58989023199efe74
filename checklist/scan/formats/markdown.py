"""A result as Markdown for a comment on a pull request. Nothing of the source becomes markup: all of it goes through the exports' escaping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checklist.exports.characters import length
from checklist.exports.markdowntext import BREAK, escaped, head
from checklist.scan.found import Evidence, Suggestion
from checklist.scan.result import Result, said
from checklist.scan.scanned import ScannedTask

LIMIT = 60_000  # GitHub refuses 65,536 characters
ROOM = 200  # of them for the last line
SHOWN = 20  # possible tasks, files that were not read, and folders
LONGEST = 400  # characters of one text of the source
WORDS = {"fail": "Suggests fail", "pass": "Suggests pass", "na": "Suggests that it does not apply"}


def write(result: Result) -> str:
    """The tasks with what is suggested for each, and no boxes: nothing here is done or to be done. At most `LIMIT` characters."""
    kept, room = [], LIMIT - ROOM
    lines = list(_lines(result))
    for number, line in enumerate(lines):
        room -= length(line) + 1
        if room < 0:
            kept += ["", f"{len(lines) - number} more lines did not fit here; the scan itself prints all of them."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def _lines(result: Result) -> Iterator[str]:
    yield "### What the code suggests for the review of its Celery tasks"
    yield ""
    yield f"{_count(result)} Suggestions are not answers: a reviewer decides."
    for task in result.tasks:
        yield from _task(result, task)
    yield from _list(
        "May be tasks", [f"{each.path}:{each.line} {each.name}: {each.reason}" for each in result.shown_possible]
    )
    yield from _list("Not read", [f"{each.path}: {each.reason}" for each in result.shown_unread])
    if result.elsewhere:
        yield from ("", result.elsewhere)
    yield from _skipped(result.skipped)
    yield from _list("From celery-audit", list(result.notes))


def _count(result: Result) -> str:
    count = len(result.tasks)
    return "No tasks to look at." if not count else f"{count} task{'s' if count > 1 else ''}."


def _task(result: Result, scanned: ScannedTask) -> Iterator[str]:
    task = scanned.task
    rest = [said(each) for each in scanned.suggestions if not each.finding.suggests]
    yield ""
    yield f"**{_text(task.name)}** in {_text(f'{task.path}:{task.line}')}"
    yield ""
    for each in result.suggested(scanned):
        yield _suggestion(result, each)
    yield f"- {rest.count('not found')} looked for and not found, {rest.count('cannot tell')} that the source cannot tell"


def _suggestion(result: Result, suggestion: Suggestion) -> str:
    item, finding = result.item(suggestion), suggestion.finding
    places = "".join(f"<br>{_place(place)}" for place in finding.evidence[:5])
    return (
        f"- **{WORDS[said(suggestion)]}**, {item.severity}: {_text(item.texts.title)} ({_text(item.slug)})"
        f"<br>{_text(finding.text)}{places}"
    )


def _place(place: Evidence) -> str:
    return _text(f"{place.path}:{place.line}: {place.text}")


def _list(title: str, entries: list[str]) -> Iterator[str]:
    """A list of ours. What begins an entry could begin a list or a rule of its own, had it not something before it."""
    if entries:
        yield ""
        yield f"{title}:"
        yield ""
        yield from (f"- {BREAK}{_text(entry)}" for entry in entries[:SHOWN])
        if len(entries) > SHOWN:
            yield f"- and {len(entries) - SHOWN} more; the scan itself prints all of them"


def _skipped(folders: Sequence[str]) -> Iterator[str]:
    if folders:
        more = f" and {len(folders) - SHOWN} more" if len(folders) > SHOWN else ""
        yield ""
        yield f"Skipped, as they hold no source: {', '.join(map(_text, folders[:SHOWN]))}{more}."


def _text(typed: str) -> str:
    return escaped(typed if len(typed) <= LONGEST else head(typed, LONGEST) + " ...")
