"""The rule about what happens after the last failure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from checklist.scan.effort import once_per_scan
from checklist.scan.finder import Found
from checklist.scan.found import Evidence, Finding
from checklist.scan.names import Function, Scope, ends_with
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts import bases, retrying
from checklist.scan.rules.parts.last_resorts import LastResort, exc_of, last_resorts
from checklist.scan.rules.parts.schedule_entries import entries
from checklist.scan.rules.parts.sends import sends
from checklist.scan.rules.parts.transactions import block_around, is_rolled_back, opens
from checklist.scan.rules.parts.wording import counted, place
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import External
from checklist.scan.uses import SENDING

_STATES = {"status", "state", "stage", "phase", "progress_state", "job_status"}
_GOING_ON = re.compile(r"(^|[^a-z])([a-z]+ing|in_?progress|started|busy)$")
_ACTS = {"update", "save", "delete", "create", "delay", "apply_async", "send_mail", "mail_admins", "send", "post"}
_NOT_GOING_ON = {"pending", "waiting", "missing", "string", "warning", "nothing", "incoming", "setting", "existing"}


@rule("final-failure")
def final_failure(subject: Subject) -> Finding:
    """What handles the last failure, and whether a row is left in a state such as "sending" without it."""
    resorts = last_resorts(subject)
    if handled := next(_handling(subject, resorts), None):
        return passes(*handled)
    if undone := next((each for each in resorts if each.runs), None):
        return cannot_tell(
            f"a `raise` rolls back what {undone.said}, writes: the transaction is around both", undone.line
        )
    dead = next((each for each in resorts if each.calls and not each.doubt), None)
    left = _left_behind(subject, resorts)
    if heard := _hearing(subject, is_needed=bool(left or dead)):
        return cannot_tell(*heard)
    for resort in resorts:
        if resort.doubt:
            return cannot_tell(resort.doubt[0], resort.line, resort.doubt[1])
    if dead:
        return _never_runs(dead, subject)
    if left is None:
        files = counted(len(subject.project.modules), "file")
        return not_found(f"no `on_failure`, no `link_error` in {files}, and no state that the body leaves half done")
    line = subject.line(left)
    said = f"`{line.text}` stays so when the task fails for the last time, line {line.line}"
    if subject.hidden:
        return cannot_tell(f"{said}, but {subject.hidden}", line)
    if not subject.settings.seen:
        return cannot_tell(f"{said}; a `task_failure` receiver may be there: {subject.settings.why_unseen}", line)
    if sent := _sent_after(subject, left):
        return cannot_tell(f"{said}, but a task that it sends may finish the work", line, subject.line(sent))
    if planned := entries(subject):
        return cannot_tell(f"{said}, but it is scheduled and runs again", line, planned[0].evidence)
    return fails(said, line)


def _never_runs(resort: LastResort, subject: Subject) -> Finding:
    call = resort.calls[0]
    exc = subject.module.source(exc_of(call) or call)
    others = "..., " if len(call.keywords) > 1 else ""
    retry = f"`{ast.unparse(call.func)}({others}exc={exc})`"
    said = f"{resort.said}, never runs: {retry} raises `{exc}` when retries are used up"
    if subject.hidden:
        return cannot_tell(f"{said}, but {subject.hidden}", resort.line, subject.line(call))
    return fails(said, resort.line, subject.line(call))


def _handling(subject: Subject, resorts: list[LastResort]) -> Iterator[tuple[str, Evidence]]:
    """What acts on the last failure of this task."""
    if (found := bases.method(subject, "on_failure")) and _acts(found[1]):
        line = found[0].module.evidence(found[1])
        yield f"`{found[0].name}.on_failure`, {place(line, subject.module.path)}", line
    option = subject.option("on_failure")
    if option.is_written and option.place:
        yield f"`on_failure={option.source}`, {option.said()}", option.place
    for send in sends(subject):
        if node := send.keyword("link_error"):
            line = send.call.module.evidence(node)
            yield f"`link_error` at a call, {place(line, subject.module.path)}", line
    yield from ((each.said, each.line) for each in resorts if each.runs and not _is_undone(each.clause, subject))


def _hearing(subject: Subject, *, is_needed: bool) -> tuple[str, Evidence] | None:
    """What hears of the last failure without anything that shows that it finishes the work. A receiver of all tasks counts where `is_needed`."""
    if found := bases.method(subject, "on_failure"):
        line = found[0].module.evidence(found[1])
        what = f"`{found[0].name}.on_failure`"
    elif is_needed and (connected := receiver(subject.found)):
        line, what = connected, "a `task_failure` receiver"
    else:
        return None
    return (
        f"{what} hears of it, {place(line, subject.module.path)}; whether it finishes the work, the source does not say",
        line,
    )


def _acts(function: Function) -> bool:
    """Whether a hook writes, sends or calls something beyond logs and counters."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ACTS
        for node in ast.walk(function)
    )


@once_per_scan
def receiver(found: Found) -> Evidence | None:
    """The first line that connects something to the signal `task_failure`, outside of tests."""
    for module in found.project.modules.values():
        if "task_failure" not in module.text or is_test(module):
            continue
        connecting = (
            each for each in ast.walk(module.tree) if isinstance(each, ast.Attribute) and each.attr == "connect"
        )
        for node in connecting:
            if _is_signal(node.value, found.project.scope_of(module, node), found.project):
                return module.evidence(node)
    return None


def _is_signal(node: ast.expr, scope: Scope, project: Project) -> bool:
    """Whether an expression is the signal `task_failure`, also where only a star can have brought that name."""
    if targets := project.resolve(node, scope):
        return any(isinstance(each, External) and each.name.endswith("signals.task_failure") for each in targets)
    return bool(scope.top.stars) and ends_with(node, "task_failure")


def _left_behind(subject: Subject, resorts: list[LastResort]) -> ast.stmt | None:
    """The statement that writes a state of work going on, with calls after it that may fail and nothing that sets it back."""
    if subject.function is None:
        return None
    for node in subject.body():
        if isinstance(node, ast.Assign | ast.Expr) and _writes_state(node) and not _sets_back(subject, resorts):
            after = [call for call in subject.calls_in_body() if call.lineno > (node.end_lineno or node.lineno)]
            transaction = block_around(subject.project, subject.module, node)
            undone = set(ast.walk(transaction)) if transaction else set()  # a failure in there takes the state back
            if any(not _is_of_row(call) and call not in undone for call in after):
                return node
    return None


def _sent_after(subject: Subject, left: ast.stmt) -> ast.Call | None:
    """A call below the state that sends a task, for instance one that looks for stuck rows."""
    below = (call for call in subject.calls_in_body() if call.lineno > left.lineno)
    return next((call for call in below if isinstance(call.func, ast.Attribute) and call.func.attr in SENDING), None)


def _is_of_row(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in {
        "save",
        "update",
        "refresh_from_db",
        "info",
        "debug",
    }


def _writes_state(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        targets = [each for each in node.targets if isinstance(each, ast.Attribute) and each.attr in _STATES]
        return bool(targets) and _is_going_on(node.value)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        is_update = isinstance(call.func, ast.Attribute) and call.func.attr == "update"
        return is_update and any(each.arg in _STATES and _is_going_on(each.value) for each in call.keywords)
    return False


def _is_going_on(node: ast.expr) -> bool:
    text = node.value if isinstance(node, ast.Constant) else getattr(node, "attr", getattr(node, "id", ""))
    if not isinstance(text, str):
        return False
    last = re.split(r"[^a-z]", text.lower())[-1]
    return bool(_GOING_ON.search(text.lower())) and last not in _NOT_GOING_ON


def _sets_back(subject: Subject, resorts: list[LastResort]) -> bool:
    """Whether a handler of the body sets a state, hands the failure on, or catches everything; or a `finally` does something."""
    never = _never_reached(subject, resorts)
    for node in subject.body():
        if isinstance(node, ast.Try):
            handlers = [each for each in node.handlers if each not in never]
            inside = (each for part in (*handlers, *node.finalbody) for each in ast.walk(part))
            if any(_writes_any_state(each) and not _is_rolled_back(each, subject) for each in inside):
                return True
            if any(_handles_all(each) and not _is_undone(each, subject) for each in handlers):
                return True
    return False


def _is_undone(clause: ast.ExceptHandler, subject: Subject) -> bool:
    """Whether all that a clause does is rolled back by a `raise` of its own."""
    acting = [each for each in clause.body if not isinstance(each, ast.Raise)]
    calls = [node for each in acting for node in ast.walk(each) if isinstance(node, ast.Call)]
    done = [call for call in calls if not opens(call, subject.scope, subject.project)]
    return bool(done) and all(_is_rolled_back(call, subject) for call in done)


def _is_rolled_back(node: ast.AST, subject: Subject) -> bool:
    return is_rolled_back(subject.project, subject.module, node)


def _never_reached(subject: Subject, resorts: list[LastResort]) -> set[ast.ExceptHandler]:
    """The clauses for used up retries in whose `try` nothing retries, while something else does."""
    alone = {each.clause for each in resorts if each.is_alone}
    return alone if alone and (retrying.retried(subject) or retrying.elsewhere(subject)) else set()


def _handles_all(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else ""
    only_raises = all(isinstance(each, ast.Raise) for each in handler.body)
    return caught in {"", "Exception", "BaseException"} and not only_raises


def _writes_any_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return node.attr in _STATES
    if isinstance(node, ast.Call):
        named = ast.unparse(node.func).lower()
        handles = any(word in named for word in ("fail", "error", "status", "state")) and "log" not in named
        return handles or any(each.arg in _STATES for each in node.keywords)
    return False
