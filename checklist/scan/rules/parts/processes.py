"""Processes that a task starts and then waits for."""

from __future__ import annotations

import ast
from functools import lru_cache

from checklist.scan.rules.parts.waiting import Waiting, Waits, by_timeout, made_by
from checklist.scan.source import Module
from checklist.scan.subject import Subject, dotted

# Methods of a process that wait for its end, with the place of `timeout` among their positional arguments.
_WAITING = {"wait": 0, "communicate": 1}
_ENDING = {"kill", "terminate", "send_signal"}


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
    """What may end the process by itself: a timer or a loop that looks at the clock, or something that it is handed to."""
    name = dotted(process)
    if ending := _endings(subject.module).get(name, ""):
        return ending
    handed = (node for node in subject.body() if dotted(node) == name and not _is_asked(node, subject))  # type: ignore[arg-type]
    first = next(handed, None) if name else None
    return subject.line(first).text if first is not None else ""


def _is_asked(node: ast.AST, subject: Subject) -> bool:
    """Whether a use of a process only reads or calls something of it that neither ends it nor tells its number, or binds its name."""
    up = subject.module.parents.get(node)
    is_plain = isinstance(up, ast.Attribute) and up.attr not in {"pid", "poll"}
    return is_plain or isinstance(getattr(node, "ctx", None), ast.Store) or isinstance(up, ast.withitem)


@lru_cache(maxsize=4)
def _endings(module: Module) -> dict[str, str]:
    """The methods that end something, as a file writes them, by what they end."""
    nodes = (node for node in ast.walk(module.tree) if isinstance(node, ast.Attribute) and node.attr in _ENDING)
    return {name: f"{name}.{node.attr}" for node in nodes if (name := dotted(node.value))}
