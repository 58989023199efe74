"""Instances of the classes of a project: the class in whose method code stands, and what methods give to `self`."""

from __future__ import annotations

import ast
from collections import defaultdict

from checklist.scan.names import Scope, statements
from checklist.scan.targets import Defined, Value


def class_around(scope: Scope) -> Defined | None:
    """The class in one of whose methods a scope stands."""
    around: Scope | None = scope
    while around is not None and not isinstance(around.node, ast.ClassDef):
        around = around.parent
    if around is None or around.parent is None or not isinstance(around.node, ast.ClassDef):
        return None
    return Defined(around.node, around.parent)


def given_to_self(own: Defined) -> dict[str, list[Value]]:
    """What the methods of a class assign to attributes: `self.app = ...`."""
    found: dict[str, list[Value]] = defaultdict(list)
    for method in own.node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = own.inside.within(method)
            assignments = (each for each in statements(method) if isinstance(each, ast.Assign))
            for target, value in ((target, each.value) for each in assignments for target in each.targets):
                if isinstance(target, ast.Attribute):
                    found[target.attr].append(Value(value, inside))
    return found
