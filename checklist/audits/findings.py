"""Findings of a scan as they are stored, compared and written into a note. Pure; knows no Django."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from checklist.exports.characters import encodable
from checklist.scan.found import Evidence, Finding, Kind, Suggested

Plain = Mapping[str, Any]

LONGEST_TEXT = 1000  # characters of what a rule says
LONGEST_LINE = 300  # characters of a line of evidence
MOST_EVIDENCE = 20  # lines of evidence of one finding

_PLACE = re.compile(r"(?<=line )\d+|(?<=:)\d+")


def stored(text: str, most: int) -> str:
    """A text of the source as every database takes it: no null, nothing that UTF-8 cannot write, at most so many characters."""
    return encodable(text).replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]


def plain(finding: Finding) -> dict[str, Any]:
    """The finding as the fields of a row."""
    return {
        "kind": str(finding.kind),
        "suggests": str(finding.suggests or ""),
        "text": stored(finding.text, LONGEST_TEXT),
        "evidence": [
            {"path": stored(one.path, LONGEST_LINE), "line": one.line, "text": stored(one.text, LONGEST_LINE)}
            for one in finding.evidence[:MOST_EVIDENCE]
        ],
    }


def read(found: Plain) -> Finding:
    """What `plain` gave, read back."""
    suggests = Suggested(found["suggests"]) if found["suggests"] else None
    return Finding(Kind(found["kind"]), found["text"], suggests, tuple(Evidence(**one) for one in found["evidence"]))


def is_same(one: Finding, other: Finding) -> bool:
    """Whether two findings say the same of the same code, wherever it stands now: lines that moved are no news."""
    return _substance(one) == _substance(other)


def _substance(finding: Finding) -> tuple[object, ...]:
    lines = [" ".join(one.text.split()) for one in finding.evidence]
    return finding.kind, finding.suggests, sorted(lines) or _PLACE.sub("", finding.text)


def fingerprint(finding: Finding) -> str:
    """A short name for exactly this finding, so that what is accepted is what was shown."""
    return hashlib.sha256(json.dumps(plain(finding), sort_keys=True).encode()).hexdigest()[:12]


def as_text(finding: Finding) -> str:
    """The finding with its evidence, as a note has it."""
    lines = [f"{one.path}:{one.line}: {one.text}" for one in finding.evidence]
    return "\n".join([finding.text, *lines])


def noted(note: str, finding: Finding, most: int, earlier: Finding | None = None) -> str:
    """`note` with the finding in place of the `earlier` one, else below what is there.

    Unchanged when it is there already; cut where both are longer than `most` characters.
    """
    text = as_text(finding)
    if text in note:
        return note
    if earlier and (before := as_text(earlier)) in note and len(note) - len(before) + len(text) <= most:
        return note.replace(before, text)
    before = f"{note.rstrip()}\n\n" if note.strip() else ""
    room = most - len(before)
    if room < 2:
        return note
    return before + (text if len(text) <= room else f"{text[: room - 1]}…")
