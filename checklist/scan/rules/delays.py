"""The rule about messages that wait: how long `countdown` and `eta` are. When work expires is in `expiry`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.rules.parts.numbers import number
from checklist.scan.rules.parts.sends import Send, sends, where_looked
from checklist.scan.rules.parts.wording import duration, listed, place, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import Value

LONGEST = 1800  # seconds: RabbitMQ's `consumer_timeout`; Redis waits an hour
SHORT = 300
_NAIVE = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.now",
    "datetime.utcnow",
}


@rule("short-aware-eta")
def short_aware_eta(subject: Subject) -> Finding:
    """`countdown` and `eta` at the calls: too long, or without a time zone."""
    found = sends(subject)
    delays = [each for send in found for each in _delays(send, subject)]
    wrong = [each for each in delays if each[0] == "wrong"]
    unknown = [each for each in delays if each[0] == "unknown"]
    if wrong and (queues := subject.settings.get("task_default_queue_type")) and queues.value == "quorum":
        return cannot_tell(f"{wrong[0][1]}, but quorum queues may delay messages themselves", queues.place)
    if wrong:
        return fails(listed(text for _, text, _ in wrong), *unique(line for _, _, line in wrong))
    if unknown:
        return cannot_tell(unknown[0][1], *unique(line for _, _, line in unknown))
    if delays:
        return passes(listed(text for _, text, _ in delays), *unique(line for _, _, line in delays))
    return not_found(where_looked(subject) + (", none with `countdown` or `eta`" if found else ""))


def _delays(send: Send, subject: Subject) -> Iterator[tuple[str, str, Evidence]]:
    """Each delay of a call: what it is (`wrong`, `unknown` or `short`), in words, and its line."""
    for name, judge in (("countdown", _countdown), ("eta", _eta)):
        node = send.keyword(name)
        if node is not None and not (isinstance(node, ast.Constant) and node.value is None):
            line = send.call.module.evidence(node)
            where = place(line, subject.module.path)
            kind, why = judge(node, send.call.scope, subject)
            yield kind, f"`{name}={send.call.module.source(node)}`{why}, {where}", line


def _countdown(node: ast.expr, scope: Scope, subject: Subject) -> tuple[str, str]:
    try:
        value = literal(node, scope, subject.project)
    except UnknownError:
        return "unknown", " is computed when it is sent"
    if not isinstance(value, int | float):
        return "unknown", " is no number"
    return _long(value)


def _long(seconds: float) -> tuple[str, str]:
    if seconds > LONGEST:
        return "wrong", f" is {duration(seconds)}, longer than RabbitMQ lets a message wait (30 minutes)"
    return ("short", "") if seconds <= SHORT else ("unknown", f" is {duration(seconds)}: short enough for most brokers")


def _eta(node: ast.expr, scope: Scope, subject: Subject) -> tuple[str, str]:
    node, scope = _value_of(node, scope, subject)
    parts = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else [node]
    parts = [_value_of(part, scope, subject)[0] for part in parts]
    naive = next((part for part in parts if _is_naive(part, scope, subject)), None)
    if naive is not None:
        return "wrong", f" has no time zone: `{ast.unparse(naive)}`"
    seconds = [value for part in parts if (value := number(part, scope, subject.project)) is not None]
    if len(parts) == 2 and seconds:
        return _long(seconds[0])
    return "unknown", " is a time that the source does not tell"


def _value_of(node: ast.expr, scope: Scope, subject: Subject) -> tuple[ast.expr, Scope]:
    targets = subject.project.resolve(node, scope) if isinstance(node, ast.Name) else []
    if len(targets) == 1 and isinstance(targets[0], Value) and not targets[0].elements_of:
        return targets[0].node, targets[0].scope
    return node, scope


def _is_naive(node: ast.expr, scope: Scope, subject: Subject) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    names = subject.project.outer_names(node.func, scope)
    is_now = bool(_NAIVE & names) or (not names and ast.unparse(node.func) in _NAIVE)
    return is_now and (node.func.attr == "utcnow" or not (node.args or node.keywords))
