"""Numbers in the source: seconds, limits, counts, and `None` in their place."""

from __future__ import annotations

import ast
from typing import TypeGuard

from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.project import Project


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number, which `True` is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(node: ast.expr | None, scope: Scope, project: Project) -> float | None:
    """The number that an expression comes to, a `timedelta` as its seconds; `None` when it is none or the text does not tell."""
    try:
        value = literal(node, scope, project) if node is not None else None
    except UnknownError:
        return None
    return float(value) if is_number(value) else None


def is_none(node: ast.expr, scope: Scope, project: Project) -> bool:
    """Whether an expression comes to `None`, as far as the text tells."""
    try:
        return literal(node, scope, project) is None
    except UnknownError:
        return False
