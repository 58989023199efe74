"""A project's own decorators: functions and classes that end in one of Celery's, or in another one of the project."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from checklist.scan.frameworks import FUNCTION_NAMES
from checklist.scan.maker import Layer, Maker, Unsure
from checklist.scan.names import Scope
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
            for name in ("__call__", "__new__"):
                for method in self.project.attribute_of_class(target, name):
                    if isinstance(method, Defined) and (found := self.of(method, depth + 1)):
                        return found
            return None
        try:
            inner = self._inner_maker(target.inside, depth)
        except Unsure:
            return None
        if inner is None or not any(True for _ in returned(target)):
            return None
        layer = Layer("wrapper", target.inside, (), (), f"`{target.name}`")
        return Maker(
            "project_decorator",
            (*(replace(each, origin="wrapper", note=f"`{target.name}`") for each in inner.layers), layer),
            (target, *inner.wrappers),
        )

    def _inner_maker(self, scope: Scope, depth: int) -> Maker | None:
        """The maker that a function, or a function in it, hands what it was given to."""
        for node, where in expressions(scope):
            if isinstance(node, ast.Call) and (found := self.application(node, where, depth)):
                return found
            returned = node.value if isinstance(node, ast.Return) else None
            if isinstance(returned, ast.Call | ast.Attribute) and (found := self.makers.of(returned, where, depth + 1)):
                return found
            if isinstance(node, ast.FunctionDef) and node is not scope.node:
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
            is_function = isinstance(node.args[0], ast.Name) and node.args[0].id in FUNCTION_NAMES
            return self.makers.of(node.func, scope, depth + 1) if is_function else None
        return self.makers.of(node.func, scope, depth + 1)

    def _is_handed_on(self, node: ast.expr, scope: Scope) -> bool:
        if isinstance(node, ast.Call):
            return any(self._is_handed_on(argument, scope) for argument in node.args)
        if not isinstance(node, ast.Name):
            return False
        _, holder = scope.find(node.id)
        return holder is not None and holder.parent is not None


def _is_returned(name: str, scope: Scope) -> bool:
    returned = (node for node, _ in expressions(scope) if isinstance(node, ast.Return))
    return any(isinstance(node.value, ast.Name) and node.value.id == name for node in returned)
