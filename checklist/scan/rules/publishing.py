"""The rule that a task is sent after the transaction, not inside of it."""

from __future__ import annotations

import ast

from checklist.scan.found import Evidence, Finding
from checklist.scan.rules.parts import bases
from checklist.scan.rules.parts.sends import Send, handed_on, not_followed, production_calls, sends, where_looked
from checklist.scan.rules.parts.transactions import is_on_commit, transaction_around
from checklist.scan.rules.parts.wording import counted, listed, place, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.uses import Call


@rule("publish-after-commit")
def publish_after_commit(subject: Subject) -> Finding:
    """Calls that send the task while a transaction is open."""
    found = sends(subject)
    early = [(each, line) for each in found if (line := _opened_at(subject, each))]
    at_once = [each for each in found if _is_sent_at_once(each)]
    lines = unique([line for each, opened in early for line in (opened, each.evidence)] + [e.evidence for e in at_once])
    if lines and (waits := _waits(subject)):
        return cannot_tell(f"sent inside a transaction, but {waits}", *lines)
    if lines:
        texts = [_early_text(each, line, subject) for each, line in early]
        texts += [
            f"`on_commit({each.call.module.source(each.node)[:60]})` sends at once, {_where(each, subject)}: pass the "
            "function, not its result"
            for each in at_once
        ]
        return fails(listed(texts), *lines)
    return _nothing_early(subject, found)


def _nothing_early(subject: Subject, found: list[Send]) -> Finding:
    calls = production_calls(subject)
    waiting = [each for each in calls if _after_commit(each)]
    direct = [each for each in found if not each.waits_for_commit and _after_commit(each.call) is None]
    counted_lines = {each.evidence for each in waiting}
    elsewhere = [line for line in handed_on(subject) if line not in counted_lines]
    if waiting and len(waiting) == len(calls) and not elsewhere:
        lines = unique(line for each in waiting if (line := _after_commit(each)))
        return passes(f"{counted(len(waiting), 'call')} of it, each after the commit", *lines)
    if direct and (line := _atomic_requests(subject)):
        return cannot_tell(
            f"{counted(len(direct), 'call')} outside of `transaction.atomic`, but `ATOMIC_REQUESTS` is on, "
            f"{place(line, subject.module.path)}: each view is a transaction",
            line,
            *unique(each.evidence for each in direct),
        )
    looked = where_looked(subject) + (", none inside `transaction.atomic`" if calls else "")
    return not_found(looked + not_followed(subject, elsewhere))


def _where(send: Send, subject: Subject) -> str:
    return place(send.evidence, subject.module.path)


def _early_text(send: Send, opened: Evidence, subject: Subject) -> str:
    written = send.call.module.source(send.node.func)
    return f"`{written}` is called inside the transaction of line {opened.line}, {_where(send, subject)}"


def _opened_at(subject: Subject, send: Send) -> Evidence | None:
    if send.waits_for_commit or _is_sent_at_once(send):
        return None
    opened = transaction_around(subject.project, send.call.module, send.node)
    return send.call.module.evidence(opened) if opened else None


def _is_sent_at_once(send: Send) -> bool:
    """`on_commit(task.delay(1))`, which calls first and registers the result."""
    up = send.call.module.parents.get(send.node)
    return is_on_commit(up) and isinstance(up, ast.Call) and send.node in up.args[:1] if up else False


def _after_commit(call: Call) -> Evidence | None:
    """The line of `on_commit(...)` that is given the call, in a `partial`, a lambda or as a function inside; or of `delay_on_commit`."""
    if call.method.endswith("_on_commit"):
        return call.evidence
    for up in call.around:
        if is_on_commit(up):
            return None if isinstance(up, ast.Call) and call.node in up.args[:1] and _called(call) else call.evidence
        if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef):
            return call.evidence if _is_given_to_on_commit(up, call) else None
    return None


def _called(call: Call) -> bool:
    return isinstance(call.node, ast.Call)


def _is_given_to_on_commit(function: ast.FunctionDef | ast.AsyncFunctionDef, call: Call) -> bool:
    """Whether a function inside of another is handed to `on_commit` there, by name or as a decorator."""
    if any(is_on_commit(each) or ast.unparse(each).endswith("on_commit") for each in function.decorator_list):
        return True
    around = call.module.above(function)
    outer = next((up for up in around if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef)), None)
    return outer is not None and any(
        is_on_commit(node) and any(isinstance(each, ast.Name) and each.id == function.name for each in ast.walk(node))
        for node in ast.walk(outer)
    )


def _waits(subject: Subject) -> str:
    """Why sending inside a transaction may be fine: what sends the task waits for the commit itself."""
    for name in ("apply_async", "delay"):
        found = bases.method(subject, name)
        if found and "on_commit" in ast.unparse(found[1]):
            return f"`{found[0].name}.{name}` waits for the commit"
        if found:
            return f"`{found[0].name}.{name}` is the project's own"
    made = bases.wrapper(subject)
    if made and "on_commit" in ast.unparse(made.node):
        return f"`{made.name}` may wait for the commit"
    return subject.hidden


def _atomic_requests(subject: Subject) -> Evidence | None:
    for module in subject.project.modules.values():
        if "ATOMIC_REQUESTS" in module.text and "settings" in module.path:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Dict):
                    for key, value in zip(node.keys, node.values, strict=True):
                        if _is(key, "ATOMIC_REQUESTS") and _is(value, True):
                            return module.evidence(key) if key else None
    return None


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value == value
