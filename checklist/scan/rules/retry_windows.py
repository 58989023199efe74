"""The rule about how long retries go on, in seconds, and how they are spread."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from checklist.scan.found import Evidence, Finding, Option, Origin
from checklist.scan.rules.parts import retrying
from checklist.scan.rules.parts.numbers import is_number, number
from checklist.scan.rules.parts.wording import counted, unique
from checklist.scan.rules.registry import cannot_tell, fails, passes, rule
from checklist.scan.subject import Subject

SHORT = 10  # seconds between retries: who waits so little on purpose has somebody waiting
SHORTEST = 60  # seconds: retries that end earlier do not outlast a restart of the other side


class _UnknownOptionError(Exception):
    """An option that decides is not known; the message says why."""


@dataclass(frozen=True)
class _Plan:
    """The numbers that make the waits, and the lines that give them. `retries` is `None` when there is no end."""

    retries: int | None
    backoff: float
    cap: float
    jitter: bool
    lines: tuple[Evidence, ...]

    def seconds(self) -> int:
        """The sum of all waits without jitter: `backoff * 2**n`, each at most `cap`."""
        return int(sum(min(self.backoff * 2**n, self.cap) for n in range(min(self.retries or 0, 1000))))


@rule("retry-window", needs=("max-retries",))
def retry_window(subject: Subject) -> Finding:
    """The sum of the waits between retries."""
    option, calls = retrying.autoretry(subject), retrying.retry_calls(subject)
    if option is None and not calls:
        return retrying.nothing(subject)
    try:
        return retrying.unless_elsewhere(_automatic(subject, option), subject) if option else _manual(subject, calls)
    except _UnknownOptionError as error:
        return cannot_tell(str(error), *unique(retrying.lines(subject)))


def _value(subject: Subject, name: str, lines: list[Evidence]) -> object:
    option = subject.option(name)
    if option.origin is Origin.UNKNOWN:
        raise _UnknownOptionError(f"`{name}` is not known: {option.note}")
    if not option.is_known:
        raise _UnknownOptionError(f"what `{name}={option.source}` comes to is not known")
    if option.place and option.is_written:
        lines.append(option.place)
    return option.value


def _automatic(subject: Subject, option: Option) -> Finding:
    lines = [option.place] if option.place else []
    backoff = _value(subject, "retry_backoff", lines)
    if not backoff:
        wait = _fixed_wait(subject, lines)
        text = f"`autoretry_for` without `retry_backoff`: each retry waits the same {_seconds(wait)}"
        return fails(text, *unique(lines))
    retries = _retries(subject, lines)
    cap, jitter = _value(subject, "retry_backoff_max", lines), _value(subject, "retry_jitter", lines)
    if not isinstance(backoff, int | float) or not isinstance(cap, int | float):
        raise _UnknownOptionError("`retry_backoff` and `retry_backoff_max` are no numbers")
    factor = 1 if backoff is True else int(max(1, backoff))
    return _spread(_Plan(retries, factor, cap, bool(jitter), unique(lines)))


def _spread(plan: _Plan) -> Finding:
    if not plan.jitter:
        return fails("`retry_jitter=False`: what failed together comes back together", *plan.lines)
    if plan.retries is None:
        return passes("backs off with jitter and never gives up", *plan.lines)
    said = f"{counted(plan.retries, 'retry', 'retries')} within {plan.seconds()} seconds"
    if plan.seconds() < SHORTEST:
        return fails(f"gives up after {said}, and after half of that on average", *plan.lines)
    return passes(f"{said}, half of that on average", *plan.lines)


def _retries(subject: Subject, lines: list[Evidence]) -> int | None:
    if given := retrying.in_retry_kwargs(subject, "max_retries"):
        lines += [given[0].place] if given[0].place else []
        value = given[1]
    else:
        value = _value(subject, "max_retries", lines)
    if value is None or isinstance(value, int):
        return value
    raise _UnknownOptionError("`max_retries` is no number")


def _fixed_wait(subject: Subject, lines: list[Evidence]) -> float:
    if given := retrying.in_retry_kwargs(subject, "countdown"):
        lines += [given[0].place] if given[0].place else []
        return float(given[1]) if isinstance(given[1], int | float) else 0
    if (kwargs := subject.option("retry_kwargs")).is_written and not kwargs.is_known:
        raise _UnknownOptionError(f"what `retry_kwargs={kwargs.source}` holds is not known")
    wait = _value(subject, "default_retry_delay", lines)
    if isinstance(wait, int | float):
        return float(wait)
    raise _UnknownOptionError("`default_retry_delay` is no number")


def _manual(subject: Subject, calls: list[ast.Call]) -> Finding:
    lines = [subject.line(call) for call in calls]
    ignored = subject.option("retry_backoff")
    given = [next((each.value for each in call.keywords if each.arg in {"countdown", "eta"}), None) for call in calls]
    if any(keyword.arg is None for call in calls for keyword in call.keywords):
        return cannot_tell("`self.retry` is given `**` options", *unique(lines))
    if ignored.is_written and ignored.value and ignored.place and None in given:
        text = f"`retry_backoff={ignored.source}` is read by `autoretry_for` only, {ignored.said()}"
        return fails(f"{text}: `self.retry` waits `default_retry_delay`", ignored.place, *unique(lines))
    waits = [_wait(subject, node, lines) for node in given]
    if None in waits:
        return cannot_tell(
            "the wait of `self.retry` is computed: whether it grows and lasts, add up by hand", *unique(lines)
        )
    seconds = waits[0] or 0
    said = f"`self.retry` waits the same {_seconds(seconds)} each time, line {calls[0].lineno}"
    chosen = any(node is not None for node in given) or subject.option("default_retry_delay").is_written
    if chosen and seconds < SHORT:
        return cannot_tell(f"{said}: right only where somebody waits for the answer", *unique(lines))
    return fails(said, *unique(lines))


def _seconds(seconds: float) -> str:
    return "second" if seconds == 1 else f"{seconds:g} seconds"


def _wait(subject: Subject, node: ast.expr | None, lines: list[Evidence]) -> float | None:
    """The seconds of a `countdown`, or those of `default_retry_delay`; `None` when it is computed."""
    if node is not None:
        return number(node, subject.scope, subject.project)
    value = _value(subject, "default_retry_delay", lines)
    return float(value) if is_number(value) else None
