"""The report as a badge: a small SVG picture with outcome and counts, to embed in a README or a pull request."""

from __future__ import annotations

from html import escape

from checklist.audits.report import Outcome, Report

NAME = "walkaround"
COLOURS = {
    Outcome.REQUEST_CHANGES: "#b3261e",
    Outcome.INCOMPLETE: "#595d64",
    Outcome.APPROVE_WITH_FOLLOW_UPS: "#845400",
    Outcome.APPROVE: "#17633a",
}
LETTER = 6.6  # pixels that a letter of 11 pixels is given; `textLength` makes every font keep to it
MARGIN = 8  # pixels on both sides of a text


def words(report: Report) -> str:
    """What the badge says."""
    counts = report.counts
    parts = [(counts.passed, "pass"), (counts.failed, "fail"), (counts.na, "n/a"), (counts.open, "open")]
    return f"{report.outcome.words} · " + ", ".join(f"{count} {name}" for count, name in parts if count)


def render(report: Report) -> str:
    """Return the picture. What it says is its title too, for those who hear it."""
    text = escape(words(report))
    left, right = _width(NAME), _width(words(report))
    label = f"{NAME}: {text}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" viewBox="0 0 {left + right} 20"'
        f' role="img" aria-label="{label}">'
        f"<title>{label}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="{COLOURS[report.outcome]}"/>'
        f'<path d="M3 0H{left}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#1b1e22"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(NAME, 0, left)}{_text(text, left, right)}</g></svg>\n"
    )


def markdown(report: Report) -> str:
    """Markdown that shows the badge and leads to the report; "" when there is no view link."""
    if not report.shared:
        return ""
    return f"[![{NAME}: {report.outcome.words}]({report.shared}badge.svg)]({report.shared})"


def _width(text: str) -> int:
    return round(len(text) * LETTER) + 2 * MARGIN


def _text(text: str, left: int, width: int) -> str:
    return f'<text x="{left + MARGIN}" y="14" textLength="{width - 2 * MARGIN}">{text}</text>'
