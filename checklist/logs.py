"""Log lines without secrets: whoever reads a log must not be able to open an audit. Used by `settings.LOGGING` and gunicorn."""

from __future__ import annotations

import logging
import re

# What stands where a secret belongs, and, for mistyped paths, whatever is as long as one.
_SECRET = re.compile(
    r"((?:/|%2f)+(?:audits|shared)(?:/|%2f)+)(?:(?!%2f)[^/\s?#\"'<>])+|(?<![\w-])[\w-]{32}(?![\w-])", re.IGNORECASE
)


def redact(text: str) -> str:
    """`text` with the secret part of every audit's path replaced by `[secret]`."""
    return _SECRET.sub(lambda found: f"{found[1] or ''}[secret]", text)


class RedactingFormatter(logging.Formatter):
    """Formats a record, its traceback included, and then takes out every secret."""

    def format(self, record: logging.LogRecord) -> str:
        """The line to write for `record`."""
        return redact(super().format(record))
