"""The rule about calls that wait without end: network clients, mail and processes without a timeout."""

from __future__ import annotations

import ast
from functools import lru_cache

from checklist.scan.found import Finding
from checklist.scan.project import Project
from checklist.scan.rules.parts import mail, processes
from checklist.scan.rules.parts.sessions import configured
from checklist.scan.rules.parts.waiting import Waiting, Waits, by_timeout, given_timeout, made_by
from checklist.scan.rules.parts.wording import NO_FUNCTION, place, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, rule
from checklist.scan.subject import Subject

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


@rule("io-timeouts", needs=("time-limits",))
def io_timeouts(subject: Subject) -> Finding:
    """Calls in the body that wait for another machine or program."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    found = [each for call in subject.calls_in_body() if (each := _waiting(call, subject))]
    endless = [each for each in found if each.is_endless]
    default = _default_timeout(subject.project)
    if bare := [each for each in endless if each.is_of_process or not default]:
        said = "; ".join(f"`{each.name}` (line {each.call.lineno}) {each.said}" for each in bare)
        return fails(f"{said}: it waits without end", *unique(subject.line(each.call) for each in bare))
    if endless:
        text = f"`{endless[0].name}` {endless[0].said}, but `{default}` is set"
        return cannot_tell(text, subject.line(endless[0].call))
    if unsure := [each for each in found if each.waits is Waits.UNKNOWN]:
        return cannot_tell(unsure[0].said, *unique(subject.line(each.call) for each in unsure))
    if found:
        return not_found(f"each of {len(found)} calls in the body has a timeout; functions that it calls were not read")
    return not_found(
        "no HTTP, socket, mail or subprocess call that is known to wait in the body; functions that it calls were not read"
    )


def _waiting(call: ast.Call, subject: Subject) -> Waiting | None:
    return _of_client(call, subject) or processes.waiting(call, subject) or mail.waiting(call, subject)


def _of_client(call: ast.Call, subject: Subject) -> Waiting | None:
    name = _endless(call, subject)
    if not name:
        return None
    if name in _BOUNDED and given_timeout(call, None) is None:
        return Waiting(call, name, Waits.LIMITED)
    found = by_timeout(call, name, _ENDLESS.get(name), subject)
    is_bare = found.is_endless and given_timeout(call, None) is None and isinstance(call.func, ast.Attribute)
    if is_bare and (line := configured(call.func.value, subject)):  # type: ignore[attr-defined]
        where = place(line, subject.module.path)
        doubt = f"`{name}` has no `timeout`, but `{line.text}` ({where}) may set one"
        return Waiting(call, name, Waits.UNKNOWN, doubt)
    return found


def _endless(call: ast.Call, subject: Subject) -> str:
    """The name of what is called, when it waits without end by default; empty otherwise. Names must be imported from there."""
    if known := subject.project.outer_names(call.func, subject.scope) & (_ENDLESS.keys() | _BOUNDED):
        return min(known)
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr in _VERBS
    if is_method and made_by(call.func.value, _SESSIONS, subject):  # type: ignore[attr-defined]
        return subject.module.source(call.func)
    return ""


@lru_cache(maxsize=4)
def _default_timeout(project: Project) -> str:
    """What sets a timeout for every socket of the process, when a file of the scan calls it."""
    name = "socket.setdefaulttimeout"
    return name if any(f"{name}(" in module.text for module in project.modules.values()) else ""
