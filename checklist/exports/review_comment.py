"""One item as a comment for a review thread: what is wrong, why it matters, how it would be right, and the source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.audits.report import Entry, Guidance, Report
from checklist.exports.characters import encodable
from checklist.exports.markdowntext import ENTITY, LINE_BREAK, escaped, escaped_lines

# A link to another item leads nowhere outside of the page.
_ITEM_LINK = re.compile(r"\[([^\]]*)\]\(#[^)]*\)")
_BACKTICKS = re.compile(r"`+")


def render(report: Report, entry: Entry) -> str:
    """Return the Markdown; what a person typed is escaped, what the checklist says is Markdown already."""
    return encodable("\n\n".join(_paragraphs(report, entry)) + "\n")


def _paragraphs(report: Report, entry: Entry) -> Iterator[str]:
    guidance = entry.guidance
    # A note stands behind the title: on a line of its own "- x" would be a list, and "/merge" a command for GitLab.
    head = f"**{escaped(entry.title)}** ({entry.severity}, `{entry.item}`)"
    yield f"{head}{LINE_BREAK}{escaped_lines(entry.note)}" if entry.note.strip() else head
    if guidance.why:
        yield _ITEM_LINK.sub(r"\1", guidance.why).strip()
    if guidance.good:
        yield "For example:"
        yield _fenced(guidance)
    if guidance.sources:
        yield "Source: " + ", ".join(
            f"[{escaped(title)}](<{ENTITY.sub('&amp;', url)}>)" for title, url in guidance.sources
        )


def _fenced(guidance: Guidance) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(guidance.good)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{guidance.language}\n{guidance.good}\n{fence}"
