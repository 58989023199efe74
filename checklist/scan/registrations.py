"""What a call registers as a task, or makes one of: classes handed to `register_task`, functions handed to a decorator."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.elements import elements
from checklist.scan.frameworks import FUNCTION_NAMES, OTHERS
from checklist.scan.names import Parameter, Scope, ends_with
from checklist.scan.project import Project
from checklist.scan.targets import Defined, External, Value
from checklist.scan.walking import expressions, returned

DEEPEST = 10  # steps from name to name


def registered_by(node: ast.Call) -> ast.expr | None:
    """What `x.register_task(something)`, `x.tasks.register(something)` and the like register; `None` for other calls."""
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "task")]
    return given[0] if len(given) == 1 and registers(node.func) else None


def registers(node: ast.expr) -> bool:
    """Whether an expression is what registers a task: `app.register_task`, or `register` of `app.tasks` or of Celery's old registry."""
    if isinstance(node, ast.Attribute) and node.attr == "register":
        return ends_with(node.value, "tasks")
    return ends_with(node, "register_task")


def registered_classes(project: Project, node: ast.expr, scope: Scope, depth: int = 0) -> Iterator[Defined]:
    """The classes of tasks that are registered with `app.register_task(Charge())`, also one after the other in a loop."""
    if depth > DEEPEST:
        return
    instance = node.func if isinstance(node, ast.Call) else node
    for target in project.resolve(instance, scope):
        if isinstance(target, Defined) and isinstance(target.node, ast.ClassDef):
            if may_be_task(project, target):
                yield target
        elif isinstance(target, Value) and target.elements_of:
            for element, where in elements(target, project):
                yield from registered_classes(project, element, where, depth + 1)
        elif isinstance(target, Value) and isinstance(target.node, ast.Call) and target.node is not node:
            yield from registered_classes(project, target.node, target.scope, depth + 1)


def may_be_task(project: Project, defined: Defined) -> bool:
    """Whether a registered class is one of Celery's, or may be: it has a base that was not read, and a method `run`."""
    line = project.lineage(defined)
    if any(isinstance(cls, External) and cls.root == "celery" for cls in line):
        return True
    unread = any(cls is None or (isinstance(cls, External) and cls.root not in OTHERS) for cls in line)
    return unread and bool(project.attribute_of_class(defined, "run"))


def functions_of(project: Project, node: ast.expr, scope: Scope, depth: int = 0) -> Iterator[Defined]:
    """The functions that an argument leads to: by name, out of a list, or through other decorators."""
    if depth > DEEPEST:
        return
    if isinstance(node, ast.Call):
        yield from _functions_of_call(project, node, scope, depth)
        return
    for target in project.resolve(node, scope):
        if isinstance(target, Defined) and not isinstance(target.node, ast.ClassDef):
            yield target
        elif isinstance(target, Value) and target.elements_of:
            for element, where in elements(target, project):
                yield from functions_of(project, element, where, depth + 1)


def _functions_of_call(project: Project, node: ast.Call, scope: Scope, depth: int) -> Iterator[Defined]:
    """`some_decorator(function)`, or `a_factory(1)` that hands out a function which stands inside of it."""
    given = [found for argument in node.args[:1] for found in functions_of(project, argument, scope, depth + 1)]
    yield from given
    for made in project.resolve(node.func, scope) if not given else []:
        if isinstance(made, Defined) and isinstance(made.node, ast.FunctionDef) and not takes_function(made.inside):
            for value, inner in returned(made):
                if isinstance(value, ast.Name):
                    yield from functions_of(project, value, inner, depth + 1)


def takes_function(scope: Scope) -> bool:
    """Whether a function inside uses a parameter of this one, or of one farther out, as a decorator's inner function does.

    It calls it, is made up as it (`@wraps(function)`), or uses one that is named as people name what a decorator is given.
    """
    for node, where in expressions(scope):
        named = _used_as_function(node)
        if named is not None:
            bindings, holder = where.find(named.id)
            if (
                holder is not None
                and _is_around(holder, scope)
                and any(isinstance(each, Parameter) for each in bindings)
            ):
                return True
    return False


def _used_as_function(node: ast.AST) -> ast.Name | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func
    if (
        isinstance(node, ast.Call)
        and ends_with(node.func, "wraps")
        and node.args
        and isinstance(node.args[0], ast.Name)
    ):
        return node.args[0]
    return node if isinstance(node, ast.Name) and node.id in FUNCTION_NAMES else None


def _is_around(holder: Scope, scope: Scope) -> bool:
    at: Scope | None = scope
    while at is not None and at is not holder:
        at = at.parent
    return at is not None
