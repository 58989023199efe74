"""The rule about the call itself: `raise self.retry(exc=exc)` in a task that is bound, and that takes what it is bound to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding, Origin
from checklist.scan.rules.parts import decorating, retrying
from checklist.scan.rules.parts.handlers import caught, is_wide
from checklist.scan.rules.parts.wording import listed, unique, unread
from checklist.scan.rules.registry import cannot_tell, does_not_apply, fails, not_found, passes, rule
from checklist.scan.subject import Subject, dotted

_RETRY = {"Retry", "celery.exceptions.Retry", "exceptions.Retry"}  # what `self.retry` raises


@rule("retry-call")
def retry_call(subject: Subject) -> Finding:
    """Calls of `retry` that do not do what they look like, and bound functions that take no task."""
    if refused := _refuses_task(subject):
        return refused
    calls = retrying.retry_calls(subject)
    option = retrying.autoretry(subject)
    if not calls and (other := retrying.elsewhere(subject)):
        return cannot_tell(*other)
    if not calls and option and option.place:
        return does_not_apply(f"only `autoretry_for` retries, {option.said()}", option.place)
    if not calls:
        return not_found("no call of `self.retry` in the body")
    bind = subject.option("bind")
    unbound = [each for each in calls if _is_unbound(each, subject)]
    if unbound and (why := unread(bind)):
        return cannot_tell(
            f"`self` is used, and whether the task is bound is not known: {why}", subject.line(unbound[0])
        )
    faults = [(each, why) for each in calls for why in _faults(each, subject, unbound)]
    if faults:
        texts = [f"`{_short(each, subject)}` {why}, line {each.lineno}" for each, why in faults]
        return fails(listed(texts), *unique(line for each, _ in faults for line in _lines(each, subject)))
    if unraised := [each for each in calls if not _raise_of(each, subject)]:
        return cannot_tell(_unraised(unraised[0], subject), *unique(map(subject.line, unraised)))
    raised = [each for call in calls if (each := _raise_of(call, subject))]
    text = f"`{_written(raised[0], calls[0], subject)}`, line {raised[0].lineno}"
    return passes(text, *unique(map(subject.line, [*calls, *raised])))


def _refuses_task(subject: Subject) -> Finding | None:
    """A bound function without a parameter for the task: each run is a `TypeError`.

    Only where Celery is handed the function itself: a decorator between, or a wrapper of the project, may take the task away. `bind`
    of a base class binds nothing: there it is the name of a method of Celery's.
    """
    node, bind = subject.declaration.defined.node, subject.option("bind")
    is_direct = (
        not subject.declaration.maker.form.startswith("project_decorator") and decorating.own(subject) is not None
    )
    if isinstance(node, ast.ClassDef) or not is_direct or decorating.below(subject):
        return None
    if bind.value is not True or bind.place is None or bind.origin is Origin.BASE:
        return None
    if node.args.posonlyargs or node.args.args or node.args.vararg:
        return None
    head = f"`def {node.name}({ast.unparse(node.args)})`"
    text = f"`bind=True` gives the task itself as the first argument, and {head} takes none ({bind.said()})"
    return fails(text, bind.place, subject.at)


def _short(call: ast.Call, subject: Subject) -> str:
    return subject.module.source(call)[:60]


def _written(raised: ast.Raise, call: ast.Call, subject: Subject) -> str:
    if raised.exc is None or isinstance(raised.exc, ast.Call):
        return f"raise {_short(call, subject)}"
    return f"raise {subject.module.source(raised.exc)}"


def _lines(call: ast.Call, subject: Subject) -> Iterator[Evidence]:
    yield subject.line(call)
    if handler := _swallowing(call, subject):
        yield subject.line(handler)


def _faults(call: ast.Call, subject: Subject, unbound: list[ast.Call]) -> Iterator[str]:
    if call in unbound:
        yield "needs `bind=True`: without it `self` is the first argument of the message"
    if call.args and _is_error(call.args[0], call, subject):
        yield "takes the error for the argument list; write `exc=`"
    if handler := _swallowing(call, subject):
        yield f"is caught by `{subject.line(handler).text}` of line {handler.lineno}"


def _is_unbound(call: ast.Call, subject: Subject) -> bool:
    """`self.retry` in a plain function whose first parameter is called `self` and that is not bound."""
    if isinstance(subject.declaration.defined.node, ast.ClassDef) or subject.option("bind").value is True:
        return False
    named = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(named, ast.Name) and named.id == "self" and retrying.first_parameter(subject) == "self"


def _is_error(node: ast.expr, call: ast.Call, subject: Subject) -> bool:
    return isinstance(node, ast.Name) and any(
        isinstance(up, ast.ExceptHandler) and up.name == node.id for up in subject.module.above(call)
    )


def _raise_of(call: ast.Call, subject: Subject) -> ast.Raise | None:
    """The `raise` of what a call returns: around it, or of the name that it is given to."""
    up = subject.module.parents.get(call)
    if isinstance(up, ast.Raise):
        return up
    names = {each.id for each in up.targets if isinstance(each, ast.Name)} if isinstance(up, ast.Assign) else set()
    raises = (node for node in subject.body() if isinstance(node, ast.Raise))
    return next((each for each in raises if isinstance(each.exc, ast.Name) and each.exc.id in names), None)


def _unraised(call: ast.Call, subject: Subject) -> str:
    """What a call without `raise` does; it raises by itself unless it is told not to."""
    written = f"`{_short(call, subject)}`, line {call.lineno}, stands without `raise`"
    if _throws(call):
        return f"{written}: it works, because `retry()` raises by itself, but the text does not show that the run ends there"
    return f"{written}, and with `throw` given it may raise nothing: whether the run ends there as it should is not in the text"


def _throws(call: ast.Call) -> bool:
    given = next((each.value for each in call.keywords if each.arg == "throw"), None)
    is_open = any(each.arg is None for each in call.keywords)
    return not is_open and (given is None or (isinstance(given, ast.Constant) and bool(given.value)))


def _swallowing(call: ast.Call, subject: Subject) -> ast.ExceptHandler | None:
    """A handler around the call that catches what `retry` raises and does not raise again."""
    if not _throws(call) and not isinstance(subject.module.parents.get(call), ast.Raise):
        return None
    below: ast.AST = call
    for up in subject.module.above(call):
        if up is subject.function:
            return None
        if isinstance(up, ast.Try) and below in up.body:
            for handler in up.handlers:
                if _catches(handler):
                    if any(isinstance(node, ast.Raise) or _retries(node, subject) for node in ast.walk(handler)):
                        break
                    return handler
        below = up
    return None


def _catches(handler: ast.ExceptHandler) -> bool:
    return is_wide(handler) or any(dotted(each) in _RETRY for each in caught(handler))


def _retries(node: ast.AST, subject: Subject) -> bool:
    return isinstance(node, ast.Call) and retrying.is_retry(node, subject)
