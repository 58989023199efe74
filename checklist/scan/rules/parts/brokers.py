"""The broker of a project, as far as its settings tell, and how long it leaves a message unacknowledged."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from checklist.scan.found import Evidence
from checklist.scan.literals import UnknownError, literal
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.rules.parts import production
from checklist.scan.rules.parts.followed import followed
from checklist.scan.rules.parts.numbers import is_number
from checklist.scan.setting import Setting
from checklist.scan.subject import Subject

_REDIS = {"redis", "rediss", "sentinel", "redis+socket", "unix"}
_NAMES = dict.fromkeys(_REDIS, "Redis") | {"sqs": "SQS"}
_DEFAULTS = dict.fromkeys(_REDIS, 3600.0) | {"sqs": 1800.0}
_SCHEME = re.compile(r"(\w+)[\w+]*://")
_RABBITMQ = {"amqp", "amqps", "pyamqp", "pyamqps", "librabbitmq"}
WITHOUT_TIMEOUT = _RABBITMQ | {"memory", "sqla", "filesystem", "zookeeper", "kafka", "confluentkafka"}


class UnknownTimeoutError(Exception):
    """The text does not tell the timeout; the message says why."""


@dataclass(frozen=True)
class Broker:
    """A broker by the `scheme` of its URL, and the line that sets it."""

    scheme: str
    place: Evidence

    @property
    def redelivering(self) -> str:
        """The name of a broker that has a visibility timeout; empty for any other."""
        return _NAMES.get(self.scheme, "")

    @property
    def is_rabbitmq(self) -> bool:
        """Whether it is RabbitMQ, which closes the channel of a message that waits too long."""
        return self.scheme in _RABBITMQ


def broker_of(subject: Subject) -> Broker | None:
    """The kind of broker by the scheme of its URL, where every setting for production tells it, and everywhere the same."""
    for name in ("broker_url", "broker_read_url"):
        if found := {_scheme(each, subject.project): each for each in production.written(subject, name)}:
            scheme, last = next(iter(found.items()))
            return Broker(scheme, last.place) if scheme and len(found) == 1 else None
    return None


def _scheme(setting: Setting, project: Project) -> str:
    """The scheme of a URL, also of one of which only the beginning is in the text; empty where that is not."""
    node, _ = followed(setting.node, setting.scope, project)
    while isinstance(node, ast.BinOp) or (isinstance(node, ast.JoinedStr) and node.values):
        node = node.left if isinstance(node, ast.BinOp) else node.values[0]
    found = _SCHEME.match(str(setting.value or getattr(node, "value", "")))
    return found[1].lower() if found else ""


def visibility_timeout_of(subject: Subject, broker: Broker | None) -> tuple[float, str, list[Evidence]]:
    """The timeout in seconds, in words, and the lines that show it. Raises `UnknownTimeoutError`."""
    written = production.written(subject, "broker_transport_options")
    told = [
        (value, each.place) for each in written if (value := _visibility(each.node, each.scope, subject)) is not None
    ]
    if len({value for value, _ in told}) > 1:
        raise UnknownTimeoutError("the places that set `visibility_timeout` differ")
    if told:
        value, place = told[-1]
        return value, f"{value:g} s ({place.path}:{place.line})", [place]
    if broker is None:
        raise UnknownTimeoutError("neither the broker nor a visibility timeout is in the text")
    if not subject.settings.seen:
        raise UnknownTimeoutError(subject.settings.why_unseen)
    if broker.scheme not in _DEFAULTS:
        raise UnknownTimeoutError(f"the broker is `{broker.scheme}`")
    default = _DEFAULTS[broker.scheme]
    return default, f"{default:g} s by default", [broker.place]


def _visibility(node: ast.expr, scope: Scope, subject: Subject) -> float | None:
    """The timeout in a mapping of options, `None` when it holds none. Raises `UnknownTimeoutError` where it cannot be read."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "visibility_timeout":
                return _seconds(value, scope, subject)
        if all(isinstance(key, ast.Constant) for key in node.keys):
            return None
    try:
        options = literal(node, scope, subject.project)
    except UnknownError:
        raise UnknownTimeoutError("what `broker_transport_options` comes to is not in the text") from None
    written = options.get("visibility_timeout") if isinstance(options, dict) else None
    return float(written) if is_number(written) else None


def _seconds(node: ast.expr, scope: Scope, subject: Subject) -> float:
    try:
        value = literal(node, scope, subject.project)
    except UnknownError:
        raise UnknownTimeoutError("what `visibility_timeout` comes to is not in the text") from None
    if not is_number(value):
        raise UnknownTimeoutError("`visibility_timeout` is no number")
    return float(value)
