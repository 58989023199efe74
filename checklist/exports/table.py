"""The report as CSV, one row per item, for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import UTC

from checklist.audits.report import Entry, Report
from checklist.exports.characters import visible

COLUMNS = ("task", "section", "item", "title", "severity", "verdict", "note")
# Spreadsheets take a cell that begins with one of these for a formula, also behind white space.
FORMULAS = ("=", "+", "-", "@")


def render(report: Report) -> str:
    """Return the table with its heading, lines ended as RFC 4180 says."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([*COLUMNS, *(("by", "at") if report.names else ())])
    for section in report.sections:
        rows.writerows(_row(report, section.slug, entry) for entry in section.entries)
    return text.getvalue()


def _row(report: Report, section: str, entry: Entry) -> list[str]:
    cells = [report.task, section, entry.item, entry.title, entry.severity, entry.verdict, entry.note]
    names = [entry.by, f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if entry.at else ""] if report.names else []
    return [harmless(visible(str(cell))) for cell in [*cells, *names]]


def harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs it: an apostrophe in front makes it text."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULAS) or cell.startswith(("\t", "\r")) else cell
