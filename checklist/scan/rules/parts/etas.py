"""How far ahead an `eta` lies, and whether it has a time zone."""

from __future__ import annotations

import ast

from checklist.scan.names import Scope
from checklist.scan.rules.parts.followed import followed
from checklist.scan.rules.parts.numbers import number
from checklist.scan.subject import Subject

_NAIVE = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.now",
    "datetime.utcnow",
}


def seconds_ahead(eta: ast.expr, scope: Scope, subject: Subject) -> float | None:
    """The seconds that are added to the time of the call: `now() + timedelta(days=3)`; `None` for any other time."""
    parts = _parts(eta, scope, subject)
    added = [number(part, where, subject.project) for part, where in parts]
    if len(parts) != 2 or not any(_is_now(part) for part, _ in parts):
        return None
    return next((seconds for seconds in added if seconds is not None), None)


def without_zone(eta: ast.expr, scope: Scope, subject: Subject) -> ast.expr | None:
    """The call for the time of now that gives none with a time zone, where there is one in an `eta`."""
    return next((part for part, where in _parts(eta, scope, subject) if _is_naive(part, where, subject)), None)


def _parts(eta: ast.expr, scope: Scope, subject: Subject) -> list[tuple[ast.expr, Scope]]:
    """The two sides of a sum, or the expression alone, each followed to what it was given."""
    node, scope = followed(eta, scope, subject.project)
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
    parts = [node.left, node.right] if is_sum else [node]  # type: ignore[attr-defined]
    return [followed(part, scope, subject.project) for part in parts]


def _is_now(node: ast.expr) -> bool:
    """A call for the time of now, by its name: `datetime.now(utc)`, `timezone.now()`, `utcnow()`."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name.endswith("now") or name in {"today", "localtime"}


def _is_naive(node: ast.expr, scope: Scope, subject: Subject) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    names = subject.project.outer_names(node.func, scope)
    is_now = bool(_NAIVE & names) or (not names and ast.unparse(node.func) in _NAIVE)
    return is_now and (node.func.attr == "utcnow" or not (node.args or node.keywords))
