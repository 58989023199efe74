"""The rule about what happens after the last failure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from checklist.scan.finder import Found
from checklist.scan.found import Evidence, Finding
from checklist.scan.project import External
from checklist.scan.rules import bases
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.rules.schedule import entries
from checklist.scan.rules.sends import is_test, sends
from checklist.scan.rules.wording import counted, place
from checklist.scan.subject import Subject

_STATES = {"status", "state", "stage", "phase", "progress_state", "job_status"}
_GOING_ON = re.compile(r"(^|[^a-z])([a-z]+ing|in_?progress|started|busy)$")
_NOT_GOING_ON = {"pending", "waiting", "missing", "string", "warning", "nothing", "incoming", "setting", "existing"}


@rule("final-failure")
def final_failure(subject: Subject) -> Finding:
    """What handles the last failure, and whether a row is left in a state such as "sending" without it."""
    if handled := next(_handling(subject), None):
        return passes(*handled)
    left = _left_behind(subject)
    if left is None:
        files = counted(len(subject.project.modules), "file")
        return not_found(
            f"no `on_failure`, `link_error` or `task_failure` receiver in {files}; no state that the body leaves"
        )
    line = subject.line(left)
    if subject.hidden:
        return cannot_tell(f"`{line.text}` stays so when the task fails, line {line.line}, but {subject.hidden}", line)
    if not subject.settings.seen:
        why = f"{subject.settings.why_unseen}, and a `task_failure` receiver may be there"
        return cannot_tell(f"`{line.text}` stays so when the task fails, line {line.line}; {why}", line)
    if planned := entries(subject):
        return cannot_tell(f"`{line.text}` stays until the next scheduled run", line, planned[0].place)
    return fails(f"`{line.text}` stays so when the task fails for the last time, line {line.line}", line)


def _handling(subject: Subject) -> Iterator[tuple[str, Evidence]]:
    if found := bases.method(subject, "on_failure"):
        cls, function = found
        line = cls.module.evidence(function)
        yield f"`{cls.name}.on_failure`, {place(line, subject.module.path)}", line
    option = subject.option("on_failure")
    if option.is_written and option.place:
        yield f"`on_failure={option.source}`, {option.said()}", option.place
    for send in sends(subject):
        if node := send.keyword("link_error"):
            line = send.call.module.evidence(node)
            yield f"`link_error` at a call, {place(line, subject.module.path)}", line
    if connected := receiver(subject.found):
        yield f"a `task_failure` receiver, {place(connected, subject.module.path)}", connected


@lru_cache(maxsize=4)
def receiver(found: Found) -> Evidence | None:
    """The first line that connects something to the signal `task_failure`, outside of tests."""
    for module in found.project.modules.values():
        if "task_failure" not in module.text or is_test(module.path):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr == "connect":
                targets = found.project.resolve(node.value, found.project.scope_of(module, node))
                if any(isinstance(each, External) and each.name.endswith("signals.task_failure") for each in targets):
                    return module.evidence(node)
    return None


def _left_behind(subject: Subject) -> ast.stmt | None:
    """The statement that writes a state of work going on, with calls after it that may fail and nothing that sets it back."""
    if subject.function is None:
        return None
    for node in subject.body():
        if isinstance(node, ast.Assign | ast.Expr) and _writes_state(node) and not _sets_back(subject):
            after = [call for call in subject.calls_in_body() if call.lineno > (node.end_lineno or node.lineno)]
            if any(not _is_of_row(call) for call in after):
                return node
    return None


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


def _sets_back(subject: Subject) -> bool:
    """Whether a handler or a `finally` of the body writes a state, or hands the failure to something."""
    for node in subject.body():
        if isinstance(node, ast.Try):
            inside = [*node.handlers, *node.finalbody]
            if any(_writes_any_state(each) for part in inside for each in ast.walk(part)):
                return True
    return False


def _writes_any_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return node.attr in _STATES
    if isinstance(node, ast.Call):
        named = ast.unparse(node.func).lower()
        handles = any(word in named for word in ("fail", "error", "status", "state")) and "log" not in named
        return handles or any(each.arg in _STATES for each in node.keywords)
    return False
