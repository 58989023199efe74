"""Processes that a task starts and then waits for."""

from __future__ import annotations

import ast

from checklist.scan.rules.parts.waiting import Waiting, Waits, by_timeout, made_by
from checklist.scan.subject import Subject

# Methods of a process that wait for its end, with the place of `timeout` among their positional arguments.
_WAITING = {"wait": 0, "communicate": 1}
_ENDING = ("kill", "terminate", "send_signal")


def waiting(call: ast.Call, subject: Subject) -> Waiting | None:
    """A call that waits for the end of a `Popen`; `None` for any other. To start a process waits for nothing."""
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in _WAITING:
        return None
    if not made_by(method.value, {"subprocess.Popen"}, subject):
        return None
    name = f"Popen(...).{method.attr}" if isinstance(method.value, ast.Call) else subject.module.source(method)
    found = by_timeout(call, name, _WAITING[method.attr], subject)
    ended = _ended(method.value, subject) if found.is_endless else ""
    doubt = f"`{name}` has no `timeout`, but `{ended}` may end it"
    return Waiting(call, name, Waits.UNKNOWN, doubt) if ended else found


def _ended(process: ast.expr, subject: Subject) -> str:
    """What in the file ends the process by itself: a timer may call it, or a loop that looks at the clock."""
    if not isinstance(process, ast.Name | ast.Attribute):
        return ""
    names = (f"{ast.unparse(process)}.{ending}" for ending in _ENDING)
    return next((name for name in names if name in subject.module.text), "")
