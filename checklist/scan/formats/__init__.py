"""The forms in which a result is written, each a function from `Result` to text."""

from __future__ import annotations

from collections.abc import Callable

from checklist.scan.formats import json, markdown, sarif, text
from checklist.scan.result import Result

FORMATS: dict[str, Callable[[Result], str]] = {
    "text": text.write,
    "markdown": markdown.write,
    "json": json.write,
    "sarif": sarif.write,
}
