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

Loop = ast.For | ast.AsyncFor
_WRITING = {"save", "create", "update", "delete", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
_PARCELS = ("chunk", "batch", "page", "bulk")
_BULK = (*_PARCELS, "group", "attempt", "retry", "retries", "endpoint", "backend", "url")


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
    loops = [node for node in subject.body() if isinstance(node, Loop)]
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
        loop, _, name = guarded[0]
        return cannot_tell(
            f"the loop of line {loop.lineno} calls `{name}` for each item, but a `try` keeps one failure from the rest",
            *lines,
        )
    return _without_effects(loops, subject)


def _without_effects(loops: list[Loop], subject: Subject) -> Finding:
    """What there is to say of loops that reach no other service themselves."""
    sent = [(loop, node) for loop in loops for node in _sends(loop)]
    written = [(loop, node) for loop in loops for node in _writes(loop)]
    if sent and written:
        first = f"the loop of line {sent[0][0].lineno} sends one message for each item"
        same = [each for each in written if each[0] is sent[0][0]]
        text = f"{first} and {_call(same[0][1], subject)}" if same else f"{first}, but {_written(written, subject)}"
        lines = [subject.line(node) for pair in (sent[0], (same or written)[0]) for node in pair]
        return cannot_tell(f"{text}: whether that belongs into a task each, the source does not say", *unique(lines))
    if sent:
        loop, node = sent[0]
        text = f"the loop of line {loop.lineno} sends one message for each item, line {node.lineno}"
        return passes(text, subject.line(loop), subject.line(node))
    if loops:
        more = f"; {_written(written, subject)}, which was not judged" if written else ""
        looked = f"{counted(len(loops), 'loop')} in the body, none that is known to send something for each item"
        return not_found(looked + more)
    return not_found("no loop in the body")


def _written(written: list[tuple[Loop, ast.Call]], subject: Subject) -> str:
    """The first loop that writes, in words."""
    loop, node = written[0]
    return f"that of line {loop.lineno} {_call(node, subject)}"


def _call(node: ast.Call, subject: Subject) -> str:
    source = subject.module.source(node.func)
    short = source if len(source) <= 60 else f"….{source.rpartition('.')[2]}"
    return f"calls `{short}` for each item, line {node.lineno}"


def _calls_in(loop: Loop) -> Iterator[ast.Call]:
    """The calls that each turn of the loop makes, without functions and loops inside."""
    waiting: list[ast.AST] = list(reversed(loop.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.For, ast.AsyncFor, ast.While)):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _effects(loop: Loop, subject: Subject) -> Iterator[tuple[ast.Call, str]]:
    items = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if not _may_be_long(loop, items):
        return
    items |= _made_of(loop, items)
    for node in _calls_in(loop):
        name = remote_call(node, subject.scope, subject.project)
        if name and sends_something(name) and not only_reads(name) and _uses(node, items):
            yield node, name


def _may_be_long(loop: Loop, items: set[str], short: tuple[str, ...] = _BULK) -> bool:
    """Not a few fixed things, not attempts, and not parcels of many items, which names with the words of `short` speak of."""
    if isinstance(loop.iter, ast.List | ast.Tuple | ast.Set | ast.Dict):
        return False
    words = [*(name.lower() for name in items), ast.unparse(loop.iter).lower()]
    if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Name) and loop.iter.func.id == "range":
        return False
    return not any(word in each for each in words for word in short)


def _made_of(loop: Loop, items: set[str]) -> set[str]:
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


def _writes(loop: Loop) -> Iterator[ast.Call]:
    """Calls that write to a database for each item, as far as their names tell: of a row of the loop, or of rows that are chosen by one."""
    items = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if not _may_be_long(loop, items, _PARCELS):
        return
    items |= _made_of(loop, items)
    yield from (node for node in _calls_in(loop) if _uses(node, items) and _is_write(node.func, items))


def _is_write(method: ast.expr, items: set[str]) -> bool:
    if not isinstance(method, ast.Attribute) or method.attr not in _WRITING:
        return False
    return method.attr == "save" or _is_of_rows(method.value) or _is_item(method.value, items)


def _is_of_rows(node: ast.expr) -> bool:
    """Whether an expression begins at the rows of a model: `Order.objects`, `Order.objects.filter(...)`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return isinstance(node, ast.Attribute) and (node.attr == "objects" or node.attr.endswith("_objects"))


def _is_item(node: ast.expr, items: set[str]) -> bool:
    """Whether an expression is the item of the loop itself or an attribute of it."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in items


def _sends(loop: Loop) -> Iterator[ast.Call]:
    for node in _calls_in(loop):
        if isinstance(node.func, ast.Attribute) and node.func.attr in SENDING:
            yield node
