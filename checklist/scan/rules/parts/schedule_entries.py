"""The entries of schedules: mappings with `task` and `schedule`, as `beat_schedule` has them, and calls of `add_periodic_task`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from checklist.scan.effort import once_per_scan
from checklist.scan.finder import Found
from checklist.scan.found import Evidence
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts.followed import followed
from checklist.scan.rules.parts.numbers import is_none, number
from checklist.scan.source import Module
from checklist.scan.subject import Subject, dotted
from checklist.scan.targets import Defined

COARSE = {"hour", "day_of_week", "day_of_month", "month_of_year"}
_CRONTABS = {"celery.schedules.crontab", "celery.task.schedules.crontab"}


@dataclass(frozen=True)
class Expiry:
    """When the runs of an entry expire: the `line` that says it, and the `seconds` where the text tells them.

    `is_whole` says whether all of the entry's options were read, `is_off` that it is written as `None`: then the task's own expiry does
    not hold either.
    """

    line: Evidence | None
    is_whole: bool
    seconds: float | None = None
    is_off: bool = False

    @property
    def is_set(self) -> bool:
        """Whether the entry has an expiry."""
        return self.line is not None and not self.is_off


@dataclass(frozen=True, eq=False)
class Entry:
    """One entry: the `task` by its name or as a signature, when it runs, and the options that it is sent with.

    `written` is the task's name where the text tells it, else empty; `is_whole` says whether nothing else is poured into the entry.
    """

    task: ast.expr
    written: str
    schedule: ast.expr
    options: ast.expr
    is_whole: bool
    module: Module
    scope: Scope

    @property
    def evidence(self) -> Evidence:
        """The line that says when."""
        return self.module.evidence(self.schedule)

    def runs(self, subject: Subject) -> bool:
        """Whether it is this task that the entry runs: by its name, as `charge.name`, by a signature, or itself."""
        if any(call.node is self.task for call in subject.calls):
            return True
        if self.written:
            return is_named(subject, self.written)
        named = self.task.value if isinstance(self.task, ast.Attribute) and self.task.attr == "name" else self.task
        targets = subject.project.resolve(named, self.scope)
        node = subject.declaration.defined.node
        return any(isinstance(each, Defined) and each.node is node for each in targets)

    def period(self, project: Project) -> float | None:
        """Seconds from one run to the next where they are always the same; `None` where the text does not tell."""
        node, scope = followed(self.schedule, self.scope, project)
        if isinstance(node, ast.Call) and is_crontab(node, scope, project):
            return _period_of_crontab(node)
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "schedule" and node.args:
            node = node.args[0]
        return number(node, scope, project)

    def expiry(self, project: Project) -> Expiry:
        """What the options of the entry say of its expiry."""
        options, scope = followed(self.options, self.scope, project)
        is_whole, written = self.is_whole and _is_read(options), _pairs(options).get("expires")
        if written is None:
            return Expiry(None, is_whole)
        seconds = number(written, scope, project) if is_whole else None
        return Expiry(scope.module.evidence(written), is_whole, seconds, is_none(written, scope, project))


def entries(subject: Subject) -> list[Entry]:
    """Every schedule entry of the task that the scan holds."""
    return [entry for entry in entries_of(subject.found) if entry.runs(subject)]


@once_per_scan
def entries_of(found: Found) -> tuple[Entry, ...]:
    """The entries of all schedules, without those of tests."""
    modules = (module for module in found.project.modules.values() if not is_test(module))
    return tuple(entry for module in modules for entry in _entries(module, found.project))


def is_named(subject: Subject, name: str) -> bool:
    """Whether `name` is what Celery calls the task: its `name=`, or else module and function."""
    given = subject.task.options.get("name")
    if given is not None and given.is_written:
        return given.is_known and given.value == name
    parts = name.split(".")
    own = (*subject.module.parts, *subject.task.name.split("."))
    return len(parts) > 1 and tuple(parts) == own[-len(parts) :]


def is_crontab(node: ast.Call, scope: Scope, project: Project) -> bool:
    """Whether a call is one of Celery's `crontab`."""
    return bool(project.outer_names(node.func, scope) & _CRONTABS)


def _entries(module: Module, project: Project) -> Iterator[Entry]:
    if not any(word in module.text for word in ('"schedule"', "'schedule'", "schedule=", "add_periodic_task")):
        return
    for node in ast.walk(module.tree):
        pairs = _pairs(node)
        if "task" in pairs and "schedule" in pairs:
            options = pairs.get("options", ast.Dict([], []))
            scope = project.scope_of(module, node)
            yield Entry(
                pairs["task"],
                _written(pairs["task"], scope, project),
                pairs["schedule"],
                options,
                _is_read(node),
                module,
                scope,
            )
        elif isinstance(node, ast.Call) and dotted(node.func).endswith(".add_periodic_task") and len(node.args) > 1:
            yield _added(node, project.scope_of(module, node), project)


def _added(node: ast.Call, scope: Scope, project: Project) -> Entry:
    """The entry that a call of `add_periodic_task` makes. What it is given itself replaces the options of the signature."""
    signature, where = followed(node.args[1], scope, project)
    is_near = where.module is scope.module
    task, options = _signature(signature) if is_near else (node.args[1], [])
    given = ast.Call(ast.Name("dict"), [], [*options, *node.keywords])
    # A signature under a name may be given more options on its way.
    return Entry(task, "", node.args[0], given, is_near and signature is node.args[1], scope.module, scope)


def _signature(node: ast.expr) -> tuple[ast.expr, list[ast.keyword]]:
    """The call that made a signature, and the options that it and `.set(...)` give it, the last ones last. A name stays as it is."""
    options: list[ast.keyword] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "set":
        options = [*node.keywords, *options]
        node = node.func.value
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"signature", "subtask"}
    ):
        poured = [*node.args[2:], *(each.value for each in node.keywords if each.arg == "options")]
        options = [*(ast.keyword(None, each) for each in poured), *node.keywords, *options]
    return node, options


def _written(node: ast.expr, scope: Scope, project: Project) -> str:
    try:
        found = literal(node, scope, project)
    except UnknownError:
        return ""
    return found if isinstance(found, str) else ""


def _pairs(node: ast.AST) -> dict[str, ast.expr]:
    """A mapping by its keys, as far as they are texts: of `{...}` or of `dict(...)`."""
    if isinstance(node, ast.Dict):
        return {
            key.value: value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    if _is_dict_call(node):
        return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}  # type: ignore[attr-defined]
    return {}


def _is_dict_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args


def _is_read(node: ast.AST) -> bool:
    """Whether a node is a mapping whose keys are all in the text."""
    if isinstance(node, ast.Dict):
        return all(isinstance(key, ast.Constant) for key in node.keys)
    return _is_dict_call(node) and all(each.arg for each in node.keywords)  # type: ignore[attr-defined]


def _period_of_crontab(node: ast.Call) -> float | None:
    """Seconds between runs of a crontab that says nothing of hours and days, or `*`."""
    given = dict(zip(("minute", "hour"), node.args, strict=False)) | {each.arg: each.value for each in node.keywords}
    if None in given or len(node.args) > 2 or any(not _is_star(given[name]) for name in COARSE & set(given)):
        return None
    minute = given.get("minute")
    if minute is None or _is_star(minute):
        return 60.0
    return _period_of_minutes(str(minute.value)) if isinstance(minute, ast.Constant) else None


def _period_of_minutes(text: str) -> float | None:
    """`*/5` is 300 seconds, `0` an hour, `0,30` half of it; `None` where the gaps differ."""
    if text.startswith("*/") and text[2:].isdigit():
        return 60.0 * int(text[2:]) or None
    if not all(part.isdigit() for part in text.split(",")):
        return None
    minutes = sorted({int(part) for part in text.split(",")})
    gaps = {later - earlier for earlier, later in pairwise([*minutes, minutes[0] + 60])}
    return 60.0 * gaps.pop() if len(gaps) == 1 else None


def _is_star(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "*"
