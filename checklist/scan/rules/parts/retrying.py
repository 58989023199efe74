"""What retries a task: `autoretry_for`, calls of `retry` on the task itself, and what the project puts around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from checklist.scan import celery_tables
from checklist.scan.found import Evidence, Finding, Option, Suggested
from checklist.scan.rules.parts import retriers
from checklist.scan.rules.parts.wording import place
from checklist.scan.rules.registry import cannot_tell, not_found
from checklist.scan.subject import Subject, dotted

NOTHING = (
    "nothing retries: no `autoretry_for`, and no `self.retry` in the body, in decorators or base classes of the project"
)


def autoretry(subject: Subject) -> Option | None:
    """The option `autoretry_for` where it is written and not empty."""
    option = subject.option("autoretry_for")
    return option if option.is_written and not (option.is_known and not option.value) else None


def retry_calls(subject: Subject) -> list[ast.Call]:
    """The calls `self.retry(...)` of the body, also by the task's own name or as `current_task.retry(...)`."""
    return [node for node in subject.calls_in_body() if is_retry(node, subject)]


def is_retry(node: ast.Call, subject: Subject) -> bool:
    """Whether a call is one of the task's own `retry`."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "retry":
        return False
    return isinstance(node.func.value, ast.Name) and node.func.value.id in own_names(subject)


def own_names(subject: Subject) -> set[str]:
    """The names under which a body knows its task: the bound parameter, the function's name, Celery's `current_task`."""
    names = {"self", "current_task", subject.task.name.rpartition(".")[2]}
    function = subject.function
    if function and subject.option("bind").value is True and (first := first_parameter(subject)):
        names.add(first)
    return names


def first_parameter(subject: Subject) -> str:
    """The name of the first parameter of the function; empty when it has none."""
    function = subject.function
    given = [*function.args.posonlyargs, *function.args.args] if function else []
    return given[0].arg if given else ""


def retried(subject: Subject) -> str:
    """What retries, in words: `autoretry_for`, `self.retry`; empty when nothing does."""
    if autoretry(subject):
        return "`autoretry_for`"
    calls = retry_calls(subject)
    return f"`{ast.unparse(calls[0].func)}`" if calls else ""


def lines(subject: Subject) -> tuple[Evidence, ...]:
    """The lines that retry."""
    option = autoretry(subject)
    written = (option.place,) if option and option.place else ()
    return (*written, *(subject.line(call) for call in retry_calls(subject)))


def elsewhere(subject: Subject) -> tuple[str, Evidence] | None:
    """What may retry the task besides `autoretry_for` and its body, in words, and the line that shows it."""
    for name, line in chain(retriers.places(subject), _handed_on(subject)):
        return f"`{name}` may retry it, {place(line, subject.module.path)}", line
    return None


def _handed_on(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    """`self.retry` where the body does not call it itself: it is an argument, or stands in a function inside."""
    called = {call.func for call in retry_calls(subject)}
    written = {f"{name}.retry" for name in own_names(subject)}
    for node in ast.walk(subject.function) if subject.function else ():
        if isinstance(node, ast.Attribute) and node not in called and dotted(node) in written:
            yield dotted(node), subject.line(node)


def nothing(subject: Subject) -> Finding:
    """What is to be said of a task where neither `autoretry_for` nor the body retries."""
    if other := elsewhere(subject):
        return cannot_tell(*other)
    if subject.hidden:
        return cannot_tell(f"no `self.retry` in the body; {subject.hidden}")
    return not_found(NOTHING)


def unless_elsewhere(finding: Finding, subject: Subject) -> Finding:
    """A finding of what `autoretry_for` and the body do: it is no pass where something else may retry in another way."""
    other = elsewhere(subject) if finding.suggests is Suggested.PASS else None
    return cannot_tell(f"{finding.text}, but {other[0]}", *finding.evidence, other[1]) if other else finding


def in_retry_kwargs(subject: Subject, name: str) -> tuple[Option, object] | None:
    """What `retry_kwargs` says of `max_retries` or `countdown`, and the option itself. Only `autoretry_for` reads it."""
    option = subject.option("retry_kwargs")
    if autoretry(subject) and option.is_known and isinstance(option.value, dict) and name in option.value:
        return option, option.value[name]
    return None


def default(name: str) -> float:
    """Celery's default of an option that is a number; `default_retry_delay` is in seconds."""
    return float(celery_tables.task_options()[name]["default"])
