"""Finds what of a project retries a task from outside of its body: a decorator, a wrapper, a base class, a function that it calls.

`parts/retrying.py` asks it for a task.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from checklist.scan.found import Evidence
from checklist.scan.instances import class_around
from checklist.scan.names import Scope, ends_with
from checklist.scan.project import Project
from checklist.scan.rules.parts import bases, decorating
from checklist.scan.subject import Subject, dotted
from checklist.scan.targets import Defined, External, Value
from checklist.scan.walking import expressions

DEEPEST = 3  # names and calls on the way from a decorator to its definition
HOPS = 1  # steps from a decorator to functions that it calls, which are looked into as well
_NAMES = {"self", "task", "current_task"}  # what decorators call the task that runs
_SPEAKS_OF_RETRIES = re.compile(r"retry|retri(es|ed)|backoff", re.IGNORECASE)
Place = tuple[str, Evidence]  # the name of something that may retry, and the line where it does


def places(subject: Subject) -> Iterator[Place]:
    """What may retry the task besides its body, nearest to the function first."""
    for decorator, scope in _decorators(subject):
        targets = list(definitions(decorator, scope, subject.project))
        yield from _retrying(targets, subject)
        if not targets and (name := _unread(decorator, scope, subject)):
            yield name, subject.line(decorator)
    yield from _retrying([*subject.declaration.maker.wrappers, *_methods(subject)], subject)
    for call in subject.calls_in_body():
        yield from called(call, subject)


def _decorators(subject: Subject) -> Iterator[tuple[ast.expr, Scope]]:
    defined = subject.declaration.defined
    scope = defined.inside if isinstance(defined.node, ast.ClassDef) else defined.scope
    return ((each, scope) for each in reversed(decorating.below(subject)))


def _retrying(targets: Iterable[Defined], subject: Subject, hops: int = HOPS) -> Iterator[Place]:
    lines = ((target, _retries(subject.project).line(target, hops)) for target in targets)
    yield from ((target.name, line) for target, line in lines if line)


def _unread(decorator: ast.expr, scope: Scope, subject: Subject) -> str:
    """The name of a decorator that is not among the files and speaks of retries: `tenacity.retry`; empty for others."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    written = dotted(called)
    name = min(subject.project.outer_names(called, scope), default=written)
    return written if _SPEAKS_OF_RETRIES.search(name) else ""


def _methods(subject: Subject) -> list[Defined]:
    """What runs of the classes of the task beside its body. A function replaces the `run` of its base class."""
    is_class = isinstance(subject.declaration.defined.node, ast.ClassDef)
    names = ("__call__", "run") if is_class else ("__call__",)
    return [each for name in names for each in bases.chain(subject, name) if each.node is not subject.function]


def called(call: ast.Call, subject: Subject) -> Iterator[Place]:
    """The function of the project that a call of the body leads to, where it retries. Other tasks are left out: called so, they do not."""
    tasks = {each.defined.node for each in subject.found.declarations}
    targets = [*definitions(call.func, subject.scope, subject.project), *_inherited(call, subject)]
    functions = (each for each in targets if not isinstance(each.node, ast.ClassDef) and each.node not in tasks)
    return _retrying(functions, subject, hops=0)


def _inherited(call: ast.Call, subject: Subject) -> Iterator[Defined]:
    """The method of a base class that a function calls as `self.method()`."""
    owner, _, name = dotted(call.func).partition(".")
    found = bases.method(subject, name) if owner in _NAMES else None
    if found:
        yield Defined(found[1], found[0].inside)


def definitions(node: ast.expr, scope: Scope, project: Project, depth: int = DEEPEST) -> Iterator[Defined]:
    """The functions and classes of the project that an expression leads to, through calls, `partial` and names for them."""
    while isinstance(node, ast.Call):
        node = node.args[0] if ends_with(node.func, "partial") and node.args else node.func
    for target in project.resolve(node, scope):
        if isinstance(target, Defined):
            yield target
        elif isinstance(target, Value) and isinstance(target.node, ast.Call) and depth:
            yield from definitions(target.node, target.scope, project, depth - 1)


class _Retries:
    """The lines of a project's functions that retry the task that runs. Kept for a scan: many tasks share a decorator."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[tuple[ast.AST, int], Evidence | None] = {}

    def line(self, target: Defined, hops: int = HOPS) -> Evidence | None:
        """The first line in a function or class, or in a function that it calls, that retries a task."""
        key = (target.node, hops)
        if key not in self._known:
            self._known[key] = next(self._lines(target, hops), None)
        return self._known[key]

    def _lines(self, target: Defined, hops: int) -> Iterator[Evidence]:
        nodes = list(expressions(target.inside))
        for node, scope in nodes:
            if isinstance(node, ast.Call) and self._is_retry(node, scope):
                yield scope.module.evidence(node)
        for node, scope in nodes if hops else ():
            for used in _used(node):
                for inner in definitions(used, scope, self.project):
                    if not isinstance(inner.node, ast.ClassDef) and (line := self.line(inner, hops - 1)):
                        yield line

    def _is_retry(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call is Celery's: one with `exc=`, or one of `current_task`, `self` or `task`."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "retry":
            return False
        owner = call.func.value
        if any(each.arg == "exc" for each in call.keywords):
            return True
        if names := self.project.outer_names(owner, scope):
            return any(name.startswith("celery.") for name in names)
        return isinstance(owner, ast.Name) and owner.id in _NAMES and not self._has_its_own(owner.id, scope)

    def _has_its_own(self, name: str, scope: Scope) -> bool:
        """Whether `self` is an object of the project with a `retry` that is not Celery's."""
        around = class_around(scope) if name == "self" else None
        if around is None or not self.project.attribute_of_class(around, "retry"):
            return False
        return not any(isinstance(cls, External) and cls.root == "celery" for cls in self.project.lineage(around))


def _used(node: ast.AST) -> list[ast.expr]:
    """What a node calls: the call itself, or the decorators of a function."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.decorator_list
    return [node] if isinstance(node, ast.Call) else []


@lru_cache(maxsize=4)
def _retries(project: Project) -> _Retries:
    return _Retries(project)
