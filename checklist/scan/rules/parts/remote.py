"""Which calls reach another service, by the full name of what is called."""

from __future__ import annotations

import ast

from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.subject import dotted
from checklist.scan.targets import Value

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_EXACT = {f"{library}.{verb}" for library in ("requests", "httpx") for verb in _VERBS} | {
    "httpx.stream",
    "urllib.request.urlopen",
    "urllib.request.urlretrieve",
    "urllib2.urlopen",
    "smtplib.SMTP",
    "smtplib.SMTP_SSL",
    "django.core.mail.send_mail",
    "django.core.mail.send_mass_mail",
    "django.core.mail.mail_admins",
    "django.core.mail.mail_managers",
}
# What these make talks to the service with its methods.
_CLIENTS = {
    "requests.Session",
    "requests.session",
    "httpx.Client",
    "httpx.AsyncClient",
    "boto3.client",
    "boto3.resource",
    "smtplib.SMTP",
    "smtplib.SMTP_SSL",
    "twilio.rest.Client",
    "slack_sdk.WebClient",
    "ftplib.FTP",
}
_MESSAGES = {"django.core.mail.EmailMessage", "django.core.mail.EmailMultiAlternatives"}
_SENDING = {"send", "sendmail", "send_message", "send_mail", "post", "put", "patch", "delete", "create"}
# Methods of clients that only prepare.
_LOCAL = {
    "close",
    "mount",
    "headers",
    "update",
    "get_paginator",
    "get_waiter",
    "auth",
    "Object",
    "Bucket",
    "Table",
    "attach",
}
_READING = {"get", "head", "options", "urlopen", "urlretrieve"}


def remote_call(node: ast.Call, scope: Scope, project: Project) -> str:
    """The name of the service call that `node` is, as it is written: `requests.get`; empty when it is none that is known."""
    written = dotted(node.func) or ast.unparse(node.func)[:60]
    names = project.outer_names(node.func, scope)
    if written in _EXACT and scope.find(written.split(".")[0])[1] is None:
        return written  # code without its imports
    if names & _EXACT or any(_is_of_stripe(name) for name in names):
        return written
    return written if isinstance(node.func, ast.Attribute) and _is_of_client(node.func, scope, project) else ""


def only_reads(name: str) -> bool:
    """Whether a call by that name asks for something and changes nothing, as far as its name tells."""
    return name.rpartition(".")[2] in _READING


def sends_something(name: str) -> bool:
    """Whether a call by that name sends or changes something, as far as its name tells."""
    last = name.rpartition(".")[2]
    return last in _SENDING or last.startswith(("send", "mail_", "put_", "publish", "create", "delete_", "upload"))


def _is_of_stripe(name: str) -> bool:
    return name.startswith("stripe.") and name.rpartition(".")[2] in {"create", "retrieve", "modify", "list", "delete"}


def _is_of_client(function: ast.Attribute, scope: Scope, project: Project) -> bool:
    """A method of something that was made by a client's class: `session.post`, `boto3.client("s3").put_object`."""
    if function.attr in _LOCAL:
        return False
    values = [
        (target.node, target.scope)
        for target in project.resolve(function.value, scope)
        if isinstance(target, Value) and not target.elements_of
    ]
    for value, where in values:
        if isinstance(value, ast.Call):
            made = project.outer_names(value.func, where)
            if made & _CLIENTS or (made & _MESSAGES and function.attr == "send"):
                return True
    return False
