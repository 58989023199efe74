"""The rule about the visibility timeout: how long a message may stay unacknowledged before it is given to another worker."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.found import Evidence, Finding, Option
from checklist.scan.names import Scope
from checklist.scan.rules.parts import retrying
from checklist.scan.rules.parts.brokers import WITHOUT_TIMEOUT, UnknownTimeoutError, broker_of, visibility_timeout_of
from checklist.scan.rules.parts.etas import seconds_ahead
from checklist.scan.rules.parts.numbers import is_number, number
from checklist.scan.rules.parts.sends import sends
from checklist.scan.rules.parts.wording import places, shown, unique, unread
from checklist.scan.rules.registry import cannot_tell, does_not_apply, fails, not_found, rule
from checklist.scan.subject import Subject


@dataclass(frozen=True)
class _Wait:
    """Something that keeps the message unacknowledged for `seconds`."""

    seconds: float
    said: str
    lines: tuple[Evidence, ...]


@rule("visibility-timeout", needs=("ack-mode", "time-limits", "short-aware-eta", "retry-window"))
def visibility_timeout(subject: Subject) -> Finding:
    """Whether the longest wait, by time limit, countdown or retry, stays below the visibility timeout."""
    broker = broker_of(subject)
    if broker and broker.scheme in WITHOUT_TIMEOUT:
        return does_not_apply(f"the broker is `{broker.scheme}`, which has no visibility timeout", broker.place)
    try:
        timeout, said, line = visibility_timeout_of(subject, broker)
    except UnknownTimeoutError as error:
        return cannot_tell(str(error))
    waits = sorted(_waits(subject), key=lambda wait: -wait.seconds)
    if waits and waits[0].seconds >= timeout:
        text = f"{waits[0].said} reaches the visibility timeout, {said}: another worker gets the message as well"
        return fails(text, *unique([*waits[0].lines, *line]))
    late, limit = subject.option("acks_late"), subject.option("time_limit")
    if not late.is_known or (late.value and not (limit.is_known and limit.value)):
        why = late.note if not late.is_known else f"{shown(late)} and no time limit that is known"
        return cannot_tell(f"how long a message stays unacknowledged is not in the text: {why or shown(late)}", *line)
    if other := retrying.elsewhere(subject):
        delay = subject.option("default_retry_delay")
        waits_for = f"after {shown(delay)} or" if delay.is_known else "after"
        return cannot_tell(f"{other[0]}, {waits_for} a wait of its own; the visibility timeout is {said}", other[1])
    longest = (
        f"the longest wait that is known is {waits[0].said}"
        if waits
        else "no late acknowledgement, countdown or retry delay"
    )
    return not_found(f"{longest}; the visibility timeout is {said}")


def _waits(subject: Subject) -> Iterator[_Wait]:
    late, limit = subject.option("acks_late"), subject.option("time_limit")
    if late.is_known and late.value and limit.is_known and is_number(limit.value):
        yield _Wait(float(limit.value), f"{shown(limit)} with {shown(late)}", places(limit, late))
    for send in sends(subject):
        for name in ("countdown", "eta"):
            if (given := send.keyword(name)) is not None:
                yield from _delay(name, given, send.call.scope, subject)
    yield from _retries(subject)


def _retries(subject: Subject) -> Iterator[_Wait]:
    calls = retrying.retry_calls(subject)
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg in {"countdown", "eta"}:
                yield from _delay(keyword.arg, keyword.value, subject.scope, subject)
    if any({"countdown", "eta"}.isdisjoint(each.arg for each in call.keywords) for call in calls):
        yield from _of_option(subject.option("default_retry_delay"))
    if subject.option("autoretry_for").is_written:
        yield from _automatic(subject)


def _automatic(subject: Subject) -> Iterator[_Wait]:
    """The longest delay of `autoretry_for`: with a backoff it doubles from one retry to the next, up to its maximum."""
    factor, most, retries = (subject.option(name) for name in ("retry_backoff", "retry_backoff_max", "max_retries"))
    if not factor.is_known or unread(most, retries) or subject.option("retry_kwargs").is_written:
        return
    if not factor.value:
        yield from _of_option(subject.option("default_retry_delay"))
    elif is_number(most.value):
        first, count = max(1, int(factor.value)), retries.value if is_number(retries.value) else 64  # type: ignore[call-overload]
        longest = min(float(most.value), first * 2.0 ** (min(count, 64) - 1))
        yield _Wait(
            longest, f"a retry delay of {longest:g} s by {shown(factor)} and {shown(most)}", places(factor, most)
        )


def _of_option(option: Option) -> Iterator[_Wait]:
    if option.is_known and is_number(option.value):
        yield _Wait(float(option.value), shown(option), places(option))


def _delay(name: str, node: ast.expr, scope: Scope, subject: Subject) -> Iterator[_Wait]:
    """The wait that a `countdown` or an `eta` tells of, with its own line: a call may run over many."""
    told = number(node, scope, subject.project) if name == "countdown" else seconds_ahead(node, scope, subject)
    if told is not None:
        line = scope.module.evidence(node)
        yield _Wait(told, f"`{name}={ast.unparse(node)}` ({line.path}:{line.line})", (line,))
