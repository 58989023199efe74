"""The rule about locks of Redis and the cache: they expire, but later than the hard time limit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding, Origin
from checklist.scan.rules.parts.numbers import number
from checklist.scan.rules.parts.wording import NO_FUNCTION, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import Value

_TIMEOUTS = {"timeout", "expire", "ttl", "auto_release_time", "ex"}
_RECEIVERS = ("redis", "cache", "conn", "rdb")
_CLASSES = {"redis.lock.Lock", "redis.asyncio.lock.Lock", "redis_lock.Lock", "pottery.Redlock"}
_MAKERS = {
    "redis.Redis",
    "redis.StrictRedis",
    "redis.from_url",
    "redis.Redis.from_url",
    "django_redis.get_redis_connection",
}


@rule("lock-timeout", needs=("time-limits",))
def lock_timeout(subject: Subject) -> Finding:
    """Locks in the body without a timeout, with one that is not above the hard limit, or released where an error skips it."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    taken = list(_locks(subject))
    if not taken:
        return not_found("no lock of Redis or the cache in the body")
    lines = unique(subject.line(node) for node in taken)
    endless = [node for node in taken if _timeout(node) is None]
    if endless and not any(keyword.arg is None for node in endless for keyword in node.keywords):
        named = f"`{subject.module.source(endless[0])[:60]}`"
        return fails(f"{named} never expires, line {endless[0].lineno}", *unique(map(subject.line, endless)))
    return _against_limit(subject, taken, lines)


def _against_limit(subject: Subject, taken: list[ast.Call], lines: tuple[Evidence, ...]) -> Finding:
    limit = subject.option("time_limit")
    limits = (limit.place,) if limit.place else ()
    seconds = [number(_timeout(node), subject.scope, subject.project) for node in taken]
    if None in seconds:
        return cannot_tell(f"the timeout of the lock is computed, line {taken[0].lineno}", *lines)
    least = min(value for value in seconds if value is not None)
    if limit.origin is Origin.UNKNOWN or not limit.is_known:
        why = limit.note or f"`time_limit={limit.source}` is computed"
        return cannot_tell(f"the lock expires after {least:g} seconds; {why}", *lines, *limits)
    if not isinstance(limit.value, int | float):
        return cannot_tell(f"the lock expires after {least:g} seconds, but the task has no hard time limit", *lines)
    if least <= limit.value:
        text = f"the lock expires after {least:g} seconds, not later than `time_limit={limit.source}`, {limit.said()}"
        return fails(text, *lines, *limits)
    if loose := _released_loosely(subject):
        return fails(f"the lock is released outside of `finally`, line {loose.lineno}", *lines, subject.line(loose))
    text = f"the lock expires after {least:g} seconds, later than `time_limit={limit.source}`, {limit.said()}"
    return passes(text, *unique([*lines, *limits]))


def _locks(subject: Subject) -> Iterator[ast.Call]:
    for node in subject.calls_in_body():
        names = subject.project.outer_names(node.func, subject.scope)
        is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "lock"
        if names & _CLASSES or (is_method and _is_store(node.func.value, subject)):  # type: ignore[attr-defined]
            yield node


def _is_store(node: ast.expr, subject: Subject) -> bool:
    """Whether an expression is a connection to Redis or a cache, by what made it or by its name."""
    calls = [
        (target.node.func, target.scope)
        for target in subject.project.resolve(node, subject.scope)
        if isinstance(target, Value) and isinstance(target.node, ast.Call)
    ]
    if any(subject.project.outer_names(made, scope) & _MAKERS for made, scope in calls):
        return True
    last = ast.unparse(node).lower().rpartition(".")[2]
    return any(word in last for word in _RECEIVERS)


def _timeout(node: ast.Call) -> ast.expr | None:
    """The timeout that a lock is given; `None` when it has none or is given `None`."""
    given = next((each.value for each in node.keywords if each.arg in _TIMEOUTS), None)
    if given is None and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
        given = node.args[1]
    return None if isinstance(given, ast.Constant) and given.value is None else given


def _released_loosely(subject: Subject) -> ast.Call | None:
    """A call of `release()` that an error before it would skip."""
    for node in subject.calls_in_body():
        if isinstance(node.func, ast.Attribute) and node.func.attr == "release" and not _is_in_finally(node, subject):
            return node
    return None


def _is_in_finally(node: ast.AST, subject: Subject) -> bool:
    below: ast.AST = node
    for up in subject.module.above(node):
        if isinstance(up, ast.Try) and below in up.finalbody:
            return True
        below = up
    return False
