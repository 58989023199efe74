"""The rule about the visibility timeout: how long a message may stay unacknowledged before it is given to another worker."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.found import Evidence, Finding, Option
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.rules.parts import production, retrying
from checklist.scan.rules.parts.numbers import is_number, number
from checklist.scan.rules.parts.places import is_test
from checklist.scan.rules.parts.sends import sends
from checklist.scan.rules.parts.wording import places, shown, unique, unread
from checklist.scan.rules.registry import cannot_tell, does_not_apply, fails, not_found, rule
from checklist.scan.subject import Subject

_REDIS = {"redis", "rediss", "sentinel", "redis+socket", "unix"}
_DEFAULTS = dict.fromkeys(_REDIS, 3600.0) | {"sqs": 1800.0}
_OTHERS = {
    "amqp",
    "amqps",
    "pyamqp",
    "pyamqps",
    "librabbitmq",
    "memory",
    "sqla",
    "filesystem",
    "zookeeper",
    "kafka",
    "confluentkafka",
}


class _UnknownTimeoutError(Exception):
    """The text does not tell the timeout; the message says why."""


@dataclass(frozen=True)
class _Wait:
    """Something that keeps the message unacknowledged for `seconds`."""

    seconds: float
    said: str
    lines: tuple[Evidence, ...]


@rule("visibility-timeout", needs=("ack-mode", "time-limits", "short-aware-eta", "retry-window"))
def visibility_timeout(subject: Subject) -> Finding:
    """Whether the longest wait, by time limit, countdown or retry, stays below the visibility timeout."""
    broker = _broker(subject)
    if broker and broker[0] in _OTHERS:
        return does_not_apply(f"the broker is `{broker[0]}`, which has no visibility timeout", broker[1])
    try:
        timeout, said, line = _timeout(subject, broker)
    except _UnknownTimeoutError as error:
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


def _broker(subject: Subject) -> tuple[str, Evidence] | None:
    """The kind of broker by the scheme of its URL, where that is written in full in settings for production."""
    for name in ("broker_url", "broker_read_url"):
        for setting in reversed(production.written(subject, name)):
            if isinstance(setting.value, str) and "://" in setting.value:
                return setting.value.split("://")[0].split("+")[0].lower(), setting.place
    return None


def _timeout(subject: Subject, broker: tuple[str, Evidence] | None) -> tuple[float, str, list[Evidence]]:
    """The timeout in seconds, in words, and the lines that show it. Raises `_UnknownTimeoutError`."""
    every = [each for each in subject.settings.every("broker_transport_options") if not is_test(each.scope.module)]
    for setting in reversed(every):
        value = _visibility(setting.node, setting.scope, subject)
        if value is not None:
            return value, f"{value:g} s ({setting.place.path}:{setting.place.line})", [setting.place]
    if broker is None:
        raise _UnknownTimeoutError("neither the broker nor a visibility timeout is in the text")
    if not subject.settings.seen:
        raise _UnknownTimeoutError(subject.settings.why_unseen)
    if broker[0] not in _DEFAULTS:
        raise _UnknownTimeoutError(f"the broker is `{broker[0]}`")
    default = _DEFAULTS[broker[0]]
    return default, f"{default:g} s by default", [broker[1]]


def _visibility(node: ast.expr, scope: Scope, subject: Subject) -> float | None:
    """The timeout in a mapping of options, `None` when it holds none. Raises `_UnknownTimeoutError` where it cannot be read."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "visibility_timeout":
                return _seconds(value, scope, subject)
        if all(isinstance(key, ast.Constant) for key in node.keys):
            return None
    try:
        options = literal(node, scope, subject.project)
    except UnknownError:
        raise _UnknownTimeoutError("what `broker_transport_options` comes to is not in the text") from None
    written = options.get("visibility_timeout") if isinstance(options, dict) else None
    return float(written) if is_number(written) else None


def _seconds(node: ast.expr, scope: Scope, subject: Subject) -> float:
    try:
        value = literal(node, scope, subject.project)
    except UnknownError:
        raise _UnknownTimeoutError("what `visibility_timeout` comes to is not in the text") from None
    if not is_number(value):
        raise _UnknownTimeoutError("`visibility_timeout` is no number")
    return float(value)


def _waits(subject: Subject) -> Iterator[_Wait]:
    late, limit = subject.option("acks_late"), subject.option("time_limit")
    if late.is_known and late.value and limit.is_known and is_number(limit.value):
        yield _Wait(float(limit.value), f"{shown(limit)} with {shown(late)}", places(limit, late))
    for send in sends(subject):
        if (countdown := send.keyword("countdown")) is not None:
            yield from _countdown(countdown, send.call.scope, send.evidence, subject)
    yield from _retries(subject)


def _retries(subject: Subject) -> Iterator[_Wait]:
    calls = retrying.retry_calls(subject)
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg == "countdown":
                yield from _countdown(keyword.value, subject.scope, subject.line(call), subject)
    if any("countdown" not in {each.arg for each in call.keywords} for call in calls):
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


def _countdown(node: ast.expr, scope: Scope, line: Evidence, subject: Subject) -> Iterator[_Wait]:
    if (seconds := number(node, scope, subject.project)) is not None:
        yield _Wait(seconds, f"`countdown={ast.unparse(node)}` ({line.path}:{line.line})", (line,))
