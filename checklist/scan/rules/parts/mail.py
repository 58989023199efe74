"""Mail that Django sends, and what limits how long it waits for the mail server.

Django gives `EMAIL_TIMEOUT` to its SMTP backend; it is `None`, no limit, unless the settings say otherwise. Since Django 6.1 `MAILERS`
may say it instead.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from checklist.scan.effort import once_per_scan
from checklist.scan.names import statements
from checklist.scan.places import is_production, is_test
from checklist.scan.project import Project
from checklist.scan.rules.parts.waiting import Waiting, Waits, is_none, is_open, made_by
from checklist.scan.source import Module
from checklist.scan.subject import Subject, dotted

_SENDING = {f"django.core.mail.{name}" for name in ("send_mail", "send_mass_mail", "mail_admins", "mail_managers")}
_MESSAGES = {
    f"django.core.mail.{module}{name}"
    for module in ("", "message.")
    for name in ("EmailMessage", "EmailMultiAlternatives")
}
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
MOST_PLAIN = 4  # arguments by position; among more, one may be the connection
# What sends instead of the default: the connection of older releases, and the name of a mailer since Django 6.1.
_CHOOSING = {"connection", "using"}
# Code that sets names which it does not write out.
_POURING = ("globals()", "locals()", "vars()", "exec(", "include(")


def waiting(call: ast.Call, subject: Subject) -> Waiting | None:
    """A call that sends mail by Django; `None` for any other."""
    names = subject.project.outer_names(call.func, subject.scope) & _SENDING
    method = call.func
    if not names and isinstance(method, ast.Attribute) and method.attr == "send":
        if not made_by(method.value, _MESSAGES, subject):
            return None
        names = {subject.module.source(method)}
    if not names:
        return None
    name = min(names)
    if (
        _is_given_more(call, subject)
        or _chooses(call)
        or (isinstance(method, ast.Attribute) and _is_given_sender(method, subject))
    ):
        return Waiting(call, name, Waits.UNKNOWN, f"`{name}` may be given a connection that has a limit of its own")
    waits, said = _limit(subject.project)
    return Waiting(call, name, waits, f"`{name}` {said}" if waits is Waits.UNKNOWN else said)


def _is_given_more(call: ast.Call, subject: Subject) -> bool:
    """Whether arguments are poured into the call; those that came with the message hold no connection, which no serializer carries."""
    function = subject.function.args if subject.function else None
    own = {each.arg for each in (function.vararg, function.kwarg) if each} if function else set()
    poured = [each.value for each in call.args if isinstance(each, ast.Starred)]
    poured += [each.value for each in call.keywords if each.arg is None]
    return any(not isinstance(each, ast.Name) or each.id not in own for each in poured)


def _chooses(call: ast.Call) -> bool:
    return len(call.args) > MOST_PLAIN or any(keyword.arg in _CHOOSING for keyword in call.keywords)


def _is_given_sender(method: ast.Attribute, subject: Subject) -> bool:
    """Whether the message was made with a connection, or with arguments that the text does not tell."""
    made = [getattr(target, "node", None) for target in subject.project.resolve(method.value, subject.scope)]
    calls = [each for each in made if isinstance(each, ast.Call)]
    is_set_later = dotted(method.value) in _connected(subject.module)
    return is_set_later or any(_chooses(each) or is_open(each) for each in calls)


@lru_cache(maxsize=4)
def _connected(module: Module) -> set[str]:
    """What a file gives a connection after it was made: `message.connection = ...`."""
    nodes = (node for node in ast.walk(module.tree) if isinstance(node, ast.Attribute) and node.attr == "connection")
    return {dotted(node.value) for node in nodes if isinstance(node.ctx, ast.Store)} - {""}


@once_per_scan
def _limit(project: Project) -> tuple[Waits, str]:
    """How long a mail waits by the settings, and what to say of it."""
    set_to = list(_assigned(project, "EMAIL_TIMEOUT"))
    if any(not is_none(value) for _, value in set_to):
        return Waits.LIMITED, ""
    files = [
        module for module in project.modules.values() if is_production(project.top(module)) and _binds_apps(module)
    ]
    if not files:
        return (
            Waits.UNKNOWN,
            "has the limit of `EMAIL_TIMEOUT`, but Django's settings are not among the files that were read",
        )
    if doubt := _named_only(project, bool(set_to)) or _poured(files, project) or _other_backend(project):
        return Waits.UNKNOWN, f"has no limit by `EMAIL_TIMEOUT`, but {doubt}"
    return Waits.FOR_EVER, f"has no limit, as no `EMAIL_TIMEOUT` is set in {files[0].path}"


def _assigned(project: Project, name: str) -> Iterator[tuple[Module, ast.expr]]:
    """The values that a setting gets outside of tests, whatever it is an attribute of."""
    for module in project.modules.values():
        if name in module.text and not is_test(module):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if any(name in {getattr(each, "id", ""), getattr(each, "attr", "")} for each in targets):
                        yield module, node.value


def _binds_apps(module: Module) -> bool:
    """Whether a file is a settings module: it says which apps are installed."""
    if "INSTALLED_APPS" not in module.text:
        return False
    bound = (node for node in ast.walk(module.tree) if isinstance(node, ast.Name) and node.id == "INSTALLED_APPS")
    return any(isinstance(node.ctx, ast.Store) for node in bound)


def _named_only(project: Project, is_set: bool) -> str:
    """Where the limit is spoken of without being set, as a text or in a mapping of names."""
    for name in ("MAILERS", *(() if is_set else ("EMAIL_TIMEOUT",))):
        for module in project.modules.values():
            if name in module.text and not is_test(module):
                return f"{module.path} names `{name}`"
    return ""


def _poured(files: list[Module], project: Project) -> str:
    """Whether settings come from files that were not read, or under names that no line spells out."""
    for module in files:
        if found := next((each for each in _POURING if each in module.text), ""):
            return f"`{found}` may set it in {module.path}"
        for node in statements(module.tree):
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and not _is_read(node, module, project):
                return f"`{ast.unparse(node)}` in {module.path} was not followed"
    return ""


def _is_read(node: ast.ImportFrom, module: Module, project: Project) -> bool:
    found = project.module_named(node.module, module) if node.module else None
    return found is not None and found is not module


def _other_backend(project: Project) -> str:
    for module, value in _assigned(project, "EMAIL_BACKEND"):
        if is_production(project.top(module)) and not (isinstance(value, ast.Constant) and value.value == _SMTP):
            return f"`EMAIL_BACKEND` is `{module.source(value)}`, {module.path}:{value.lineno}"
    return ""
