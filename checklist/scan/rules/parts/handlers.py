"""The wide `except` clauses of a task's body, and what becomes of the errors that they catch. Read by several rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from checklist.scan.names import Function
from checklist.scan.subject import Subject, dotted

_WIDE = {"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"}
_LOGGING = re.compile(r"(^|_|\.)(log|logs|logger|logging|print|warn|warning|echo|print_exc|traceback)(_|\.|$)")
LARGE = 0.5  # the share of a body from which on a `try` counts as the work itself, not as a part of it
_LEAVING = {"retry", "reraise", "exit", "_exit", "abort"}


class Raises(StrEnum):
    """Whether a handler raises."""

    ALWAYS = "always"
    PERHAPS = "perhaps"
    NEVER = "never"


@dataclass(frozen=True, eq=False)
class Handler:
    """A wide `except` clause with the `try` that it belongs to."""

    attempt: ast.Try
    clause: ast.ExceptHandler

    @property
    def said(self) -> str:
        """The clause as people write it."""
        return f"`except {ast.unparse(self.clause.type)}`" if self.clause.type else "a bare `except`"

    @property
    def earlier(self) -> list[ast.ExceptHandler]:
        """The clauses of the same `try` that are asked before."""
        return self.attempt.handlers[: self.attempt.handlers.index(self.clause)]

    def follows(self, name: str) -> bool:
        """Whether an earlier clause catches the error of that name, which this one then does not get."""
        return any(
            dotted(each).split(".")[-1] == name for clause in self.earlier if clause.type for each in caught(clause)
        )

    @property
    def only_logs(self) -> bool:
        """Whether the clause does nothing but write logs, and goes on."""
        return all(_is_nothing(statement) for statement in self.clause.body)

    def share(self, function: Function) -> float:
        """How much of the lines of a function's body the `try` has, from 0 to 1."""
        body = [each for each in function.body if not _is_docstring(each)]
        end = self.attempt.orelse[-1] if self.attempt.orelse else self.attempt.handlers[-1]
        return (_last(end) - self.attempt.lineno + 1) / (_last(body[-1]) - body[0].lineno + 1)

    @property
    def raises(self) -> Raises:
        """Whether what it catches leaves it again, as the same error or another."""
        if any(_leaves(statement) for statement in _straight(self.clause.body)):
            return Raises.ALWAYS
        inside = (node for statement in self.clause.body for node in ast.walk(statement))
        return Raises.PERHAPS if any(_leaves(node) for node in inside) else Raises.NEVER


def wide_handlers(subject: Subject) -> Iterator[Handler]:
    """The `except` clauses of the body that catch every error: bare ones, and those of `Exception` or `BaseException`."""
    for node in subject.body():
        if isinstance(node, ast.Try):
            yield from (Handler(node, clause) for clause in node.handlers if is_wide(clause))


def caught(clause: ast.ExceptHandler) -> list[ast.expr]:
    """The types that a clause names."""
    if clause.type is None:
        return []
    return list(clause.type.elts) if isinstance(clause.type, ast.Tuple) else [clause.type]


def is_wide(clause: ast.ExceptHandler) -> bool:
    """Whether a clause catches every error: a bare one, or one of `Exception` or `BaseException`."""
    return clause.type is None or any(dotted(each) in _WIDE for each in caught(clause))


def _last(node: ast.stmt | ast.ExceptHandler) -> int:
    return node.end_lineno or node.lineno


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_nothing(node: ast.stmt) -> bool:
    """Whether a statement only logs, or ends without a value."""
    if isinstance(node, ast.Pass | ast.Continue | ast.Break):
        return True
    if isinstance(node, ast.Return):
        return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
    if not isinstance(node, ast.Expr):
        return False
    return isinstance(node.value, ast.Constant) or (isinstance(node.value, ast.Call) and _is_log(node.value))


def _is_log(call: ast.Call) -> bool:
    return bool(_LOGGING.search(dotted(call.func).lower()))


def _straight(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The statements that run whenever the body does, until one of them leaves: also those under `with`."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.With | ast.AsyncWith):
            yield from _straight(statement.body)
        elif isinstance(statement, ast.Return | ast.Continue | ast.Break):
            if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call):
                yield ast.Expr(statement.value)
            return


def _leaves(node: ast.AST) -> bool:
    """Whether a statement raises, or calls something that always does, such as `self.retry(...)`."""
    if isinstance(node, ast.Raise):
        return True
    value = node.value if isinstance(node, ast.Expr) else node
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name in _LEAVING
