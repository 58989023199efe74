"""The report as GitHub-flavoured Markdown, for the description of or a comment on a pull request."""

from __future__ import annotations

from checklist.audits.report import Report
from checklist.exports.document import Dialect
from checklist.exports.fitting import fitted

# GitHub refuses 65,536 characters; the rest is for what the reviewer adds. It has no box for "does not apply", and an
# empty or ticked one would count, so such an item has none.
DIALECT = Dialect(na_box="", limit=60_000)


def render(report: Report) -> str:
    """Return the Markdown; the same report gives the same text."""
    return fitted(report, DIALECT)
