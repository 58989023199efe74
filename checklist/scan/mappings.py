"""Mappings of options, as `**OPTIONS` pours them in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from checklist.scan.effort import TooMuchError, limit, spend
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.targets import Defined, Given, Value
from checklist.scan.walking import returned

MOST_STEPS = 5_000  # on the way to the entries of one mapping


@dataclass(frozen=True, eq=False)
class Entry:
    """An entry of a mapping; `is_sure` is off where it may be missing or be replaced. Without `value`, entries that are not known."""

    name: str = ""
    value: ast.expr | None = None
    scope: Scope | None = None
    is_sure: bool = True


def entries(project: Project, node: ast.expr, scope: Scope) -> list[Entry]:
    """The entries of a mapping, the last one of a name first; of one that leads to too much none is known."""
    try:
        with limit(MOST_STEPS):
            return list(_entries(project, node, scope, 0))
    except TooMuchError:
        return [Entry()]


def _entries(project: Project, node: ast.expr, scope: Scope, depth: int) -> Iterator[Entry]:
    spend()
    if depth > 5:
        return
    if isinstance(node, ast.Dict):
        for key, value in reversed(list(zip(node.keys, node.values, strict=True))):
            if key is None:
                yield from _poured(project, value, scope, depth)
            elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield Entry(key.value, value, scope)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _poured(project, node.right, scope, depth)
        yield from _poured(project, node.left, scope, depth)
    elif isinstance(node, ast.IfExp):
        yield from _either(
            [*_entries(project, node.body, scope, depth + 1), *_entries(project, node.orelse, scope, depth + 1)]
        )
    elif isinstance(node, ast.Call):
        yield from _of_call(project, node, scope, depth)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield from _of_name(project, node, scope, depth)


def _poured(project: Project, node: ast.expr, scope: Scope, depth: int) -> Iterator[Entry]:
    """The entries of a mapping within another one; where they are not known, that is told. What a use gives is read where it is used."""
    found = list(_entries(project, node, scope, depth + 1))
    is_empty = isinstance(node, ast.Dict) and not node.keys
    is_given = any(isinstance(each, Given) for each in project.resolve(node, scope))
    yield from found if found or is_empty or is_given else [Entry()]


def _either(found: list[Entry]) -> Iterator[Entry]:
    """Entries of which others may hold."""
    yield from (replace(each, is_sure=False) for each in found)
    if found:
        yield Entry()


def _of_call(project: Project, node: ast.Call, scope: Scope, depth: int) -> Iterator[Entry]:
    """`dict(a=1, **B)`, and a function of the project that returns a mapping."""
    if isinstance(node.func, ast.Name) and node.func.id == "dict":
        for keyword in node.keywords:
            if keyword.arg:
                yield Entry(keyword.arg, keyword.value, scope)
            else:
                yield from _poured(project, keyword.value, scope, depth)
        for argument in node.args:
            yield from _poured(project, argument, scope, depth)
        return
    for made in project.resolve(node.func, scope):
        if isinstance(made, Defined) and isinstance(made.node, ast.FunctionDef):
            for value, inner in returned(made):
                yield from _either(list(_entries(project, value, inner, depth + 1)))


def _of_name(project: Project, node: ast.expr, scope: Scope, depth: int) -> Iterator[Entry]:
    values = [each for each in project.resolve(node, scope) if isinstance(each, Value) and each.node is not node]
    found = [entry for each in values for entry in _entries(project, each.node, each.scope, depth + 1)]
    if len(values) > 1 or any(each.is_changed or each.elements_of for each in values):
        yield from _either(found)
        yield Entry()
    else:
        yield from found


def is_mapping_of_options(node: ast.expr, scope: Scope) -> bool:
    """Whether a name is the `**kwargs` of a function around, or a mapping that is called after options."""
    if not isinstance(node, ast.Name):
        return False
    _, holder = scope.find(node.id)
    if holder is None or not isinstance(holder.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    kwarg = holder.node.args.kwarg
    return bool(kwarg and kwarg.arg == node.id) or node.id in {"options", "opts", "task_kwargs", "task_options"}
