"""What the body of a class of tasks gives its names. `options` takes these for options."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.names import statements


def given_in(node: ast.AST) -> dict[str, tuple[ast.expr, bool]]:
    """The last value that a class body gives each name, and whether it surely holds: one under a condition may not.

    What is no option stays away: `abstract`, names of classes such as `Request`, and those that begin with `_`.
    """
    found: dict[str, tuple[ast.expr, bool]] = {}
    outside = getattr(node, "body", [])
    for statement in statements(node):
        for name, value in _names(statement):
            if name != "abstract" and name[0].islower():
                found[name] = value, statement in outside and not isinstance(statement, ast.AugAssign)
    return found


def _names(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that an assignment gives values, also several at once."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) or statement.value is None:
        return
    for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
        if isinstance(target, ast.Name):
            yield target.id, statement.value
        elif isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            pairs = zip(target.elts, statement.value.elts, strict=False)
            yield from ((each.id, value) for each, value in pairs if isinstance(each, ast.Name))
