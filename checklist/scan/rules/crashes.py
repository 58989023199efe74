"""Rules of the section `crashes` of the Celery checklist."""

from __future__ import annotations

import ast

from checklist.scan.found import Evidence, Finding, Option, Origin
from checklist.scan.rules.parts.handlers import LARGE, Handler, Raises, wide_handlers
from checklist.scan.rules.parts.wording import NO_FUNCTION, places, shown, unread
from checklist.scan.rules.registry import cannot_tell, does_not_apply, fails, not_found, passes, rule
from checklist.scan.subject import Subject


@rule("ack-mode")
def ack_mode(subject: Subject) -> Finding:
    """Whether somebody chose between early and late acknowledgement."""
    late = subject.option("acks_late")
    if late.origin is Origin.DEFAULT:
        return fails(
            "`acks_late` is set neither for the task nor in the settings: acknowledged early, it is lost with its worker",
            subject.declared_at,
        )
    if why := unread(late):
        return cannot_tell(why, *places(late))
    if not late.value:
        return passes(f"{shown(late)}: early acknowledgement is written down", *places(late))
    lost = [subject.option("retry_on_worker_lost"), subject.option("reject_on_worker_lost")]
    if on := next((each for each in lost if each.is_known and each.value), None):
        return passes(f"{shown(late)} with {shown(on)}; the task must bear to be repeated", *places(late, on))
    return cannot_tell(
        f"{shown(late)} is written down, but a killed process still loses the task: neither `retry_on_worker_lost` "
        "nor `reject_on_worker_lost` was seen to be on",
        *places(late),
    )


@rule("bounded-redelivery", needs=("ack-mode",))
def bounded_redelivery(subject: Subject) -> Finding:
    """Options that bring a crashing message back, without anything that counts how often."""
    late, rejected = subject.option("acks_late"), subject.option("reject_on_worker_lost")
    on_timeout = [subject.option("acks_on_timeout"), subject.option("acks_on_failure_or_timeout")]
    retried = subject.option("retry_on_worker_lost")
    if why := unread(rejected, *on_timeout, retried, late):
        return cannot_tell(why, *places(rejected, *on_timeout, retried))
    is_late = bool(late.value)
    returning = [each for each in on_timeout if is_late and each.value is False]
    if is_late and rejected.value and not retried.value:
        returning.insert(0, rejected)
    if returning and (queue := _counted_by_broker(subject)):
        return cannot_tell(f"{shown(returning[0])}, but a queue of the project may count deliveries", queue)
    if returning:
        return fails(f"{shown(returning[0])} without a cap: {_why_endless(returning[0])}", *places(returning[0], late))
    return _bounded_retries(subject, retried)


def _bounded_retries(subject: Subject, retried: Option) -> Finding:
    if not retried.value:
        return does_not_apply(
            "no crashing message comes back: `reject_on_worker_lost` with late acknowledgement, `retry_on_worker_lost` and "
            "`acks_on_timeout=False` are all off",
            subject.declared_at,
        )
    limit = subject.option("max_retries")
    if why := unread(limit):
        return cannot_tell(why, *places(retried, limit))
    if limit.value is None:
        return fails(f"{shown(retried)} with {shown(limit)}: it comes back without end", *places(retried, limit))
    return passes(f"{shown(retried)} comes back at most {limit.value} times", *places(retried, limit))


def _why_endless(option: Option) -> str:
    if option.name == "reject_on_worker_lost":
        return "a task that kills its process comes back each time"
    return "a task past its hard time limit comes back each time"


def _counted_by_broker(subject: Subject) -> Evidence | None:
    """Where the settings speak of quorum queues or delivery limits, which end it."""
    for name in ("task_queues", "task_default_queue_type", "task_create_missing_queue_type"):
        for setting in subject.settings.every(name):
            written = ast.unparse(setting.node)
            if (
                (not setting.is_literal and name != "task_queues")
                or "quorum" in written
                or "x-delivery-limit" in written
            ):
                return setting.place
    return None


@rule("time-limits")
def time_limits(subject: Subject) -> Finding:
    """A hard limit, and a soft one that comes clearly before."""
    soft, hard = subject.option("soft_time_limit"), subject.option("time_limit")
    if Origin.UNKNOWN in {soft.origin, hard.origin}:
        return _one_unknown(soft, hard)
    missing = [each for each in (soft, hard) if each.is_known and not each.value]
    if missing and (sent := _limited_where_sent(subject)):
        return cannot_tell("a call that sends it sets a time limit", sent)
    if len(missing) == 2:
        return fails(
            "no `soft_time_limit` and no `time_limit`, neither for the task nor in the settings",
            *_at(subject, *missing),
        )
    if missing:
        other = hard if missing[0] is soft else soft
        effect = (
            "the hard limit kills without cleaning up" if other is hard else "nothing ends a task that eats its error"
        )
        return fails(f"{shown(other)} but no `{missing[0].name}`: {effect}", *places(other))
    if why := unread(soft, hard):
        return cannot_tell(why, *places(soft, hard))
    return _compared(soft, hard)


def _one_unknown(soft: Option, hard: Option) -> Finding:
    known = [each for each in (soft, hard) if each.origin is not Origin.UNKNOWN and each.value]
    note = soft.note if soft.origin is Origin.UNKNOWN else hard.note
    return cannot_tell(f"{shown(known[0])}, but {note}" if known else note, *places(*known))


def _compared(soft: Option, hard: Option) -> Finding:
    if not isinstance(soft.value, int | float) or not isinstance(hard.value, int | float):
        return cannot_tell("a time limit is no number", *places(hard, soft))
    if soft.value >= hard.value:
        said = f"{shown(hard)} with {shown(soft)}"
        return fails(f"{said}: no room between them", *places(hard, soft))
    return passes(f"{shown(soft)} comes {hard.value - soft.value:g} s before {shown(hard)}", *places(soft, hard))


def _at(subject: Subject, *options: Option) -> tuple[Evidence, ...]:
    return places(*options) or (subject.declared_at,)


def _limited_where_sent(subject: Subject) -> Evidence | None:
    named = (call for call in subject.sends if call.keyword("time_limit") or call.keyword("soft_time_limit"))
    return next((call.evidence for call in named), None)


@rule("soft-limit-swallowed", needs=("time-limits",))
def soft_limit_swallowed(subject: Subject) -> Finding:
    """A wide `except` that takes the soft limit for one more error."""
    soft = subject.option("soft_time_limit")
    wide = [each for each in wide_handlers(subject) if not each.follows("SoftTimeLimitExceeded") and _calls(each)]
    swallowing = [each for each in wide if each.raises is Raises.NEVER and _goes_on(each, subject)]
    lines = [subject.line(each.clause) for each in swallowing]
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    if soft.origin is Origin.UNKNOWN or (not soft.is_known and not soft.is_written):
        return (
            cannot_tell(unread(soft), *lines) if swallowing else not_found("no wide `except` in the body eats an error")
        )
    if soft.is_known and not soft.value:
        return does_not_apply("no soft time limit, neither for the task nor in the settings", subject.declared_at)
    if swallowing:
        numbers = ", ".join(str(line.line) for line in lines)
        return fails(
            f"{swallowing[0].said} (line {numbers}) catches the error of {shown(soft)} and does not raise it again",
            *lines,
            *places(soft),
        )
    if unsure := [each for each in wide if each.raises is not Raises.ALWAYS]:
        said = f"{unsure[0].said} (line {unsure[0].clause.lineno})"
        why = f"whether {said} lets the error of {shown(soft)} end the task is not in the text"
        return cannot_tell(why, *[subject.line(each.clause) for each in unsure])
    return not_found(f"with {shown(soft)}, no wide `except` in the body that eats it")


def _goes_on(handler: Handler, subject: Subject) -> bool:
    """Whether the task goes on after the handler, with the next round of a loop, or succeeds as if all was done."""
    function = subject.function
    if function is None:
        return False
    loops = [up for up in subject.module.above(handler.attempt) if isinstance(up, ast.For | ast.While | ast.AsyncFor)]
    inside = [up for up in loops if up.lineno > function.lineno]
    ends = any(isinstance(each, ast.Return | ast.Break) for each in handler.clause.body)
    return (bool(inside) and not ends) or (handler.only_logs and handler.share(function) >= LARGE)


def _calls(handler: Handler) -> bool:
    """Whether the `try` calls anything, so that it can take long."""
    return any(isinstance(node, ast.Call) for statement in handler.attempt.body for node in ast.walk(statement))
