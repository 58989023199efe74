"""Options of a send that are given to `delay`: it passes whatever it gets to the task, so Celery never sees them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence
from checklist.scan.names import Function
from checklist.scan.rules.parts import bases, decorating
from checklist.scan.rules.parts.sends import parameter, production_calls
from checklist.scan.rules.parts.wording import place
from checklist.scan.subject import Subject
from checklist.scan.uses import Call

_PASSING_ON = {"delay", "delay_on_commit"}


def misplaced(subject: Subject, names: set[str]) -> list[tuple[str, Evidence]]:
    """Those of the options that calls give to `delay`, in words and with their lines; none that the task may want itself."""
    if subject.function is None or _is_between(subject):
        return []
    unwanted = {each for each in names if not parameter(subject.function, each, is_bound=False)}
    unwanted -= _read(subject.function, names)
    return [each for call in production_calls(subject) for each in _misplaced(call, subject, unwanted)]


def _misplaced(call: Call, subject: Subject, names: set[str]) -> Iterator[tuple[str, Evidence]]:
    keywords = call.node.keywords if isinstance(call.node, ast.Call) and call.method in _PASSING_ON else []
    for each in keywords:
        if each.arg in names:
            line = call.module.evidence(each.value)
            written = f"`{each.arg}={call.module.source(each.value)}`"
            text = f"{written} is given to `{call.method}`, which passes it to the task: only `apply_async` takes it"
            yield f"{text}, {place(line, subject.module.path)}", line


def _is_between(subject: Subject) -> bool:
    """Whether something between the call and the function may take options out: a class, a decorator, or what was not read."""
    is_wrapped = subject.declaration.maker.form.startswith("project_decorator") or bool(decorating.below(subject))
    return (
        is_wrapped
        or bool(subject.hidden)
        or any(bases.method(subject, name) for name in ("delay", "apply_async", "__call__"))
    )


def _read(function: Function, names: set[str]) -> set[str]:
    """The names that the function may read out of its `**kwargs`: those that it writes as a text; all where it hands `kwargs` on."""
    if function.args.kwarg is None:
        return set()
    inside = [node for statement in function.body for node in ast.walk(statement)]
    looked_up = {node.value for node in inside if isinstance(node, ast.Subscript) or _is_lookup(node)}  # type: ignore[attr-defined]
    more = [node for node in inside if isinstance(node, ast.Name) and node.id == function.args.kwarg.arg]
    if any(node not in looked_up for node in more):
        return names
    return {node.value for node in inside if isinstance(node, ast.Constant) and isinstance(node.value, str)} & names


def _is_lookup(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"get", "pop", "setdefault"}
