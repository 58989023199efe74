"""The rule about queues: whether those that a task is sent to are declared."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from checklist.scan.effort import once_per_scan, spend
from checklist.scan.finder import Found
from checklist.scan.found import Evidence, Finding, Origin
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts.declared_queues import UnknownQueuesError, declared_queues
from checklist.scan.rules.parts.schedule_entries import is_named
from checklist.scan.rules.parts.wording import unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import Value
from checklist.scan.uses import Call


@dataclass(frozen=True)
class _Use:
    """A queue that something is sent to. `pattern` is that of the route, empty for the task's own queue."""

    queue: str
    place: Evidence
    pattern: str = ""


@rule("known-queue")
def known_queue(subject: Subject) -> Finding:
    """Names of queues that are not among those declared, so that a misspelt one gets a queue that nobody reads."""
    own = [*_own(subject), *(each for each in _routes(subject.found) if _matches(each.pattern, subject))]
    uses = own or list(_routes_of_nobody(subject.found))
    computed = list(_computed(subject))
    if computed and not own:
        return cannot_tell(_computed_text(computed), *unique(place for _, place in computed))
    if not uses:
        return _without_queue(subject)
    try:
        declared, where = declared_queues(subject)
    except UnknownQueuesError as error:
        return cannot_tell(str(error), *unique(use.place for use in uses))
    strangers = [use for use in uses if use.queue not in declared]
    if not strangers and computed:
        return cannot_tell(_computed_text(computed), *unique(place for _, place in computed))
    if not strangers:
        return not_found(
            f"`{uses[0].queue}` is among the queues of `task_queues`; whether a worker reads it is not in the text"
        )
    if missing := _refuses_missing(subject):
        return cannot_tell(f"`{strangers[0].queue}` is not declared, and Celery refuses queues that are not", missing)
    if not where and all(_is_named_often(use.queue, subject.project) for use in strangers):
        said = f"`{strangers[0].queue}` is named in several places, but no `task_queues` declares it"
        return cannot_tell(
            f"{said}; whether a worker's `-Q` has it is not in the text", *unique(use.place for use in uses)
        )
    said = ", ".join(f"`{use.queue}` ({use.place.path}:{use.place.line})" for use in _each_once(strangers)[:5])
    among = "in no `task_queues`" if not where else "not in `task_queues`"
    return fails(
        f"{said} is {among}: Celery makes a queue of that name, which nobody reads unless a worker's `-Q` has it",
        *unique([*(use.place for use in strangers[:5]), *where]),
    )


def _is_named_often(queue: str, project: Project) -> bool:
    """Whether a name is written more than once, so that it is hardly misspelt."""
    counts = (module.text.count(f'"{queue}"') + module.text.count(f"'{queue}'") for module in project.modules.values())
    return sum(counts) > 1


def _each_once(uses: list[_Use]) -> list[_Use]:
    return list({use.queue: use for use in uses}.values())


def _without_queue(subject: Subject) -> Finding:
    if not subject.settings.seen:
        return cannot_tell(f"no queue is named for it here, and {subject.settings.why_unseen}")
    routed = subject.settings.get("task_routes")
    if routed and not _routes(subject.found):
        return cannot_tell("what `task_routes` comes to is not in the text", routed.place)
    return not_found("neither the task, nor its calls, nor `task_routes` name a queue: it goes to the default one")


def _own(subject: Subject) -> Iterator[_Use]:
    """The queues that the task itself and the calls of it name."""
    option = subject.option("queue")
    if option.is_written and isinstance(option.value, str) and option.place:
        yield _Use(option.value, option.place)
    for call, node in _given_at_calls(subject):
        if isinstance(queue := _value(call, node, subject), str):
            yield _Use(queue, call.evidence)


def _given_at_calls(subject: Subject) -> Iterator[tuple[Call, ast.expr]]:
    """What the calls outside of tests give as `queue`."""
    for call in subject.calls:
        node = call.keyword("queue")
        if node is not None and not is_test(call.module):
            yield call, node


def _value(call: Call, node: ast.expr, subject: Subject) -> object:
    """What an expression at a call comes to; the expression itself where the text does not tell."""
    try:
        return literal(node, call.scope, subject.project)
    except UnknownError:
        return node


def _computed(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """The queues of the task that the text does not tell, as they are written, and where."""
    option = subject.option("queue")
    if option.is_written and not option.is_known and option.place:
        yield option.source, option.place
    for call, node in _given_at_calls(subject):
        if isinstance(_value(call, node, subject), ast.AST):
            yield call.module.source(node), call.evidence


def _computed_text(computed: list[tuple[str, Evidence]]) -> str:
    written, place = computed[0]
    return f"what `queue={written}` comes to is not in the text, {place.path}:{place.line}"


# Routes


@once_per_scan
def _routes(found: Found) -> tuple[_Use, ...]:
    settings = (each for each in found.settings.every("task_routes") if not is_test(each.scope.module))
    return tuple(use for each in settings for use in _routes_of(each.node, each.scope, found.project))


@once_per_scan
def _routes_of_nobody(found: Found) -> tuple[_Use, ...]:
    """The routes that hold for no task of the scan, so that it is for each of them to tell of these."""
    subjects = [Subject(declaration, found) for declaration in found.declarations]
    return tuple(use for use in _routes(found) if not any(_matches(use.pattern, subject) for subject in subjects))


def _routes_of(node: ast.expr, scope: Scope, project: Project) -> Iterator[_Use]:
    """The routes in a mapping, or in the mappings and pairs of a list."""
    if isinstance(node, ast.Name | ast.Attribute):
        for target in project.resolve(node, scope):
            if isinstance(target, Value) and target.node is not node:
                yield from _routes_of(target.node, target.scope, project)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _route(key, key.value, value, scope, project)
    elif isinstance(node, ast.List | ast.Tuple):
        yield from _pair_or_many(node, scope, project)


def _pair_or_many(node: ast.List | ast.Tuple, scope: Scope, project: Project) -> Iterator[_Use]:
    first = node.elts[0] if node.elts else None
    if len(node.elts) == 2 and isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield from _route(first, first.value, node.elts[1], scope, project)
    else:
        for element in node.elts:
            yield from _routes_of(element, scope, project)


def _route(key: ast.expr, pattern: str, value: ast.expr, scope: Scope, project: Project) -> Iterator[_Use]:
    try:
        found = literal(value, scope, project)
    except UnknownError:
        return
    queue: Any = found.get("queue") if isinstance(found, dict) else found
    if isinstance(queue, str):
        yield _Use(queue, scope.module.evidence(value if isinstance(value, ast.Constant) else key), pattern)


def _matches(pattern: str, subject: Subject) -> bool:
    """Whether a route holds for the task: by its name, or by a pattern with stars."""
    spend()
    if not pattern or "*" not in pattern:
        return is_named(subject, pattern)
    name = subject.task.options.get("name")
    if name is not None and name.is_known and name.origin is not Origin.DEFAULT and isinstance(name.value, str):
        return fnmatchcase(name.value, pattern)
    parts = (*subject.module.parts, *subject.task.name.split("."))
    return any(fnmatchcase(".".join(parts[start:]), pattern) for start in range(len(parts)))


def _refuses_missing(subject: Subject) -> Evidence | None:
    setting = subject.settings.get("task_create_missing_queues")
    return setting.place if setting and setting.is_literal and setting.value is False else None
