"""The rule about calls that wait without end: network clients and subprocesses without a timeout."""

from __future__ import annotations

import ast
from enum import StrEnum
from functools import lru_cache

from checklist.scan.found import Finding
from checklist.scan.literals import UnknownError, literal
from checklist.scan.project import Project
from checklist.scan.rules.parts.wording import NO_FUNCTION, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import Value

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")

# Calls that wait for ever unless told otherwise, with the place of `timeout` among their positional arguments.
_ENDLESS: dict[str, int | None] = {
    **{f"requests.{verb}": None for verb in _VERBS},
    **{f"requests.api.{verb}": None for verb in _VERBS},
    **{f"subprocess.{name}": None for name in ("run", "call", "check_call", "check_output")},
    "urllib.request.urlopen": 2,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": None,
    "socket.create_connection": 1,
    "ftplib.FTP": 4,
    "ftplib.FTP_TLS": None,
    "imaplib.IMAP4": 2,
    "imaplib.IMAP4_SSL": None,
    "poplib.POP3": 2,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": None,
    "telnetlib.Telnet": 2,
}
# Calls with a timeout of their own, which `timeout=None` takes away.
_BOUNDED = {f"httpx.{verb}" for verb in (*_VERBS, "stream")}
_SESSIONS = {"requests.Session", "requests.session", "requests.sessions.Session"}


class _Waits(StrEnum):
    FOR_EVER = "for ever"
    UNKNOWN = "unknown"
    LIMITED = "limited"


@rule("io-timeouts", needs=("time-limits",))
def io_timeouts(subject: Subject) -> Finding:
    """Calls in the body that wait for another machine or program."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    found = [
        (call, name, waits)
        for call in subject.calls_in_body()
        if (name := _endless(call, subject))
        for waits in [_waits(call, name, subject)]
    ]
    without = [(call, name) for call, name, waits in found if waits is _Waits.FOR_EVER]
    if without and (default := _default_timeout(subject.project)):
        return cannot_tell(f"`{without[0][1]}` has no `timeout`, but `{default}` is set", subject.line(without[0][0]))
    if without:
        said = "; ".join(f"`{name}` (line {call.lineno}) {_missing(call, name, subject)}" for call, name in without)
        return fails(f"{said}: it waits without end", *unique(subject.line(call) for call, _ in without))
    if unsure := [(call, name) for call, name, waits in found if waits is _Waits.UNKNOWN]:
        return cannot_tell(
            f"whether `{unsure[0][1]}` gets a `timeout` is not in the text",
            *unique(subject.line(call) for call, _ in unsure),
        )
    if found:
        return not_found(f"each of {len(found)} calls in the body has a timeout; functions that it calls were not read")
    return not_found(
        "no HTTP, socket, mail or subprocess call that is known in the body; functions that it calls were not read"
    )


def _endless(call: ast.Call, subject: Subject) -> str:
    """The name of what is called, when it waits without end by default; empty otherwise. Names must be imported from there."""
    if known := subject.project.outer_names(call.func, subject.scope) & (_ENDLESS.keys() | _BOUNDED):
        return min(known)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _VERBS and _is_session(call.func.value, subject):
        return f"{subject.module.source(call.func)}"
    return ""


def _is_session(node: ast.expr, subject: Subject) -> bool:
    """Whether an expression is a session of `requests` that was made here, and that nothing but requests is done with."""
    targets = subject.project.resolve(node, subject.scope)
    made = [
        isinstance(each, Value)
        and not each.elements_of
        and isinstance(each.node, ast.Call)
        and not _SESSIONS.isdisjoint(subject.project.outer_names(each.node.func, each.scope))
        for each in targets
    ]
    return bool(made) and all(made)


def _given(call: ast.Call, name: str) -> ast.expr | None:
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "timeout"), None)
    position = _ENDLESS.get(name)
    if given is None and position is not None and len(call.args) > position:
        given = call.args[position]
    return given


def _missing(call: ast.Call, name: str, subject: Subject) -> str:
    given = _given(call, name)
    if given is None:
        return "has no `timeout`"
    return f"gets `{subject.module.source(given)}` as `timeout`, which is no limit"


def _limit(given: ast.expr, subject: Subject) -> _Waits:
    """What a timeout that is written comes to; one that cannot be followed is taken for a limit, unless `None` is among what it may be."""
    try:
        value = literal(given, subject.scope, subject.project)
    except UnknownError:
        targets = subject.project.resolve(given, subject.scope) if isinstance(given, ast.Name | ast.Attribute) else []
        may_be_none = any(isinstance(each, Value) and _is_none(each.node) for each in targets)
        return _Waits.UNKNOWN if may_be_none else _Waits.LIMITED
    return _Waits.FOR_EVER if value is None else _Waits.LIMITED


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _waits(call: ast.Call, name: str, subject: Subject) -> _Waits:
    if (given := _given(call, name)) is not None:
        return _limit(given, subject)
    if name in _BOUNDED:
        return _Waits.LIMITED
    is_open = any(keyword.arg is None for keyword in call.keywords) or any(
        isinstance(each, ast.Starred) for each in call.args
    )
    if is_open or (isinstance(call.func, ast.Attribute) and _is_mounted(call.func.value, subject)):
        return _Waits.UNKNOWN
    return _Waits.FOR_EVER


def _is_mounted(node: ast.expr, subject: Subject) -> bool:
    """Whether an adapter is mounted on a session, or its `request` replaced: either may set a timeout for each call."""
    if not isinstance(node, ast.Name):
        return False
    name = node.id
    mounted = f"{name}.mount(" in subject.module.text
    return mounted or f"{name}.request =" in subject.module.text


@lru_cache(maxsize=4)
def _default_timeout(project: Project) -> str:
    """What sets a timeout for every socket of the process, when a file of the scan calls it."""
    name = "socket.setdefaulttimeout"
    return name if any(f"{name}(" in module.text for module in project.modules.values()) else ""
