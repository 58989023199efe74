"""Rules of the section `watching` of the Celery checklist."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.rules.parts import production
from checklist.scan.rules.parts.handlers import LARGE, Handler, Raises, wide_handlers
from checklist.scan.rules.parts.wording import NO_FUNCTION, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.setting import Setting
from checklist.scan.subject import Subject, dotted
from checklist.scan.targets import Value

_LEVELS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log"}


@rule("task-logger")
def task_logger(subject: Subject) -> Finding:
    """`print` in the body, or a logger that knows nothing of tasks."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    printing = [call for call in subject.calls_in_body() if _prints(call, subject)]
    if printing:
        lines = unique(subject.line(call) for call in printing)
        numbers = ", ".join(str(line.line) for line in lines)
        return fails(f"`print` in the body (line {numbers}): its output has no task id", *lines)
    logging = [call for call in subject.calls_in_body() if _logger_of(call)]
    if not logging:
        return not_found("the body neither prints nor logs; functions that it calls were not read")
    made = next(_makers(logging[0], subject), None)
    if made and made[0].endswith("get_task_logger"):
        return not_found(f"no `print`, and a task logger (line {made[1].line}); what the lines hold was not judged")
    where = made[1] if made else subject.line(logging[0])
    return cannot_tell(
        "the logger is no task logger; whether the format of the project adds the task id is not in the text", where
    )


def _prints(call: ast.Call, subject: Subject) -> bool:
    """Whether a call is the builtin `print` that writes to the standard output."""
    is_print = isinstance(call.func, ast.Name) and call.func.id == "print" and not subject.scope.find("print")[0]
    return is_print and not any(keyword.arg == "file" for keyword in call.keywords)


def _logger_of(call: ast.Call) -> ast.expr | None:
    """The logger that a call writes to."""
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in _LEVELS and "log" in dotted(func.value).lower():
        return func.value
    return None


def _makers(call: ast.Call, subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """The function that made the logger of a call, and where it was called."""
    logger = _logger_of(call)
    for target in subject.project.resolve(logger, subject.scope) if logger else []:
        if isinstance(target, Value) and isinstance(target.node, ast.Call):
            yield dotted(target.node.func), target.scope.module.evidence(target.node)


@rule("swallowed-errors")
def swallowed_errors(subject: Subject) -> Finding:
    """Wide `except` clauses that log and go on, so that the task succeeds."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    wide = [each for each in wide_handlers(subject) if each.raises is not Raises.ALWAYS]
    swallowing = [each for each in wide if each.only_logs and each.share(subject.function) >= LARGE]
    if swallowing:
        said = ", ".join(str(each.clause.lineno) for each in swallowing)
        return fails(
            f"{swallowing[0].said} (line {said}) {_what_it_does(swallowing[0])}: for Celery the task succeeded",
            *unique(subject.line(each.clause) for each in swallowing),
        )
    if wide:
        return cannot_tell(_why_unsure(wide[0]), *unique(subject.line(each.clause) for each in wide))
    return not_found("each wide `except` in the body raises, or there is none")


def _why_unsure(handler: Handler) -> str:
    said = f"{handler.said} (line {handler.clause.lineno})"
    if handler.only_logs:
        return (
            f"{said} goes on, but its `try` is only a part of the body: whether that error matters is not in the text"
        )
    return f"{said} does not always raise; whether what it does is enough is not in the text"


def _what_it_does(handler: Handler) -> str:
    return "only logs" if any(isinstance(each, ast.Expr) for each in handler.clause.body) else "does nothing"


@rule("task-events")
def task_events(subject: Subject) -> Finding:
    """Events that monitors live on, switched off in the settings."""
    settings = [production.setting(subject, name) for name in ("worker_send_task_events", "task_send_sent_event")]
    written = [each for each in settings if each is not None]
    off = [each for each in written if each.is_literal and not each.value]
    if off:
        said = ", ".join(f"`{each.name}` ({each.place.path}:{each.place.line})" for each in off)
        return fails(f"{said} is switched off: monitors get no events", *unique(each.place for each in off))
    if written:
        return cannot_tell(
            f"`{written[0].name}` is set; who reads the events, and behind which login, is not in the text",
            *unique(each.place for each in written),
        )
    if not subject.settings.seen:
        return cannot_tell(subject.settings.why_unseen)
    return cannot_tell("no setting switches events on; a worker started with `-E` sends them all the same")


@rule("eager-mode")
def eager_mode(subject: Subject) -> Finding:
    """`task_always_eager` outside the settings for tests and development."""
    every = production.written(subject, "task_always_eager")
    on = [each for each in every if each.is_literal and each.value is True]
    off = [each for each in every if each.is_literal and each.value is False]
    if on and (off or any(_is_conditional(each) for each in on)):
        return cannot_tell("`task_always_eager` is on under a condition or only in some settings", *_lines(on))
    if on:
        place = on[0].place
        return fails(
            f"`task_always_eager` is on in {place.path}:{place.line}: the caller does the work itself", *_lines(on)
        )
    if unknown := [each for each in every if not each.is_literal]:
        return cannot_tell("what `task_always_eager` comes to is not in the text", *_lines(unknown))
    if not subject.settings.seen and not off:
        return cannot_tell(subject.settings.why_unseen)
    return not_found("`task_always_eager` is not on in the settings that were read, those for tests left out")


def _lines(settings: list[Setting]) -> tuple[Evidence, ...]:
    return unique(each.place for each in settings)


def _is_conditional(setting: Setting) -> bool:
    """Whether it is set under a condition, or in a function that somebody may call or not."""
    around = setting.scope.module.above(setting.node)
    return any(isinstance(up, ast.If | ast.Try | ast.FunctionDef | ast.AsyncFunctionDef | ast.With) for up in around)
