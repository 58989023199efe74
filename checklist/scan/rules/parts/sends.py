"""The calls that send a task, and what they pass to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.found import Evidence
from checklist.scan.names import Function, Scope
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts.followed import followed
from checklist.scan.rules.parts.wording import counted, place
from checklist.scan.subject import Subject
from checklist.scan.uses import SENDING, SIGNATURES, Call

# These take the task's arguments as `args` and `kwargs`; the others take them as their own.
_PACKED = {"apply_async", "apply_async_on_commit", "signature", "subtask"}
_AFTER_COMMIT = {"delay_on_commit", "apply_async_on_commit"}


@dataclass(frozen=True, eq=False)
class Argument:
    """One argument of a task at one of its calls: `key` is its position or its name."""

    key: int | str
    node: ast.expr
    call: Call


@dataclass(frozen=True, eq=False)
class Send:
    """A call that sends a task: of the task itself (`task.delay(1)`), or of a signature of it (`task.s(1).delay()`)."""

    call: Call
    node: ast.Call

    @property
    def evidence(self) -> Evidence:
        """The line that sends."""
        return self.call.module.evidence(self.node)

    @property
    def waits_for_commit(self) -> bool:
        """Whether the method itself waits for the transaction."""
        return isinstance(self.node.func, ast.Attribute) and self.node.func.attr in _AFTER_COMMIT

    def keyword(self, name: str) -> ast.expr | None:
        """An option of the sending call, such as `countdown`; also those of `.set(...)` of a signature.

        `delay` has none: its keywords go to the task.
        """
        calls = [self.node, *(each for each in ast.walk(self.node.func) if isinstance(each, ast.Call))]
        options = [
            call
            for call in calls
            if isinstance(call.func, ast.Attribute)
            and call.func.attr in {"apply_async", "apply_async_on_commit", "set"}
        ]
        return next((each.value for call in options for each in call.keywords if each.arg == name), None)


def production_calls(subject: Subject) -> list[Call]:
    """The calls of the task outside of tests; all of them where the task stands in tests itself."""
    return [call for call in subject.calls if is_test(subject.module) or not is_test(call.module)]


def handed_on(subject: Subject) -> list[Evidence]:
    """The lines outside of tests that hand on the task, or a method that sends it: what is sent there, and when, was not followed."""
    methods = [
        call for call in production_calls(subject) if call.method in SENDING and not isinstance(call.node, ast.Call)
    ]
    bare = [each for each in subject.handed_on if is_test(subject.module) or not is_test(each.module)]
    return [*(each.evidence for each in methods), *(each.evidence for each in bare)]


def not_followed(subject: Subject, lines: list[Evidence]) -> str:
    """`; line 9 hands it on, which was not followed`; empty without lines."""
    where = place(lines[0], subject.module.path) if lines else ""
    return f"; {where} hands it on, which was not followed" if lines else ""


def sends(subject: Subject) -> list[Send]:
    """Every call that sends the task, outside of tests."""
    found = [(call, _sending(call)) for call in production_calls(subject)]
    return [Send(call, node) for call, node in found if node is not None]


def arguments(subject: Subject) -> Iterator[Argument]:
    """What the calls outside of tests pass to the task, where that can be read."""
    for call in production_calls(subject):
        if isinstance(call.node, ast.Call) and call.method in (SENDING | SIGNATURES) - {"chunks", "map", "starmap"}:
            yield from _arguments(call, call.node, subject.project)


def parameter(function: Function, key: int | str, *, is_bound: bool) -> ast.arg | None:
    """The parameter of a task's function that an argument goes to; `is_bound` when the first one is the task itself."""
    positional = [*function.args.posonlyargs, *function.args.args]
    if isinstance(key, str):
        return next((each for each in [*positional, *function.args.kwonlyargs] if each.arg == key), None)
    given = positional[1:] if is_bound else positional
    return given[key] if key < len(given) else None


def where_looked(subject: Subject, noun: str = "call") -> str:
    """`no call of it in the 3 files that were read`, or `2 calls of it`."""
    count = len(production_calls(subject))
    files = counted(len(subject.project.modules), "file")
    return f"{counted(count, noun)} of it" if count else f"no {noun} of it in the {files} that {_were(subject)} read"


def _were(subject: Subject) -> str:
    return "was" if len(subject.project.modules) == 1 else "were"


def _sending(call: Call) -> ast.Call | None:
    if call.method in SENDING:
        return call.node if isinstance(call.node, ast.Call) else None
    below: ast.AST = call.node
    for up in call.around:
        if isinstance(up, ast.stmt | ast.Lambda):
            return None
        is_called = isinstance(up, ast.Call) and up.func is below
        if is_called and isinstance(below, ast.Attribute) and below.attr in SENDING:
            return up  # type: ignore[return-value]
        below = up
    return None


def _arguments(call: Call, node: ast.Call, project: Project) -> Iterator[Argument]:
    if call.method not in _PACKED:
        yield from _plain(call, node.args, node.keywords)
        return
    given = dict(zip(("args", "kwargs"), node.args, strict=False)) | {
        each.arg: each.value for each in node.keywords if each.arg
    }
    given = {key: _around_it(value, call, project) for key, value in given.items()}
    if isinstance(packed := given.get("args"), ast.Tuple | ast.List):
        yield from _plain(call, packed.elts, [])
    if isinstance(named := given.get("kwargs"), ast.Dict):
        pairs = zip(named.keys, named.values, strict=True)
        yield from (Argument(key.value, value, call) for key, value in pairs if _is_text(key))  # type: ignore[union-attr]
    elif isinstance(named, ast.Call) and isinstance(named.func, ast.Name) and named.func.id == "dict":
        yield from _plain(call, [], named.keywords)


def _around_it(node: ast.expr, call: Call, project: Project) -> ast.expr:
    """What the name of a list or mapping was given, where that is one thing, stands around the call, and nothing changes it."""
    value, scope = followed(node, call.scope, project)
    around: Scope | None = call.scope
    while around is not None and around is not scope:
        around = around.parent
    return value if around is not None else node


def _plain(call: Call, positional: list[ast.expr], keywords: list[ast.keyword]) -> Iterator[Argument]:
    for position, node in enumerate(positional):
        if isinstance(node, ast.Starred):
            break
        yield Argument(position, node, call)
    yield from (Argument(each.arg, each.value, call) for each in keywords if each.arg)


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
