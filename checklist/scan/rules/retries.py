"""Rules about retries: how many, and after which errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding, Option, Origin
from checklist.scan.rules.parts import retrying
from checklist.scan.rules.parts.handlers import is_wide
from checklist.scan.rules.parts.numbers import is_number
from checklist.scan.rules.parts.wording import unique
from checklist.scan.rules.registry import cannot_tell, fails, passes, rule
from checklist.scan.subject import Subject

_WIDE = {"Exception", "BaseException"}


@rule("max-retries")
def max_retries(subject: Subject) -> Finding:
    """How often the task retries at most, where something retries."""
    what = retrying.retried(subject)
    if not what:
        return retrying.nothing(subject)
    if given := retrying.in_retry_kwargs(subject, "max_retries"):
        option, value = given
        return _judged(option, value, f"`max_retries` in `retry_kwargs={option.source}`", what)
    if (calls := retrying.retry_calls(subject)) and not retrying.autoretry(subject):
        numbers = [each.value for call in calls for each in call.keywords if each.arg == "max_retries"]
        if len(numbers) == len(calls) and all(isinstance(each, ast.Constant) and each.value for each in numbers):
            found = passes("each `self.retry` has its `max_retries`", *unique(subject.line(call) for call in calls))
            return retrying.unless_elsewhere(found, subject)
        if numbers:
            return cannot_tell("`self.retry` is given `max_retries` itself", *map(subject.line, numbers))
    option = subject.option("max_retries")
    if option.origin is Origin.UNKNOWN:
        return cannot_tell(f"{what} retries; {option.note}", *unique(retrying.lines(subject)))
    if option.origin is Origin.DEFAULT:
        text = f"{what} retries, but `max_retries` is not set: Celery's default is {option.source} retries"
        return fails(text, *unique(retrying.lines(subject)))
    if not option.is_known:
        return cannot_tell(f"what `max_retries={option.source}` comes to is not known", *_place(option))
    return _judged(option, option.value, f"`max_retries={option.source}`", what, subject.option("expires"))


def _place(option: Option) -> tuple[Evidence, ...]:
    return (option.place,) if option.place else ()


def _judged(option: Option, value: object, said: str, what: str, expires: Option | None = None) -> Finding:
    if value is None and expires is not None and expires.is_written:
        return cannot_tell(f"{said} never stops, but `expires={expires.source}` may end it", *_place(option))
    if value is None:
        return fails(f"{said} never stops, {option.said()}, and {what} retries", *_place(option))
    if is_number(value):
        return passes(f"{said}, {option.said()}", *_place(option))
    return cannot_tell(f"{said} is no number", *_place(option))


@rule("retry-transient-only")
def retry_transient_only(subject: Subject) -> Finding:
    """Which errors are retried: those named in `autoretry_for` and in the `except` around `self.retry`."""
    option = retrying.autoretry(subject)
    handlers = list(_handlers(subject))
    if option is None and not handlers:
        return _without_names(subject)
    names = [] if option is None else _named_errors(option)
    if option is not None and _WIDE & set(names):
        return _wide_option(subject, option)
    wide = [each for each in handlers if is_wide(each)]
    sure = [each for each in wide if not _chooses(each, subject)]
    if sure:
        where = subject.line(sure[0])
        return fails(f"`{where.text}` retries every error, line {where.line}", *unique(map(subject.line, sure)))
    if wide:
        return cannot_tell(f"a wide `except` chooses what it retries, line {wide[0].lineno}", subject.line(wide[0]))
    if option is not None and not names:
        return cannot_tell(f"which errors `autoretry_for={option.source}` holds is not known", *_place(option))
    places = (*(_place(option) if option else ()), *(subject.line(each) for each in handlers))
    named = [*names, *(ast.unparse(each.type) for each in handlers if each.type)]
    found = passes(f"retries {', '.join(f'`{name}`' for name in dict.fromkeys(named))} only", *unique(places))
    return retrying.unless_elsewhere(found, subject)


def _without_names(subject: Subject) -> Finding:
    calls = retrying.retry_calls(subject)
    if calls:
        text = "`self.retry` stands in no `except`: which errors it answers, the source does not say"
        return cannot_tell(text, *unique(subject.line(call) for call in calls))
    return retrying.nothing(subject)


def _named_errors(option: Option) -> list[str]:
    """The names in `autoretry_for`, as they are written; none when it is a name itself."""
    try:
        node = ast.parse(option.source, mode="eval").body
    except SyntaxError:
        return []
    if isinstance(node, ast.Name) and node.id in _WIDE:
        return [node.id]
    elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
    return [ast.unparse(each) for each in elements]


def _wide_option(subject: Subject, option: Option) -> Finding:
    spared = subject.option("dont_autoretry_for")
    if spared.is_written and "SoftTimeLimitExceeded" in spared.source:
        text = f"`autoretry_for={option.source}` is wide, but `dont_autoretry_for` spares errors, {spared.said()}"
        return cannot_tell(text, *unique([*_place(option), *_place(spared)]))
    if spared.is_written and not spared.is_known and not spared.source.startswith(("(", "[")):
        return cannot_tell(f"what `dont_autoretry_for={spared.source}` spares is not known", *_place(option))
    return fails(f"`autoretry_for={option.source}` retries every error, {option.said()}", *_place(option))


def _handlers(subject: Subject) -> Iterator[ast.ExceptHandler]:
    """The `except` nearest around each `self.retry`."""
    for call in retrying.retry_calls(subject):
        for up in subject.module.above(call):
            if isinstance(up, ast.ExceptHandler):
                yield up
                break
            if up is subject.function:
                break


def _chooses(handler: ast.ExceptHandler, subject: Subject) -> bool:
    """Whether something in the handler decides by the error: a test around `retry`, or one that raises or returns before it."""
    calls = [each for each in retrying.retry_calls(subject) if handler in subject.module.above(each)]
    for call in calls:
        for up in subject.module.above(call):
            if up is handler:
                break
            if isinstance(up, ast.If | ast.Match):
                return True
    return any(
        isinstance(each, ast.If) and any(isinstance(inner, ast.Raise | ast.Return) for inner in ast.walk(each))
        for each in handler.body
    )
