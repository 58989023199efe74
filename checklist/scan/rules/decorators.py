"""The rule about the order of decorators: what stands above the task decorator is not part of the task."""

from __future__ import annotations

import ast

from checklist.scan.found import Finding
from checklist.scan.rules.parts import decorating
from checklist.scan.rules.parts.wording import counted
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject, dotted, own_nodes
from checklist.scan.targets import Defined, External

# Decorators that register what they are given and hand it back, by their last name.
_REGISTERING = {
    "connect",
    "connect_via",
    "receiver",
    "register",
    "override",
    "deprecated",
    "staticmethod",
    "classmethod",
    "hookimpl",
    "listens_for",
    "on",
    "route",
    "subscribe",
    "command",
    "fixture",
    "no_type_check",
    "final",
}


@rule("decorator-order")
def decorator_order(subject: Subject) -> Finding:
    """Decorators above the one that makes the task."""
    node = subject.declaration.defined.node
    own = decorating.own(subject)
    if own is None or isinstance(node, ast.ClassDef):
        return not_found("no task decorator above a function: the task is made by a call or a class")
    above = node.decorator_list[: node.decorator_list.index(own)]
    wrapping = [each for each in above if _wraps(each, subject) is True]
    unsure = [each for each in above if _wraps(each, subject) is None]
    place = subject.line(own)
    if wrapping:
        text = "; ".join(f"`@{_said(each)}` stands above the task decorator, line {each.lineno}" for each in wrapping)
        return fails(f"{text}: the worker never runs it", *[subject.line(each) for each in wrapping], place)
    if unsure:
        return cannot_tell(
            f"what `@{_said(unsure[0])}` above the task decorator hands back is not known, line {unsure[0].lineno}",
            subject.line(unsure[0]),
            place,
        )
    if len(node.decorator_list) == 1:
        return passes(f"the task decorator is the only one, line {place.line}", place)
    below = len(node.decorator_list) - len(above) - 1
    if above:
        said = "; ".join(
            f"`@{_said(each)}`, line {each.lineno}, only registers the task or hands it back" for each in above
        )
        rest = f"; {counted(below, 'other stands', 'others stand')} below it" if below else ""
        return passes(f"above the task decorator {said}{rest}", *[subject.line(each) for each in above], place)
    return passes(f"the task decorator stands above {counted(below, 'other')}, line {place.line}", place)


def _said(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node) or ast.unparse(node)[:60]


def _wraps(node: ast.expr, subject: Subject) -> bool | None:
    """Whether a decorator puts something around what it is given; `None` when the scan does not say."""
    called = node.func if isinstance(node, ast.Call) else node
    last = _said(node).rpartition(".")[2]
    if last in _REGISTERING or last.startswith(("register", "add_")) or decorating.makes_task(node, subject):
        return False
    targets = subject.project.resolve(called, subject.declaration.defined.scope)
    defined = [target for target in targets if isinstance(target, Defined)]
    if defined:
        return _hands_out_function(defined[0])
    return True if not targets or any(isinstance(target, External) for target in targets) else None


def _hands_out_function(target: Defined) -> bool | None:
    """Whether a decorator of the project returns a function of its own instead of what it was given."""
    if isinstance(target.node, ast.ClassDef):
        return True
    functions = [each for each in ast.walk(target.node) if isinstance(each, ast.FunctionDef)]
    inner = {each.name for each in functions if each is not target.node}
    handed_back = [each for each in functions if _returned(each) & _given(each) - inner]
    if not any(_returned(each) & inner for each in functions):
        return False if handed_back else None
    if not handed_back:
        return True
    made = {name for each in functions if each not in handed_back for name in _returned(each) & inner}
    return False if made <= {each.name for each in handed_back} else None


def _given(function: ast.FunctionDef) -> set[str]:
    return {each.arg for each in [*function.args.posonlyargs, *function.args.args]}


def _returned(function: ast.FunctionDef) -> set[str]:
    """The names that a function itself returns."""
    return {
        each.value.id
        for each in own_nodes(function)
        if isinstance(each, ast.Return) and isinstance(each.value, ast.Name)
    }
