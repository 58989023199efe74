"""Rules about the effects of a task: calls to other services in transactions, and loops that do many things in one task."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.names import FUNCTIONS
from checklist.scan.rules.parts.remote import only_reads, remote_call, sends_something
from checklist.scan.rules.parts.transactions import transaction_around
from checklist.scan.rules.parts.wording import NO_FUNCTION, counted, listed, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.uses import SENDING

_BULK = ("chunk", "batch", "page", "group", "bulk", "attempt", "retry", "retries", "endpoint", "backend", "url")


@rule("remote-call-in-transaction")
def remote_call_in_transaction(subject: Subject) -> Finding:
    """Calls to other services in the body while a transaction is open."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    calls = list(_remote_calls(subject))
    inside = [(node, name, opened) for node, name in calls if (opened := _opened(subject, node))]
    if inside:
        texts = [
            f"`{name}` is called inside the transaction of line {line.line}, line {node.lineno}"
            for node, name, line in inside
        ]
        lines = [line for node, _, opened in inside for line in (opened, subject.line(node))]
        return fails(listed(texts), *unique(lines))
    blocks = [subject.line(node) for node in subject.body() if isinstance(node, ast.With) and _is_opened(subject, node)]
    if calls and blocks:
        name = calls[0][1]
        lines = [*(subject.line(node) for node, _ in calls), *blocks]
        return passes(f"`{name}` stands outside of the transaction", *unique(lines))
    if not calls:
        return not_found("no call in the body that is known to reach another service")
    return not_found(f"{counted(len(calls), 'remote call')}, none inside `transaction.atomic` in this function")


def _remote_calls(subject: Subject) -> Iterator[tuple[ast.Call, str]]:
    for node in subject.calls_in_body():
        if name := remote_call(node, subject.scope, subject.project):
            yield node, name


def _opened(subject: Subject, node: ast.AST) -> Evidence | None:
    opened = transaction_around(subject.project, subject.module, node)
    return subject.line(opened) if opened else None


def _is_opened(subject: Subject, node: ast.With) -> bool:
    return bool(node.body) and _opened(subject, node.body[0]) is not None


@rule("fan-out")
def fan_out(subject: Subject) -> Finding:
    """Loops in the body that send something for each item themselves."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    loops = [node for node in subject.body() if isinstance(node, ast.For | ast.AsyncFor)]
    direct = [(loop, node, name) for loop in loops for node, name in _effects(loop, subject)]
    guarded = [each for each in direct if _is_guarded(each[0], each[1], subject)]
    bare = [each for each in direct if each not in guarded]
    lines = unique(line for loop, node, _ in bare or guarded for line in (subject.line(loop), subject.line(node)))
    if bare:
        texts = [
            f"the loop of line {loop.lineno} calls `{name}` for each item, line {node.lineno}"
            for loop, node, name in bare
        ]
        return fails(listed(texts), *lines)
    if guarded:
        loop, node, name = guarded[0]
        return cannot_tell(
            f"the loop of line {loop.lineno} calls `{name}` for each item, but a `try` keeps one failure from the rest",
            *lines,
        )
    if sent := [(loop, node) for loop in loops for node in _sends(loop)]:
        loop, node = sent[0]
        text = f"the loop of line {loop.lineno} sends one message for each item, line {node.lineno}"
        return passes(text, subject.line(loop), subject.line(node))
    if loops:
        return not_found(
            f"{counted(len(loops), 'loop')} in the body, none that is known to send something for each item"
        )
    return not_found("no loop in the body")


def _calls_in(loop: ast.For | ast.AsyncFor) -> Iterator[ast.Call]:
    """The calls that each turn of the loop makes, without functions and loops inside."""
    waiting: list[ast.AST] = list(reversed(loop.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.For, ast.AsyncFor, ast.While)):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _effects(loop: ast.For | ast.AsyncFor, subject: Subject) -> Iterator[tuple[ast.Call, str]]:
    items = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if not _may_be_long(loop, items):
        return
    items |= _made_of(loop, items)
    for node in _calls_in(loop):
        name = remote_call(node, subject.scope, subject.project)
        if name and sends_something(name) and not only_reads(name) and _uses(node, items):
            yield node, name


def _may_be_long(loop: ast.For | ast.AsyncFor, items: set[str]) -> bool:
    """Not a few fixed things, not attempts, and not parcels of many items."""
    if isinstance(loop.iter, ast.List | ast.Tuple | ast.Set | ast.Dict):
        return False
    words = [*(name.lower() for name in items), ast.unparse(loop.iter).lower()]
    if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Name) and loop.iter.func.id == "range":
        return False
    return not any(word in each for each in words for word in _BULK)


def _made_of(loop: ast.For | ast.AsyncFor, items: set[str]) -> set[str]:
    """Names that a turn of the loop makes from its item."""
    made = set(items)
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign) and _uses(node.value, made):
            made |= {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return made


def _uses(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))


def _is_guarded(loop: ast.AST, node: ast.AST, subject: Subject) -> bool:
    """Whether a `try` inside the loop catches what the call raises."""
    for up in subject.module.above(node):
        if up is loop:
            return False
        if isinstance(up, ast.Try) and up.handlers:
            return True
    return False


def _sends(loop: ast.For | ast.AsyncFor) -> Iterator[ast.Call]:
    for node in _calls_in(loop):
        if isinstance(node.func, ast.Attribute) and node.func.attr in SENDING:
            yield node
