"""What an expression comes to, where its text alone tells: constants, arithmetic on them, names of constants, also in other files."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from checklist.scan.effort import TooMuchError, limit, spend
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.targets import Value

DEEPEST = 12
MOST_STEPS = 5_000  # elements and names on the way to one value
LARGEST = 10**12  # numbers above it are not computed
LONGEST = 1000  # characters of a text that is put together
_UNITS = {"days": 86400, "seconds": 1, "minutes": 60, "hours": 3600, "weeks": 604800, "milliseconds": 0.001}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class UnknownError(Exception):
    """The text does not tell what the expression comes to."""


def literal(node: ast.expr, scope: Scope, project: Project, depth: int = 0) -> Any:
    """The value of an expression, a `timedelta` as its seconds. Raises `UnknownError`."""
    try:
        with limit(MOST_STEPS):
            return _literal(node, scope, project, depth)
    except TooMuchError:
        raise UnknownError from None


def _literal(node: ast.expr, scope: Scope, project: Project, depth: int) -> Any:
    if depth > DEEPEST:
        raise UnknownError
    spend()

    def below(each: ast.expr) -> Any:
        return _literal(each, scope, project, depth + 1)

    match node:
        case ast.Constant(value=value) if isinstance(value, int | float | str | bool | type(None)):
            return _number(value) if isinstance(value, int) else value
        case ast.List() | ast.Tuple() | ast.Set():
            return [below(element) for element in node.elts]
        case ast.Dict():
            return _mapping(node, below)
        case ast.UnaryOp(op=ast.USub()):
            return -_number(below(node.operand))
        case ast.UnaryOp(op=ast.Not()):
            return not below(node.operand)
        case ast.BinOp():
            return _computed(node, below)
        case ast.JoinedStr():
            return _joined(node, below)
        case ast.Call():
            return _called(node, scope, project, below)
        case ast.Name() | ast.Attribute():
            return _named(node, scope, project, depth)
    raise UnknownError


def _mapping(node: ast.Dict, below: Callable[[ast.expr], Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            poured = below(value)
            if not isinstance(poured, dict):
                raise UnknownError
            found |= poured
        else:
            name = below(key)
            if isinstance(name, list | dict):
                raise UnknownError
            found[name] = below(value)
    return found


def _joined(node: ast.JoinedStr, below: Callable[[ast.expr], Any]) -> str:
    """An f-string that puts texts together as they are."""
    parts = []
    for each in node.values:
        if isinstance(each, ast.FormattedValue):
            if each.conversion != -1 or each.format_spec is not None:
                raise UnknownError
            each = each.value
        part = below(each)
        if not isinstance(part, str) or len(part) > LONGEST:
            raise UnknownError
        parts.append(part)
    return "".join(parts)[:LONGEST]


def _number(value: Any) -> Any:
    if isinstance(value, int | float) and abs(value) <= LARGEST:
        return value
    raise UnknownError


def _computed(node: ast.BinOp, below: Callable[[ast.expr], Any]) -> Any:
    compute = _OPERATORS.get(type(node.op))
    if compute is None:
        raise UnknownError
    left, right = below(node.left), below(node.right)
    if isinstance(left, list) and isinstance(right, list) and compute is operator.add and len(left) + len(right) < 1000:
        return left + right
    try:
        return _number(compute(_number(left), _number(right)))
    except ArithmeticError:
        raise UnknownError from None


def _called(node: ast.Call, scope: Scope, project: Project, below: Callable[[ast.expr], Any]) -> Any:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "total_seconds":
        return _number(below(node.func.value))
    names = project.outer_names(node.func, scope)
    if "datetime.timedelta" in names or (isinstance(node.func, ast.Name) and node.func.id == "timedelta"):
        parts = dict(zip(("days", "seconds"), node.args, strict=False)) | {
            each.arg or "": each.value for each in node.keywords
        }
        if not set(parts) <= set(_UNITS):
            raise UnknownError
        return sum(_number(below(value)) * _UNITS[unit] for unit, value in parts.items())
    if isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return _mapping(
            ast.Dict(
                [ast.Constant(each.arg) if each.arg else None for each in node.keywords],
                [each.value for each in node.keywords],
            ),
            below,
        )
    if (
        isinstance(node.func, ast.Name)
        and node.func.id in {"int", "float", "list", "tuple"}
        and len(node.args) == 1
        and not node.keywords
    ):
        return below(node.args[0])
    raise UnknownError


def _named(node: ast.expr, scope: Scope, project: Project, depth: int) -> Any:
    targets = project.resolve(node, scope)
    target = targets[0] if len(targets) == 1 else None
    if not isinstance(target, Value) or target.elements_of or target.is_changed or target.node is node:
        raise UnknownError
    return _literal(target.node, target.scope, project, depth + 1)
