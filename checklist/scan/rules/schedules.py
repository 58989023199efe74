"""The rules about schedules: entries that overlap themselves, and crontabs without a minute."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from checklist.scan.effort import once_per_scan
from checklist.scan.finder import Found
from checklist.scan.found import Evidence, Finding
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts.numbers import is_number
from checklist.scan.rules.parts.schedule_entries import COARSE, Entry, entries, entries_of, is_crontab
from checklist.scan.rules.parts.wording import NO_FUNCTION, places, shown, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.source import Module
from checklist.scan.subject import Subject, dotted

_LOCKING = re.compile(
    r"lock|mutex|semaphore|once|singleton|exclusive|overlap|running|in_progress|throttle|rate_?limit|timeout|timed|deadline"
)


@rule("beat-overlap", needs=("time-limits", "lock-timeout"))
def beat_overlap(subject: Subject) -> Finding:
    """A scheduled task that nothing keeps from running twice at once."""
    planned = entries(subject)
    if lock := _lock(subject):
        return not_found(
            f"`{lock[0]}` (line {lock[1].line}) may keep it from overlapping; whether it does in time is not in the text"
        )
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    if not planned:
        return _unscheduled(subject)
    limit = subject.option("time_limit")
    for entry in planned:
        period = entry.period(subject.project)
        if limit.is_known and is_number(limit.value) and limit.value and period is not None and limit.value <= period:
            continue
        return _overlapping(entry, period, subject)
    return not_found(f"{shown(limit)} ends it before its next run")


def _overlapping(entry: Entry, period: float | None, subject: Subject) -> Finding:
    limit = subject.option("time_limit")
    said = f"every {period:g} s" if period is not None else f"`{entry.module.source(entry.schedule)}`"
    if period is None or not limit.is_known or not limit.value:
        return cannot_tell(
            f"it runs {said} without a lock in its body; whether it can take that long is not in the text",
            entry.evidence,
        )
    where = f"{entry.module.path}:{entry.schedule.lineno}"
    text = f"it runs {said} ({where}), {shown(limit)} lets it run longer, and its body takes no lock"
    return fails(text, *unique([entry.evidence, *places(limit)]))


def _unscheduled(subject: Subject) -> Finding:
    if entries_of(subject.found):
        return not_found("no entry of the schedules in these files names it")
    if not subject.settings.seen or subject.hidden or not _starts_by_itself(subject):
        return cannot_tell("no schedule is in the files that were read")
    return fails(
        "its body takes no lock: on a schedule, a run that takes longer than its period runs beside the next one",
        subject.at,
    )


def _starts_by_itself(subject: Subject) -> bool:
    """Whether a task looks like one of a schedule: it needs no arguments, and no line of the scan names it but its own."""
    arguments = subject.function.args if subject.function else None
    if arguments is None or [each.arg for each in (*arguments.posonlyargs, *arguments.args) if each.arg != "self"]:
        return False
    word = re.compile(rf"\b{re.escape(subject.task.name.split('.')[-1])}\b")
    return sum(len(word.findall(module.text)) for module in subject.project.modules.values()) == 1


def _lock(subject: Subject) -> tuple[str, Evidence] | None:
    """A name in body, decorators or options that speaks of a lock or of a timer of its own, or a call of `cache.add`."""
    node = subject.declaration.defined.node
    for each in [*subject.body(), *(inner for decorator in node.decorator_list for inner in ast.walk(decorator))]:
        name = getattr(each, "attr", None) or getattr(each, "id", None) or getattr(each, "arg", None)
        if isinstance(each, ast.Attribute) and each.attr in {"add", "setnx", "select_for_update"} and _is_shared(each):
            return subject.module.source(each), subject.line(each)
        if isinstance(name, str) and _LOCKING.search(name.lower()) and hasattr(each, "lineno"):
            return name, subject.line(each)
        if isinstance(each, ast.keyword) and each.arg == "nx":
            return "nx", subject.line(each.value)
    return None


def _is_shared(node: ast.Attribute) -> bool:
    return node.attr != "add" or any(word in dotted(node.value).lower() for word in ("cache", "redis"))


# Crontabs


@rule("crontab-minute")
def crontab_minute(subject: Subject) -> Finding:
    """`crontab(hour=9)` without a minute, in the entries of this task, or anywhere when none names it."""
    crontabs = _crontabs_of(subject.found)
    schedules = {entry.schedule for entry in entries(subject)}
    own = [each for each in crontabs if each[0] in schedules]
    looked_at = own or [each for each in crontabs if each[0] not in _schedules_of_others(subject.found)]
    if bad := [(node, module) for node, module in looked_at if _lacks_minute(node)]:
        said = "; ".join(f"`{module.source(node)}` ({module.path}:{node.lineno})" for node, module in bad[:5])
        return fails(
            f"{said} runs in each minute: `minute=` is missing",
            *unique(module.evidence(node) for node, module in bad[:5]),
        )
    if own:
        return not_found(f"the crontab of this task, {own[0][1].path}:{own[0][0].lineno}, leaves no minute out")
    if crontabs:
        return not_found(
            f"no entry of a schedule names it; {len(crontabs)} crontabs in these files are of other tasks, or complete"
        )
    if not subject.settings.seen:
        return cannot_tell(f"no `crontab(...)` is in these files, and {subject.settings.why_unseen}")
    return not_found("no `crontab(...)` in the files that were read")


@once_per_scan
def _schedules_of_others(found: Found) -> frozenset[ast.expr]:
    """The schedules of entries that run a task of the scan."""
    subjects = [Subject(declaration, found) for declaration in found.declarations]
    return frozenset(entry.schedule for entry in entries_of(found) if any(entry.runs(subject) for subject in subjects))


@once_per_scan
def _crontabs_of(found: Found) -> tuple[tuple[ast.Call, Module], ...]:
    """Every call of Celery's `crontab`, without those of tests."""
    return tuple(
        (node, module) for module in found.project.modules.values() for node in _crontabs(module, found.project)
    )


def _crontabs(module: Module, project: Project) -> Iterator[ast.Call]:
    if "crontab" in module.text and not is_test(module):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and is_crontab(node, project.scope_of(module, node), project):
                yield node


def _lacks_minute(node: ast.Call) -> bool:
    names = {keyword.arg for keyword in node.keywords}
    return not node.args and None not in names and "minute" not in names and bool(names & COARSE)
