"""The report as GitLab-flavoured Markdown, for the description of or a comment on a merge request."""

from __future__ import annotations

from checklist.audits.report import Report
from checklist.exports.document import Dialect
from checklist.exports.fitting import fitted

# GitLab has a box for "does not apply", and takes 1,000,000 characters; as much as GitHub takes is enough to read.
DIALECT = Dialect(na_box="[~] ", limit=60_000)


def render(report: Report) -> str:
    """Return the Markdown; the same report gives the same text."""
    return fitted(report, DIALECT)
