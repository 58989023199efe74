"""Every form in which a report leaves the site. A view looks a format up here; a new one is one renderer more."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from checklist.audits.report import Report
from checklist.exports import github, gitlab, jsonreport, plaintext, table


class Format(NamedTuple):
    """The content type to send, the end of the file's name without its first dot, and Report -> text."""

    content_type: str
    extension: str
    render: Callable[[Report], str]


RENDERERS = {
    "github": Format("text/markdown; charset=utf-8", "md", github.render),
    "gitlab": Format("text/markdown; charset=utf-8", "gitlab.md", gitlab.render),
    "text": Format("text/plain; charset=utf-8", "txt", plaintext.render),
    "csv": Format("text/csv; charset=utf-8", "csv", table.render),
    "json": Format("application/json", "json", jsonreport.render),
}
