"""A project's own decorators: functions and classes that end in one of Celery's, or in another one of the project."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from checklist.scan.frameworks import FUNCTION_NAMES
from checklist.scan.maker import Layer, Maker, Unsure
from checklist.scan.names import Assigned, Function, Scope
from checklist.scan.project import Project
from checklist.scan.targets import Defined
from checklist.scan.walking import expressions, returned

if TYPE_CHECKING:
    from checklist.scan.makers import Makers


class Wrappers:
    """Finds out which definitions of a project hand what they are given to a maker."""

    def __init__(self, project: Project, makers: Makers) -> None:
        self.project = project
        self.makers = makers
        self._known: dict[ast.AST, Maker | None] = {}

    def of(self, target: Defined, depth: int) -> Maker | None:
        """A function or class of the project that ends in one of Celery's decorators."""
        if target.node in self._known:
            return self._known[target.node]
        self._known[target.node] = None  # while it is looked at: a decorator that leads to itself makes nothing
        found = self._ends_in_task(target, depth)
        self._known[target.node] = found
        return found

    def _ends_in_task(self, target: Defined, depth: int) -> Maker | None:
        if isinstance(target.node, ast.ClassDef):
            return self._of_class(target, depth)
        try:
            inner = self._inner_maker(target.inside, depth)
        except Unsure:
            return None
        if inner is None or not any(True for _ in returned(target)):
            return None
        return self._wrapping(inner, target)

    def _of_class(self, target: Defined, depth: int) -> Maker | None:
        """A class whose instances are decorators, or whose making already makes the task: `@Retryable` calls `Retryable(function)`."""
        for name in ("__call__", "__new__"):
            for method in self.project.attribute_of_class(target, name):
                if isinstance(method, Defined) and (found := self.of(method, depth + 1)):
                    return found
        for method in self.project.attribute_of_class(target, "__init__"):
            if isinstance(method, Defined):
                for node, where in expressions(method.inside):
                    if isinstance(node, ast.Call) and (found := self.application(node, where, depth + 1)):
                        return self._wrapping(found, method)
        return None

    def _wrapping(self, inner: Maker, target: Defined) -> Maker:
        """The maker of a decorator of the project that ends in `inner`."""
        note = f"`{target.name}`"
        within = (replace(each, origin="wrapper", note=note) for each in inner.layers)
        layers = (*within, Layer("wrapper", target.inside, (), (), note))
        return Maker("project_decorator", layers, (target, *inner.wrappers), inner.app)

    def _inner_maker(self, scope: Scope, depth: int) -> Maker | None:
        """The maker that a function, or a function in it, hands what it was given to."""
        for node, where in expressions(scope):
            if isinstance(node, ast.Call) and (found := self.application(node, where, depth)):
                return found
            returned = node.value if isinstance(node, ast.Return) else None
            if self._may_be_maker(returned, where) and (found := self.makers.of(returned, where, depth + 1)):
                return found
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is not scope.node:
                for decorator in node.decorator_list:
                    if _is_returned(node.name, scope) and (found := self.makers.of(decorator, where, depth + 1)):
                        return found
        return None

    def application(self, node: ast.Call, scope: Scope, depth: int) -> Maker | None:
        """`maker(options)(function)` or `maker(function)`, where the function is a parameter or one that stands inside."""
        if not node.args or not all(isinstance(each, ast.Starred) for each in node.args[1:]):
            return None
        if not self._is_handed_on(node.args[0], scope):
            return None
        if not isinstance(node.func, ast.Call) and any(keyword.arg for keyword in node.keywords):
            return self.makers.of(node.func, scope, depth + 1) if _is_function(node.args[0], scope) else None
        return self.makers.of(node.func, scope, depth + 1)

    def _may_be_maker(self, node: ast.expr | None, scope: Scope) -> TypeGuard[ast.expr]:
        """What is worth asking of what a function returns: a call, an attribute, or a name that was given one of these there."""
        if isinstance(node, ast.Name):
            bindings, holder = scope.find(node.id)
            return holder is scope and all(isinstance(each, Assigned) for each in bindings)
        return isinstance(node, ast.Call | ast.Attribute)

    def _is_handed_on(self, node: ast.expr, scope: Scope) -> bool:
        if isinstance(node, ast.Call):
            return any(self._is_handed_on(argument, scope) for argument in node.args)
        if not isinstance(node, ast.Name):
            return False
        _, holder = scope.find(node.id)
        return holder is not None and holder.parent is not None


def _is_function(node: ast.expr, scope: Scope) -> bool:
    """Whether a name is that of a function: by what people call what a decorator is given, or because it stands there."""
    if not isinstance(node, ast.Name):
        return False
    return node.id in FUNCTION_NAMES or any(isinstance(each, Function) for each in scope.find(node.id)[0])


def _is_returned(name: str, scope: Scope) -> bool:
    returned = (node for node, _ in expressions(scope) if isinstance(node, ast.Return))
    return any(isinstance(node.value, ast.Name) and node.value.id == name for node in returned)
