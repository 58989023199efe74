"""The rule about chords: who is told when the header fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.effort import once_per_scan
from checklist.scan.finder import Found
from checklist.scan.found import Evidence, Finding
from checklist.scan.names import Scope
from checklist.scan.places import is_test
from checklist.scan.rules.parts.wording import shown
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.source import Module
from checklist.scan.subject import Subject
from checklist.scan.targets import External

_HANDLING = {"on_error", "link_error"}


@dataclass(frozen=True, eq=False)
class Chord:
    """A call of `chord(header, body)` or `chord(header)(body)`; `node` is the call of `chord` itself."""

    node: ast.Call
    module: Module
    scope: Scope

    @property
    def header(self) -> ast.expr | None:
        """What runs first, as it is given."""
        return self.node.args[0] if self.node.args else _keyword(self.node, "header")

    @property
    def body(self) -> ast.expr | None:
        """What runs at the end, as it is given."""
        if len(self.node.args) > 1:
            return self.node.args[1]
        if body := _keyword(self.node, "body"):
            return body
        up = self.module.parents.get(self.node)
        is_called = isinstance(up, ast.Call) and up.func is self.node
        return up.args[0] if is_called and isinstance(up, ast.Call) and up.args else None

    @property
    def evidence(self) -> Evidence:
        """Its line."""
        return self.module.evidence(self.node)

    @property
    def around(self) -> ast.AST:
        """The function in which it stands, or the module."""
        functions = (
            up for up in self.module.above(self.node) if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        return next(functions, self.module.tree)

    @property
    def is_handled(self) -> bool:
        """Whether its body, or the statement in which it stands, names an error handler."""
        around = [up for up in self.module.above(self.node) if isinstance(up, ast.Attribute | ast.Call)]
        own = [*around, *(keyword for up in around if isinstance(up, ast.Call) for keyword in up.keywords)]
        return any(_handles(each) for each in (*own, *_reach(self.body, self.scope)))

    @property
    def may_be_handled(self) -> bool:
        """Whether anything in the same function names an error handler."""
        return any(_handles(each) for each in ast.walk(self.around))


@rule("chord-errback")
def chord_errback(subject: Subject) -> Finding:
    """Chords that the task starts or is part of, without an error handler or with a header that ignores results."""
    own = [chord for chord in chords_of(subject.found) if _belongs(chord, subject)]
    for chord in own:
        if _in_header(chord, subject) and (ignored := subject.option("ignore_result")).is_known and ignored.value:
            place = ignored.place or subject.declared_at
            return fails(f"{shown(ignored)} in the header of a chord: it can wait for ever", chord.evidence, place)
    bare = [chord for chord in own if not chord.is_handled]
    if near := [chord for chord in bare if chord.may_be_handled]:
        return cannot_tell("whether the error handler beside it is for this chord is not in the text", near[0].evidence)
    if bare and all(_is_signature(chord.body) for chord in bare):
        where = ", ".join(f"{chord.module.path}:{chord.node.lineno}" for chord in bare)
        text = f"the body of the chord ({where}) has no `.on_error(...)`: when its header fails nothing runs and nobody is told"
        return fails(text, *[chord.evidence for chord in bare])
    if bare:
        return cannot_tell("what the chord's body is does not stand beside it", *[chord.evidence for chord in bare])
    if own:
        return not_found(f"each of {len(own)} chords of this task has an error handler")
    return not_found("no chord holds this task, and its body starts none")


def _is_signature(node: ast.expr | None) -> bool:
    """Whether a chord's body is written out where the chord is: `report.s()`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"s", "si", "signature", "subtask"}
    )


def _belongs(chord: Chord, subject: Subject) -> bool:
    if subject.function is not None and chord.around is subject.function:
        return True
    return any(_within(chord, call.node) for call in subject.calls)


def _within(chord: Chord, node: ast.AST) -> bool:
    return any(node is each for given in (chord.header, chord.body) for each in _reach(given, chord.scope))


def _in_header(chord: Chord, subject: Subject) -> bool:
    uses = {call.node for call in subject.calls}
    return any(each in uses for each in _reach(chord.header, chord.scope))


def _reach(node: ast.expr | None, scope: Scope) -> Iterator[ast.AST]:
    """The nodes of an expression, and of the values that its names were given in the same scope."""
    if node is None:
        return
    for each in ast.walk(node):
        yield each
        if isinstance(each, ast.Name) and each.id in scope.names:
            for binding in scope.names[each.id]:
                value = getattr(binding, "value", None)
                if isinstance(value, ast.expr) and value is not node:
                    yield from ast.walk(value)


@once_per_scan
def chords_of(found: Found) -> tuple[Chord, ...]:
    """Every chord of a scan, without those of tests."""
    chords = []
    for module in found.project.modules.values():
        if "chord" not in module.text or is_test(module):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _name(node) == "chord":
                scope = found.project.scope_of(module, node)
                targets = found.project.resolve(node.func, scope)
                if any(isinstance(each, External) and each.root == "celery" for each in targets):
                    chords.append(Chord(node, module, scope))
    return tuple(chords)


def _handles(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.arg if isinstance(node, ast.keyword) else ""
    return name in _HANDLING


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
