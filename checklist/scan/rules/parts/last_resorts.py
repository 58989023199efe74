"""The `except MaxRetriesExceededError` clauses of a body: which of them run when retries are used up, and which never do.

Celery raises that error only out of a `self.retry()` without `exc=`: with `exc=exc` it raises `exc` itself, and `autoretry_for` retries
outside of the body. Read by the rule `final-failure`.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from checklist.scan.found import Evidence
from checklist.scan.rules.parts import retriers, retrying
from checklist.scan.rules.parts.handlers import caught, is_wide
from checklist.scan.subject import Subject, dotted
from checklist.scan.targets import Defined

NAME = "MaxRetriesExceededError"
_FAMILY = {NAME, "TaskError", "CeleryError"}  # the classes of Celery that catch it


@dataclass(frozen=True, eq=False)
class LastResort:
    """A clause that names `MaxRetriesExceededError`, with its `try`."""

    subject: Subject
    attempt: ast.Try | ast.TryStar
    clause: ast.ExceptHandler

    @property
    def said(self) -> str:
        """The clause in words: "`except MaxRetriesExceededError`, line 12"."""
        written = self.subject.module.source(self.clause.type) if self.clause.type else ""
        return f"`except {written}`, line {self.line.line}"

    @property
    def line(self) -> Evidence:
        """The line of the clause."""
        return self.subject.line(self.clause)

    @cached_property
    def calls(self) -> list[ast.Call]:
        """The calls of `retry` in the `try` itself: what its other clauses and its `else` raise does not reach the clause."""
        return [call for call in retrying.retry_calls(self.subject) if call in self._inside]

    @cached_property
    def _inside(self) -> dict[ast.AST, None]:
        return dict.fromkeys(node for statement in self.attempt.body for node in ast.walk(statement))

    @property
    def runs(self) -> bool:
        """Whether a retry in the `try` raises the error, and nothing else takes it first."""
        raising = (call for call in self.calls if _raises_it(call) and not self._is_endless(call))
        return any(not any(map(_takes_it, self._before(call))) for call in raising)

    def _is_endless(self, call: ast.Call) -> bool:
        """Whether retries are never used up."""
        option = self.subject.option("max_retries")
        return option.is_known and option.value is None and all(each.arg != "max_retries" for each in call.keywords)

    @property
    def is_alone(self) -> bool:
        """Whether nothing in the `try` retries, or may. What retries elsewhere then never reaches the clause."""
        return not self.calls and self.doubt is None and _names_only(self.clause)

    @cached_property
    def doubt(self) -> tuple[str, Evidence] | None:
        """Why it cannot be said that nothing takes the last failure, and the line that shows it."""
        for why, line in self._doubts():
            return f"whether {self.said}, ever runs is not in the text: {why}", line
        takers = (each for call in self.calls for each in self._takers(call))
        for line in takers:
            return (
                f"{self.said}, never runs, but `{line.text}` of line {line.line} may take what is raised instead",
                line,
            )
        return None

    def _doubts(self) -> Iterator[tuple[str, Evidence]]:
        for call in self.calls:
            where = self.subject.line(call)
            if any(keyword.arg is None for keyword in call.keywords) or call.args:
                yield f"which `exc` line {where.line} gives `retry` is not known", where
            elif not _raises_it(call) and not _is_other_error(call, self.subject):
                yield f"`exc` of line {where.line} may be that error", where
            elif _raises_it(call) and self._is_endless(call):
                yield f"with `max_retries=None` line {where.line} never uses retries up", where
            elif _raises_it(call) and (first := next(filter(_takes_it, self._before(call)), None)):
                yield (
                    f"`{self.subject.line(first).text}` of line {first.lineno} may take it first",
                    self.subject.line(first),
                )
        if way := next(self._other_ways(), None):
            yield f"`{way.text}` of line {way.line} may raise the error", way
        if self.calls and not _names_only(self.clause):
            yield "it names other errors as well", self.line

    def _before(self, call: ast.Call) -> Iterator[ast.ExceptHandler]:
        """The clauses that are asked before this one for what a call raises."""
        for attempt, handlers in self._around(call):
            if attempt is self.attempt:
                yield from handlers[: handlers.index(self.clause)]
                return
            yield from handlers

    def _takers(self, call: ast.Call) -> Iterator[Evidence]:
        """The lines of other clauses that may take an `exc` that a call raises."""
        clauses = (each for _, handlers in self._around(call) for each in handlers)
        yield from (self.subject.line(each) for each in clauses if not _names_only(each))

    def _around(self, call: ast.Call) -> Iterator[tuple[ast.AST, list[ast.ExceptHandler]]]:
        """Each `try` that has a call in its first part, the nearest first, with its clauses."""
        below: ast.AST = call
        for up in self.subject.module.above(call):
            if up is self.subject.function:
                return
            if isinstance(up, ast.Try | ast.TryStar) and below in up.body:
                yield up, up.handlers
            below = up

    def _other_ways(self) -> Iterator[Evidence]:
        """Lines of the `try` by which the error may come without a `retry` there: it is raised by hand, or the task handed on."""
        names = retrying.own_names(self.subject)
        for node in self._inside:
            if isinstance(node, ast.Raise) and node.exc and NAME in ast.unparse(node.exc):
                yield self.subject.line(node)
            elif isinstance(node, ast.Call):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                is_handed_on = any(dotted(each).removesuffix(".retry") in names for each in given)
                if is_handed_on or next(retriers.called(node, self.subject), None):
                    yield self.subject.line(node)


def last_resorts(subject: Subject) -> list[LastResort]:
    """The clauses of the body that name `MaxRetriesExceededError`, in the order of the text."""
    tries = [node for node in subject.body() if isinstance(node, ast.Try | ast.TryStar)]
    return [LastResort(subject, each, clause) for each in tries for clause in each.handlers if _speaks_of_it(clause)]


def exc_of(call: ast.Call) -> ast.expr | None:
    """What a call of `retry` is given as `exc=`; `None` where that is missing or `None`."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "exc"), None)
    return None if isinstance(given, ast.Constant) and given.value is None else given


def _raises_it(call: ast.Call) -> bool:
    is_open = bool(call.args) or any(keyword.arg is None for keyword in call.keywords)
    return not is_open and exc_of(call) is None


def _is_other_error(call: ast.Call, subject: Subject) -> bool:
    """Whether `exc=` is surely something else: an error that an `except` around the call caught, or one that is made there."""
    given = exc_of(call)
    if isinstance(given, ast.Call):
        return _is_other_class(given.func, subject)
    name = given.id if isinstance(given, ast.Name) else ""
    around = (up for up in subject.module.above(call) if isinstance(up, ast.ExceptHandler))
    found = next((up for up in around if name and up.name == name), None)
    bound = (node for node in subject.body() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    if any(node.id == name for node in bound):
        return False
    return found is not None and not any(_last(each) in _FAMILY for each in caught(found))


def _is_other_class(node: ast.expr, subject: Subject) -> bool:
    targets = subject.project.resolve(node, subject.scope)
    if not targets:
        return hasattr(builtins, dotted(node))
    lines = [subject.project.lineage(each) if isinstance(each, Defined) else [each] for each in targets]
    return all(cls is None or isinstance(cls, Defined) for line in lines for cls in line)


def _takes_it(clause: ast.ExceptHandler) -> bool:
    return is_wide(clause) or any(_last(each) in _FAMILY for each in caught(clause))


def _names_only(clause: ast.ExceptHandler) -> bool:
    return bool(clause.type) and all(_last(each) == NAME for each in caught(clause))


def _speaks_of_it(clause: ast.ExceptHandler) -> bool:
    return clause.type is not None and NAME in ast.unparse(clause.type)


def _last(node: ast.expr) -> str:
    return dotted(node).rpartition(".")[2]
