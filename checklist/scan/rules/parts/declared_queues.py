"""The queues that a project declares in `task_queues`, by their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.places import is_test
from checklist.scan.rules.parts.wording import unique
from checklist.scan.subject import Subject, dotted
from checklist.scan.targets import Value

DEEPEST = 12  # steps from name to name; a list that leads farther is taken for unknown
_NOT_TOLD = "what `task_queues` comes to is not in the text"


class UnknownQueuesError(Exception):
    """The text does not tell which queues there are; the message says why."""


def declared_queues(subject: Subject) -> tuple[set[str], tuple[Evidence, ...]]:
    """The names of the queues that are declared, and where. Raises `UnknownQueuesError`."""
    settings = [each for each in subject.settings.every("task_queues") if not is_test(each.scope.module)]
    if not subject.settings.seen:
        raise UnknownQueuesError(subject.settings.why_unseen)
    names = {name for setting in settings for name in _queues_of(setting.node, setting.scope, subject)}
    default = subject.settings.get("task_default_queue")
    if default and not isinstance(default.value, str):
        raise UnknownQueuesError("what `task_default_queue` comes to is not in the text")
    names.add(str(default.value) if default else "celery")
    return names, unique(setting.place for setting in settings)


def _queues_of(node: ast.expr, scope: Scope, subject: Subject, depth: int = 0) -> Iterator[str]:
    """The names in a list or mapping, those of its parts included. Raises `UnknownQueuesError`."""
    for part, where in _parts(node, scope, subject):
        if depth > DEEPEST:
            raise UnknownQueuesError(_NOT_TOLD)
        yield from _queues_of(part, where, subject, depth + 1)
    if isinstance(node, ast.Dict):
        yield from (_text(key, scope, subject) for key in node.keys if key is not None)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from (_queue(element, scope, subject) for element in node.elts if not isinstance(element, ast.Starred))


def _parts(node: ast.expr, scope: Scope, subject: Subject) -> list[tuple[ast.expr, Scope]]:
    """The lists and mappings that make up one: the values of a name, the sides of a sum, what is poured in."""
    if isinstance(node, ast.Name | ast.Attribute):
        return [(value.node, value.scope) for value in _values(node, scope, subject)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
        return [(node.left, scope), (node.right, scope)]
    if isinstance(node, ast.Dict):
        return [(value, scope) for key, value in zip(node.keys, node.values, strict=True) if key is None]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [(each.value, scope) for each in node.elts if isinstance(each, ast.Starred)]
    raise UnknownQueuesError(_NOT_TOLD)


def _values(node: ast.expr, scope: Scope, subject: Subject) -> list[Value]:
    """Everything that a name may be, where all of it is in the text."""
    targets = subject.project.resolve(node, scope)
    values = [each for each in targets if isinstance(each, Value) and not each.is_changed and not each.elements_of]
    if not values or len(values) < len(targets):
        raise UnknownQueuesError(_NOT_TOLD)
    return values


def _queue(node: ast.expr, scope: Scope, subject: Subject) -> str:
    if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1].endswith("Queue"):
        given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
        if given:
            return _text(given[0], scope, subject)
    return _text(node, scope, subject)


def _text(node: ast.expr, scope: Scope, subject: Subject) -> str:
    try:
        value = literal(node, scope, subject.project)
    except UnknownError:
        value = None
    if not isinstance(value, str):
        raise UnknownQueuesError("a name in `task_queues` is not in the text")
    return value
