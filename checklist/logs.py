"""Log lines without secrets: whoever reads a log must not be able to open an audit. Used by `settings.LOGGING`, gunicorn and Sentry.

structlog turns what Python's `logging` hands over, ours, Django's and gunicorn's alike, into one line of JSON or of `key=value`;
it knows both formats, and carries the id of the request from line to line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from structlog import contextvars, processors, stdlib
from structlog.typing import Processor

FORMATS = ("keyvalue", "json")
# What a line may hold besides message and traceback; other packages attach whole requests to theirs.
EXTRAS = ("method", "route", "status", "ms", "bytes")
ORDER = ("time", "level", "logger", "request_id", "message", *EXTRAS)

# What stands where a secret belongs; what is as long as one (an id of 32 hexadecimal digits is none); and, for mistyped or
# escaped ones, what is nearly as long and as mixed. Tokens are `secrets.token_urlsafe(24)`; Django's own have these letters, too.
_SECRET = re.compile(
    r"(?P<place>(?i:(?:/|%2f)(?:audits|shared)(?:/|%2f)+))(?:(?!%2[Ff])[^/\s?#\"'<>])+"
    r"|(?<![A-Za-z0-9_-])(?:"
    r"(?![0-9a-f]{32}(?![A-Za-z0-9_-]))[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])"
    r"|(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])(?:(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{22,}|[A-Za-z0-9_-]{32,})"
    r")"
)
# They would end a line, or change how it looks. JSON escapes them by itself.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# A line that cannot be written is lost; Python's report of that would print its arguments as they are.
logging.raiseExceptions = False


def redact(text: str) -> str:
    """`text` with every secret, and with it the secret part of every audit's path, replaced by `[secret]`."""
    return _SECRET.sub(lambda found: f"{found['place'] or ''}[secret]", text)


def current_request() -> str:
    """The id of the request that is being served, as `requestlog` bound it; empty outside of one."""
    return str(contextvars.get_contextvars().get("request_id", ""))


def without_secrets(value: Any) -> Any:
    """`value` (text, numbers, and lists and dicts of them; anything else becomes text) with all its texts redacted."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redact(str(key)): without_secrets(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(entry) for entry in value]
    return redact(str(value))


def _redact_line(logger: Any, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Everything before may hold secrets; what comes after only writes down."""
    redacted: Mapping[str, Any] = without_secrets(line)
    return redacted


def _escape_controls(logger: Any, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Nobody can begin a line of their own, or turn one around."""
    return {key: _CONTROL.sub(_escaped, value) if isinstance(value, str) else value for key, value in line.items()}


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


_BEFORE: list[Processor] = [
    contextvars.merge_contextvars,
    stdlib.add_logger_name,
    stdlib.add_log_level,
    processors.TimeStamper(fmt="iso", utc=True, key="time"),
    stdlib.ExtraAdder(allow=EXTRAS),
    processors.format_exc_info,
]
_RENDERERS: dict[str, list[Processor]] = {
    "keyvalue": [_escape_controls, processors.LogfmtRenderer(key_order=ORDER, drop_missing=True)],
    "json": [processors.JSONRenderer()],
}


class RedactingFormatter(stdlib.ProcessorFormatter):
    """Writes a record, its traceback included, as one line of a format of `FORMATS`, and takes out every secret."""

    def __init__(self, form: str = "keyvalue") -> None:
        plain: list[Processor] = [self.remove_processors_meta, processors.EventRenamer("message"), _redact_line]
        super().__init__(processors=[*plain, *_RENDERERS[form]], foreign_pre_chain=_BEFORE)

    def format(self, record: logging.LogRecord) -> str:
        """The line to write for `record`. One that cannot be written is replaced by a line that says where it came from."""
        try:
            return super().format(record)
        except Exception as error:
            words = f"a line from {record.pathname}:{record.lineno} cannot be written: {type(error).__name__}"
            lost = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, words, None, None)
            return super().format(lost)
