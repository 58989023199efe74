"""Calls that wait for another machine or program, and what ends the wait."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import StrEnum

from checklist.scan.literals import UnknownError, literal
from checklist.scan.subject import Subject
from checklist.scan.targets import Value


class Waits(StrEnum):
    """How long a call waits."""

    FOR_EVER = "for ever"
    UNKNOWN = "unknown"
    LIMITED = "limited"


@dataclass(frozen=True, eq=False)
class Waiting:
    """A call that waits. `said` goes on after its `name` and tells what it lacks; of an unknown wait it is the whole reason."""

    call: ast.Call
    name: str
    waits: Waits
    said: str = ""

    @property
    def is_of_process(self) -> bool:
        """Whether it waits for a process, to which no default for sockets applies."""
        return self.name.startswith("subprocess.") or self.name.endswith((".wait", ".communicate"))

    @property
    def is_endless(self) -> bool:
        """Whether nothing ends the wait."""
        return self.waits is Waits.FOR_EVER


def by_timeout(call: ast.Call, name: str, position: int | None, subject: Subject) -> Waiting:
    """A call that waits without end unless it is given `timeout`, by that keyword or at that position."""
    given = given_timeout(call, position)
    if given is None:
        waits, lack = Waits.UNKNOWN if is_open(call) else Waits.FOR_EVER, "has no `timeout`"
    else:
        waits, lack = _limit(given, subject), f"gets `{subject.module.source(given)}` as `timeout`, which is no limit"
    doubt = f"whether `{name}` gets a `timeout` is not in the text"
    return Waiting(call, name, waits, doubt if waits is Waits.UNKNOWN else lack)


def given_timeout(call: ast.Call, position: int | None) -> ast.expr | None:
    """What a call is given as `timeout`."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "timeout"), None)
    if given is None and position is not None and len(call.args) > position:
        given = call.args[position]
    return given


def is_open(call: ast.Call) -> bool:
    """Whether arguments are poured into a call that the text does not tell."""
    poured = any(keyword.arg is None for keyword in call.keywords)
    return poured or any(isinstance(each, ast.Starred) for each in call.args)


def _limit(given: ast.expr, subject: Subject) -> Waits:
    """What a timeout that is written comes to; one that cannot be followed is taken for a limit, unless `None` is among what it may be."""
    try:
        value = literal(given, subject.scope, subject.project)
    except UnknownError:
        targets = subject.project.resolve(given, subject.scope) if isinstance(given, ast.Name | ast.Attribute) else []
        may_be_none = any(isinstance(each, Value) and is_none(each.node) for each in targets)
        return Waits.UNKNOWN if may_be_none else Waits.LIMITED
    return Waits.FOR_EVER if value is None else Waits.LIMITED


def is_none(node: ast.expr) -> bool:
    """Whether an expression is `None` written out."""
    return isinstance(node, ast.Constant) and node.value is None


def made_by(node: ast.expr, makers: set[str], subject: Subject) -> bool:
    """Whether an expression of the body is made by a call of one of these full names, and by nothing else."""
    targets = subject.project.resolve(node, subject.scope)
    made = [
        isinstance(each, Value)
        and not each.elements_of
        and isinstance(each.node, ast.Call)
        and not makers.isdisjoint(subject.project.outer_names(each.node.func, each.scope))
        for each in targets
    ]
    return bool(made) and all(made)
