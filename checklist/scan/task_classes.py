"""Which class a task is made of that names none itself: the one of its app, where the text tells which app that is."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from checklist.scan.made_apps import MadeApps, TaskClass
from checklist.scan.names import Function
from checklist.scan.places import is_in_test
from checklist.scan.targets import Defined, External, Target, Value
from checklist.scan.walking import returned

DEEPEST = 3  # functions on the way from an app to the call that makes it


class UnknownAppError(Exception):
    """It cannot be said of which class a task is made; the message says why."""


def class_of_app(made: MadeApps, app: tuple[Target, ...] | None) -> TaskClass | None:
    """The class that an app makes tasks of, by what its name leads to; `None` where it is Celery's own.

    Without a name, as for `shared_task`, it may be any app outside of tests. Raises `UnknownAppError`.
    """
    if not made.task_classes:
        return None
    classes = [each for each in made.task_classes if not _are_in_test(each.apps)]
    apps = _any(made) if app is None else _apps(made, app)
    if apps is None:
        if classes:
            raise _unknown(classes[-1])
        return None
    if len(_any(made)) > 1 and (floating := [each for each in classes if _apps(made, each.apps) is None]):
        raise _unknown(floating[-1])
    found = {_own(made, each) for each in apps} or set(classes[-1:])
    if len(found) > 1:
        raise _unknown(next(each for each in found if each))
    return next(iter(found), None)


def _own(made: MadeApps, app: ast.AST) -> TaskClass | None:
    """The class of one app. One that is given to an app of which nothing is known is that of the only one."""
    found = [each for each in made.task_classes if (apps := _apps(made, each.apps)) is None or app in apps]
    return found[-1] if found else None


def _unknown(found: TaskClass) -> UnknownAppError:
    return UnknownAppError(f"which app makes it is not in the text, and one makes its tasks of `{found.written}`")


def _any(made: MadeApps) -> set[ast.AST]:
    return {call for call, scope in made.calls if not is_in_test(scope)}


def _are_in_test(apps: list[Target]) -> bool:
    return bool(apps) and all(isinstance(each, Value) and is_in_test(each.scope) for each in apps)


def _apps(made: MadeApps, targets: Iterable[Target], depth: int = 0) -> set[ast.AST] | None:
    """The apps that a name leads to, each by the expression that makes it; `None` where one of them is not known."""
    found: set[ast.AST] = set()
    for target in targets:
        if isinstance(target, External) and target.root == "celery":
            found |= _any(made)  # `current_app`
        elif isinstance(target, Value) and not target.elements_of:
            inner = _returned(made, target, depth)
            if inner is None:
                return None
            found |= inner
        else:
            return None
    return found or None


def _returned(made: MadeApps, value: Value, depth: int) -> set[ast.AST] | None:
    """The apps that a function of the project hands out, or else the value itself."""
    project, node = made.project, value.node
    called = project.resolve(node.func, value.scope) if isinstance(node, ast.Call) else []
    if any(isinstance(each, External) and each.root == "celery" for each in called):
        return {node} if any(node is call for call, _ in made.calls) else _any(made)  # `app_or_default()`
    functions = [each for each in called if isinstance(each, Defined) and isinstance(each.node, Function)]
    if not functions or depth > DEEPEST:
        return {node}
    values = [pair for each in functions for pair in returned(each)]
    return _apps(made, [each for node, scope in values for each in project.resolve(node, scope)], depth + 1)
