"""Rules of the section `workflows` of the Celery checklist, those about results; see also `chords` and `schedules`."""

from __future__ import annotations

import ast

from checklist.scan import celery_tables
from checklist.scan.effort import once_per_scan
from checklist.scan.found import Evidence, Finding, Option
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts import production
from checklist.scan.rules.parts.wording import NO_FUNCTION, places, shown, unique, unread
from checklist.scan.rules.registry import cannot_tell, does_not_apply, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import Defined, External, Target, Value
from checklist.scan.uses import SENDING, Call

_WAITING = {"get", "join", "join_native", "wait"}
_ASKING = {"ready", "successful", "failed"}
_CANVAS = {"group", "chain", "chord", "chunks"}
_OFF = {"disabled", "disabled://", None}


@rule("blocking-on-results")
def blocking_on_results(subject: Subject) -> Finding:
    """`.get()`, `.join()` or `.wait()` on the result of another task, in the body of this one."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    waiting = [call for call in subject.calls_in_body() if _waits(call, subject)]
    allowing = [call for call in subject.calls_in_body() if subject.name_of(call.func).endswith("allow_join_result")]
    if found := [call for call in waiting if not _is_asked_before(call, subject)] or allowing:
        said = "; ".join(f"`{_short(call, subject)}` (line {call.lineno})" for call in found)
        return fails(f"{said} waits for another task", *unique(subject.line(call) for call in found))
    if waiting:
        return cannot_tell("a result is read after it was asked whether it is ready", *map(subject.line, waiting))
    return not_found(
        "no `.get()`, `.join()` or `.wait()` on a result in the body; functions that it calls were not read"
    )


def _short(call: ast.Call, subject: Subject) -> str:
    source = subject.module.source(call)
    return source if len(source) <= 80 else f"….{call.func.attr}()" if isinstance(call.func, ast.Attribute) else "…"


def _waits(call: ast.Call, subject: Subject) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _WAITING:
        return False
    return _is_result(call.func.value, subject)


def _is_result(node: ast.expr, subject: Subject) -> bool:
    """Whether an expression is the result of a task that was sent, also under a name, or as one of a list of them."""
    if isinstance(node, ast.Call):
        return _sends(node, subject)
    if not isinstance(node, ast.Name):
        return False
    return _all_results(subject.project.resolve(node, subject.scope), subject)


def _all_results(targets: list[Target], subject: Subject) -> bool:
    return bool(targets) and all(isinstance(each, Value) and _holds_result(each, subject) for each in targets)


def _holds_result(value: Value, subject: Subject) -> bool:
    node = value.node
    if not value.elements_of:
        return isinstance(node, ast.Call) and _sends(node, subject)
    if isinstance(node, ast.Name):  # `for result in results`
        targets = subject.project.resolve(node, value.scope)
        return bool(targets) and all(isinstance(each, Value) and _lists_results(each.node, subject) for each in targets)
    return _lists_results(node, subject)


def _lists_results(node: ast.expr, subject: Subject) -> bool:
    if isinstance(node, ast.ListComp | ast.GeneratorExp):
        return isinstance(node.elt, ast.Call) and _sends(node.elt, subject)
    if isinstance(node, ast.List | ast.Tuple):
        return bool(node.elts) and all(isinstance(each, ast.Call) and _sends(each, subject) for each in node.elts)
    return False


def _sends(call: ast.Call, subject: Subject) -> bool:
    """Whether a call sends a task or a workflow, or makes a result of an id."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"delay", "apply_async", "send_task"}:
        return not _is_pool(call, subject)
    if isinstance(call.func, ast.Call):  # `group(...)()`
        return _is_canvas(call.func, subject)
    return subject.name_of(call.func) in {"celery.result.AsyncResult", "celery.result.GroupResult"}


def _is_canvas(call: ast.Call, subject: Subject) -> bool:
    name = subject.name_of(call.func)
    return name.startswith("celery.") and name.split(".")[-1] in _CANVAS


def _is_pool(call: ast.Call, subject: Subject) -> bool:
    """`pool.apply_async(function, ...)` of multiprocessing."""
    if "pool" in ast.unparse(call.func).lower():
        return True
    first = call.args[0] if call.args else None
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "apply_async" or first is None:
        return False
    given = subject.project.resolve(first, subject.scope) if isinstance(first, ast.Name | ast.Attribute) else []
    return isinstance(first, ast.Lambda) or any(isinstance(each, Defined | External) for each in given)


def _is_asked_before(call: ast.Call, subject: Subject) -> bool:
    """Whether a condition around asks `.ready()` first."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in _ASKING
        for up in subject.module.above(call)
        if isinstance(up, ast.If | ast.While | ast.IfExp)
        for node in ast.walk(up.test)
    )


@rule("ignore-result")
def ignore_result(subject: Subject) -> Finding:
    """Results that are stored and that nothing reads, or ignored together with the errors."""
    ignored, kept = subject.option("ignore_result"), subject.option("store_errors_even_if_ignored")
    if why := unread(ignored):
        return cannot_tell(why, *places(ignored))
    if without := _without_backend(subject):
        return without
    if ignored.value:
        return _ignored(ignored, kept, subject)
    if reader := _reader(subject):
        return cannot_tell(f"`ignore_result` is off, and {reader[0]}", reader[1])
    if ignored.is_written:
        return cannot_tell(
            f"{shown(ignored)} is written down; who reads the result is not in the files", *places(ignored)
        )
    return fails("`ignore_result` is not set, and nothing in the files reads the result", subject.declared_at)


def _without_backend(subject: Subject) -> Finding | None:
    """What there is to say when no result is stored at all; `None` when results may be stored."""
    backends = production.written(subject, "result_backend")
    if backends and all(each.is_literal and each.value in _OFF for each in backends):
        return does_not_apply("`result_backend` is off: no result is stored", *unique(each.place for each in backends))
    others = set(celery_tables.settings()) - {"broker_url", "include"}
    if not backends and any(subject.settings.get(name) for name in others):
        return cannot_tell("no `result_backend` is among the settings; without one no result is stored")
    return None


def _ignored(ignored: Option, kept: Option, subject: Subject) -> Finding:
    if why := unread(kept):
        return cannot_tell(f"{shown(ignored)}, but whether errors are kept: {why}", *places(ignored, kept))
    if not kept.value:
        text = f"{shown(ignored)} without `store_errors_even_if_ignored`: failures are not stored either"
        return fails(text, *(places(ignored) or [subject.declared_at]))
    return passes(f"{shown(ignored)} with {shown(kept)}", *places(ignored, kept))


def _reader(subject: Subject) -> tuple[str, Evidence] | None:
    """What may read the result, and where; `None` when every use of the task drops it."""
    for call in subject.calls:
        if not is_test(call.module) and not _drops(call):
            return "its result may be read here", call.evidence
    for node in subject.body():
        if isinstance(node, ast.Attribute) and node.attr == "update_state":
            return "the task stores states for somebody", subject.line(node)
    if by_id := _read_by_id(subject.project):
        return "results are read by their id", by_id
    return None


def _drops(call: Call) -> bool:
    """Whether a use of the task only sends it: the value of the call goes nowhere."""
    if call.method not in SENDING:
        return False
    if isinstance(call.node, ast.Attribute):
        return True
    up = call.around[0] if call.around else None
    return isinstance(up, ast.Expr | ast.Lambda)


@once_per_scan
def _read_by_id(project: Project) -> Evidence | None:
    """Where the project makes results of ids."""
    for module in project.modules.values():
        if "AsyncResult" not in module.text or is_test(module):
            continue
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.Attribute | ast.Name)
                and (getattr(node, "attr", "") or getattr(node, "id", "")) == "AsyncResult"
            ):
                return module.evidence(node)
    return None
