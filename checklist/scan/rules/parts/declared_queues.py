"""The queues that a project declares in `task_queues`, by their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.places import is_test
from checklist.scan.rules.parts.wording import unique
from checklist.scan.setting import Setting
from checklist.scan.subject import Subject, dotted
from checklist.scan.targets import Value


class UnknownQueuesError(Exception):
    """The text does not tell which queues there are; the message says why."""


def declared_queues(subject: Subject) -> tuple[set[str], tuple[Evidence, ...]]:
    """The names of the queues that are declared, and where. Raises `UnknownQueuesError`."""
    settings = [each for each in subject.settings.every("task_queues") if not is_test(each.scope.module)]
    if not subject.settings.seen:
        raise UnknownQueuesError(subject.settings.why_unseen)
    names = {name for setting in settings for name in _queues_of(setting.node, setting.scope, subject)}
    names |= {name for node, scope in _added(settings, subject) for name in _queues_of(node, scope, subject)}
    default = subject.settings.get("task_default_queue")
    if default and not isinstance(default.value, str):
        raise UnknownQueuesError("what `task_default_queue` comes to is not in the text")
    names.add(str(default.value) if default else "celery")
    return names, unique(setting.place for setting in settings)


def _added(settings: list[Setting], subject: Subject) -> Iterator[tuple[ast.expr, Scope]]:
    """What is added to the queues with `+=` in the files that set them."""
    for module in {setting.scope.module.path: setting.scope.module for setting in settings}.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.AugAssign) and dotted(node.target).lower().endswith(
                ("task_queues", "celery_queues")
            ):
                yield node.value, subject.project.scope_of(module, node)


def _queues_of(node: ast.expr, scope: Scope, subject: Subject) -> Iterator[str]:
    if isinstance(node, ast.Name | ast.Attribute):
        targets = [
            each for each in subject.project.resolve(node, scope) if isinstance(each, Value) and each.node is not node
        ]
        if not targets:
            raise UnknownQueuesError("what `task_queues` comes to is not in the text")
        for target in targets:
            yield from _queues_of(target.node, target.scope, subject)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _queues_of(node.left, scope, subject)
        yield from _queues_of(node.right, scope, subject)
    elif isinstance(node, ast.Dict):
        yield from (_text(key, scope, subject) for key in node.keys if key is not None)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from (_queue(element, scope, subject) for element in node.elts)
    else:
        raise UnknownQueuesError("what `task_queues` comes to is not in the text")


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
