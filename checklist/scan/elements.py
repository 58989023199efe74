"""The elements of lists that the text holds, for names that loops give one after the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.effort import spend
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.targets import Value

DEEPEST = 8


def elements(value: Value, project: Project) -> Iterator[tuple[ast.expr, Scope]]:
    """What a name is that is each element of `value`: of a list, of names of lists, of sums of them, of the values of a mapping."""
    yield from _of(value.node, value.scope, project, 0)


def _of(node: ast.expr, scope: Scope, project: Project, depth: int) -> Iterator[tuple[ast.expr, Scope]]:
    spend()
    if depth > DEEPEST:
        return
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for element in node.elts:
            inner = element.value if isinstance(element, ast.Starred) else None
            yield from _of(inner, scope, project, depth + 1) if inner else [(element, scope)]
    elif isinstance(node, ast.BinOp):
        yield from _of(node.left, scope, project, depth + 1)
        yield from _of(node.right, scope, project, depth + 1)
    elif isinstance(node, ast.Name | ast.Attribute):
        for target in project.resolve(node, scope):
            if isinstance(target, Value) and target.node is not node:
                yield from _of(target.node, target.scope, project, depth + 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        for target in project.resolve(node.func.value, scope):
            if isinstance(target, Value) and isinstance(target.node, ast.Dict):
                yield from ((each, target.scope) for each in target.node.values)
