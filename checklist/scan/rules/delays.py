"""The rule about messages that wait: how long `countdown` and `eta` are. When work expires is in `expiry`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.rules.parts.brokers import Broker, UnknownTimeoutError, broker_of, visibility_timeout_of
from checklist.scan.rules.parts.etas import seconds_ahead, without_zone
from checklist.scan.rules.parts.misplaced import misplaced
from checklist.scan.rules.parts.sends import Send, sends, where_looked
from checklist.scan.rules.parts.wording import duration, listed, place, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject

LONGEST = 1800  # seconds: RabbitMQ's `consumer_timeout`; what Redis and SQS wait is in `brokers`
SHORT = 300


@rule("short-aware-eta")
def short_aware_eta(subject: Subject) -> Finding:
    """`countdown` and `eta` at the calls: too long, without a time zone, or where Celery does not see them."""
    if unseen := misplaced(subject, {"countdown", "eta"}):
        return fails(listed(text for text, _ in unseen), *unique(line for _, line in unseen))
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
    return _long(value, subject)


def _long(seconds: float, subject: Subject) -> tuple[str, str]:
    broker = broker_of(subject)
    if broker and broker.redelivering:
        return _redelivered(seconds, broker, subject)
    if seconds <= SHORT:
        return "short", ""
    said = f" is {duration(seconds)}"
    if broker is None:
        return "unknown", f"{said}, and which broker keeps it waiting is not in the text"
    if not broker.is_rabbitmq:
        return "unknown", f"{said}, and how long `{broker.scheme}` lets a message wait is not known here"
    if seconds > LONGEST:
        return "wrong", f"{said}, longer than RabbitMQ lets a message wait (30 minutes)"
    return "unknown", f"{said}: short enough for most brokers"


def _redelivered(seconds: float, broker: Broker, subject: Subject) -> tuple[str, str]:
    """A delay where the broker gives a message that waits to another worker, so that it runs twice."""
    try:
        timeout, said, _ = visibility_timeout_of(subject, broker)
    except UnknownTimeoutError as error:
        why = f" is {duration(seconds)}, and how long {broker.redelivering} lets it wait is not known: {error}"
        return ("short", "") if seconds <= SHORT else ("unknown", why)
    if seconds >= timeout:
        return (
            "wrong",
            f" is {duration(seconds)}, and {broker.redelivering} gives the message to another worker after {said}",
        )
    why = f" is {duration(seconds)}: {broker.redelivering} gives the message to another worker only after {said}"
    return ("short", "") if seconds <= SHORT else ("unknown", why)


def _eta(node: ast.expr, scope: Scope, subject: Subject) -> tuple[str, str]:
    if (naive := without_zone(node, scope, subject)) is not None:
        return "wrong", f" has no time zone: `{ast.unparse(naive)}`"
    if (seconds := seconds_ahead(node, scope, subject)) is not None:
        return _long(seconds, subject)
    return "unknown", " is a time that the source does not tell"
