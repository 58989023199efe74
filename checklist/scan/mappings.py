"""Mappings of options, as `**OPTIONS` pours them in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.effort import spend
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.targets import Value


def pairs(
    project: Project, node: ast.expr, scope: Scope, depth: int = 0
) -> Iterator[tuple[str, ast.expr | None, Scope]]:
    """The entries of a mapping, the last one of a name first; one without a value stands for entries that are not known."""
    spend()
    if depth > 5:
        return
    if isinstance(node, ast.Dict):
        for key, value in reversed(list(zip(node.keys, node.values, strict=True))):
            if key is None:
                yield from pairs(project, value, scope, depth + 1)
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value, scope
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        for keyword in node.keywords:
            if keyword.arg:
                yield keyword.arg, keyword.value, scope
            else:
                yield from pairs(project, keyword.value, scope, depth + 1)
        for argument in node.args:
            yield from pairs(project, argument, scope, depth + 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from pairs(project, node.right, scope, depth + 1)
        yield from pairs(project, node.left, scope, depth + 1)
    elif isinstance(node, ast.Name | ast.Attribute):
        values = [each for each in project.resolve(node, scope) if isinstance(each, Value) and each.node is not node]
        if len(values) > 1 or any(each.is_changed or each.elements_of for each in values):
            yield "", None, scope
            return
        for target in values:
            yield from pairs(project, target.node, target.scope, depth + 1)


def is_mapping_of_options(node: ast.expr, scope: Scope) -> bool:
    """Whether a name is the `**kwargs` of a function around, or a mapping that is called after options."""
    if not isinstance(node, ast.Name):
        return False
    _, holder = scope.find(node.id)
    if holder is None or not isinstance(holder.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    kwarg = holder.node.args.kwarg
    return bool(kwarg and kwarg.arg == node.id) or node.id in {"options", "opts", "task_kwargs", "task_options"}
