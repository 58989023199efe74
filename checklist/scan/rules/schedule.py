"""The schedule entries of a task: in `beat_schedule`, and by `add_periodic_task`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.found import Evidence
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.project import External, Value
from checklist.scan.subject import Subject


@dataclass(frozen=True)
class Entry:
    """One entry: its line, its period in seconds where it has one, the line of its `expires`, and whether all of it was read."""

    place: Evidence
    period: float | None
    expires: Evidence | None
    is_whole: bool


def entries(subject: Subject) -> list[Entry]:
    """Every schedule entry of the task that the scan holds."""
    return [*_of_settings(subject), *_of_calls(subject)]


def _of_settings(subject: Subject) -> Iterator[Entry]:
    for setting in subject.settings.every("beat_schedule"):
        table, scope = _followed(setting.node, setting.scope, subject)
        if not isinstance(table, ast.Dict):
            continue
        for key, value in zip(table.keys, table.values, strict=True):
            entry, inner = _followed(value, scope, subject)
            if key is not None and isinstance(entry, ast.Dict):
                yield from _entry(key, entry, inner, subject)


def _entry(key: ast.expr, node: ast.Dict, scope: Scope, subject: Subject) -> Iterator[Entry]:
    parts = {
        each.value: value for each, value in zip(node.keys, node.values, strict=True) if isinstance(each, ast.Constant)
    }
    name = parts.get("task")
    if name is None or not _names(name, scope, subject):
        return
    options, where = _followed(parts["options"], scope, subject) if "options" in parts else (ast.Dict([], []), scope)
    found, is_whole = _expires(options, where)
    is_whole = is_whole and all(each is not None for each in node.keys)
    period = _period(parts["schedule"], scope, subject) if "schedule" in parts else None
    yield Entry(scope.module.evidence(key), period, found, is_whole)


def _expires(options: ast.expr, scope: Scope) -> tuple[Evidence | None, bool]:
    if not isinstance(options, ast.Dict):
        return None, False
    for key in options.keys:
        if isinstance(key, ast.Constant) and key.value in {"expires", "expiry"}:
            return scope.module.evidence(key), True
    return None, all(key is not None for key in options.keys)


def _of_calls(subject: Subject) -> Iterator[Entry]:
    """`sender.add_periodic_task(60.0, charge.s())`."""
    for call in subject.calls:
        up = call.module.parents.get(call.node)
        if not (
            isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute) and up.func.attr == "add_periodic_task"
        ):
            continue
        given = next((each.value for each in up.keywords if each.arg == "expires"), None)
        found = call.module.evidence(given) if given is not None else None
        period = _period(up.args[0], call.scope, subject) if up.args else None
        yield Entry(call.module.evidence(up), period, found, all(each.arg for each in up.keywords))


def _names(node: ast.expr, scope: Scope, subject: Subject) -> bool:
    """Whether an entry's `task` is this one: by its explicit name, its dotted path, or `charge.name`."""
    if isinstance(node, ast.Attribute) and node.attr == "name":
        targets = subject.project.resolve(node.value, scope)
        return any(getattr(target, "node", None) is subject.declaration.defined.node for target in targets)
    try:
        written = literal(node, scope, subject.project)
    except UnknownError:
        return False
    name = subject.option("name")
    if name.is_written:
        return name.is_known and name.value == written
    dotted = ".".join((*subject.module.parts, subject.task.name))
    return isinstance(written, str) and "." in written and (dotted == written or dotted.endswith(f".{written}"))


def _period(node: ast.expr, scope: Scope, subject: Subject) -> float | None:
    node, scope = _followed(node, scope, subject)
    try:
        value = literal(node, scope, subject.project)
        return float(value) if isinstance(value, int | float) else None
    except UnknownError:
        return _of_crontab(node, scope, subject) if isinstance(node, ast.Call) else None


def _of_crontab(node: ast.Call, scope: Scope, subject: Subject) -> float | None:
    """The period of `crontab(minute="*/5")` and of an hourly `crontab(minute=0)`; `None` for anything less frequent."""
    targets = subject.project.resolve(node.func, scope)
    names = {target.name for target in targets if isinstance(target, External)}
    if "celery.schedules.crontab" not in names and ast.unparse(node.func) != "crontab":
        return None
    given = dict(zip(("minute", "hour"), node.args, strict=False)) | {each.arg: each.value for each in node.keywords}
    others = {name: value for name, value in given.items() if name not in {"minute", "app", "nowfun"}}
    if None in given or any(not _is_star(value) for value in others.values()):
        return None
    return _of_minute(given.get("minute"))


def _of_minute(node: ast.expr | None) -> float | None:
    if node is None or _is_star(node):
        return 60.0
    if not isinstance(node, ast.Constant):
        return None
    text = str(node.value)
    if text.startswith("*/") and text[2:].isdigit() and int(text[2:]):
        return 60.0 * int(text[2:])
    if all(part.isdigit() for part in text.split(",")):
        return 3600.0 / len(text.split(","))
    return None


def _is_star(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "*"


def _followed(node: ast.expr, scope: Scope, subject: Subject) -> tuple[ast.expr, Scope]:
    if isinstance(node, ast.Name | ast.Attribute):
        for target in subject.project.resolve(node, scope):
            if isinstance(target, Value) and not target.elements_of:
                return target.node, target.scope
    return node, scope
