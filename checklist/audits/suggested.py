"""What pages show of a scan: the suggestion beside each item, and the source with its lines of evidence. Reads; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from django.db.models import DateTimeField, F, IntegerField, JSONField, Value

from checklist.audits import findings
from checklist.audits.models import Audit
from checklist.audits.report import Entry, Verdict
from checklist.audits.scans import Scan, Suggestion
from checklist.audits.sources import Kept, from_stored
from checklist.catalogue.rendering import code_lines
from checklist.exports.characters import visible
from checklist.scan.found import Finding, Kind

SOURCES_KEPT = 8  # per process, of at most a megabyte each


@dataclass(frozen=True)
class Place:
    """A line of evidence; `address` leads to it in the source, "" when that is not stored."""

    path: str
    line: int
    text: str
    address: str = ""


@dataclass(frozen=True)
class Shown:
    """A suggestion beside its item."""

    entry: Entry
    finding: Finding
    accepted: Finding | None
    is_dismissed: bool
    source: Code

    @property
    def suggests(self) -> str:
        """The verdict that it speaks for, "" for none."""
        return str(self.finding.suggests or "")

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"suggests {Verdict(self.suggests).words.lower()}" if self.suggests else str(self.finding.kind)

    @property
    def is_found(self) -> bool:
        """Whether there is something to accept."""
        return self.finding.kind is Kind.FOUND and bool(self.suggests)

    @property
    def is_answer(self) -> bool:
        """Whether the answer is still the one that was accepted."""
        return self.accepted is not None and str(self.entry.verdict) == str(self.accepted.suggests)

    @property
    def has_changed(self) -> bool:
        """Whether the answer was accepted on evidence that the code does not show any more."""
        return self.is_answer and self.accepted is not None and not findings.is_same(self.accepted, self.finding)

    @property
    def state(self) -> str:
        """What became of it: accepted, dismissed, or open."""
        if self.is_dismissed:
            return "dismissed"
        return "accepted" if self.is_answer and not self.has_changed else "open"

    @property
    def fingerprint(self) -> str:
        """What stands for exactly this finding in a form."""
        return findings.fingerprint(self.finding)

    @property
    def value(self) -> str:
        """The state as a form posts it."""
        verb = {"accepted": "accept", "dismissed": "dismiss"}.get(self.state, "open")
        return f"{verb}:{self.fingerprint}"

    @property
    def places(self) -> list[Place]:
        """The lines of evidence."""
        return [
            Place(one.path, one.line, one.text, self.source.address(one.path, one.line))
            for one in self.finding.evidence
        ]


@dataclass(frozen=True)
class Row:
    """A line of the source; where it is evidence, the items that it speaks for."""

    number: int
    html: str
    items: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class File:
    """A file of the source, which is the one of that number."""

    number: int
    path: str
    text: str
    evidence: Mapping[int, tuple[Entry, ...]]

    @property
    def rows(self) -> list[Row]:
        """Its lines."""
        lines = _lines(self.text)
        return [Row(number, html, self.evidence.get(number, ())) for number, html in enumerate(lines, 1)]


@lru_cache(maxsize=SOURCES_KEPT)
def _lines(text: str) -> list[str]:
    return [*code_lines(visible(text))]


@dataclass(frozen=True)
class Code:
    """The stored source: the texts of its files by their paths, the task's first; empty when none is stored.

    `kept` says for which files there was no room, `None` when nobody asked for the source to be stored.
    """

    texts: Mapping[str, str]
    kept: Kept | None = None

    def address(self, path: str, line: int) -> str:
        """The address of a line on the page, "" when its file is not stored."""
        return f"#code-{list(self.texts).index(path) + 1}-{line}" if path in self.texts else ""


@dataclass(frozen=True)
class Suggested:
    """Everything that was found about the task of an audit."""

    name: str
    path: str
    line: int
    at: datetime | None
    code: Code
    rows: Mapping[str, Suggestion]

    def of(self, entry: Entry) -> Shown | None:
        """The suggestion for an item."""
        row = self.rows.get(entry.item)
        if row is None:
            return None
        finding = findings.read({name: getattr(row, name) for name in ("kind", "suggests", "text", "evidence")})
        accepted = findings.read(row.accepted) if row.accepted else None
        return Shown(entry, finding, accepted, row.is_dismissed, self.code)

    @cached_property
    def found(self) -> int:
        """How many items have something to accept or dismiss."""
        return sum(row.kind == Kind.FOUND and bool(row.suggests) for row in self.rows.values())

    def files(self, entries: tuple[Entry, ...]) -> list[File]:
        """The files of the source with their lines of evidence."""
        evidence: dict[str, dict[int, tuple[Entry, ...]]] = {path: {} for path in self.code.texts}
        for entry in entries:
            row = self.rows.get(entry.item)
            for place in row.evidence if row and not row.is_dismissed else ():
                lines = evidence.get(place["path"], {})
                if entry not in lines.get(place["line"], ()):
                    lines[place["line"]] = (*lines.get(place["line"], ()), entry)
        texts = self.code.texts.items()
        return [File(n, path, text, evidence[path]) for n, (path, text) in enumerate(texts, 1)]


def read(audit: Audit) -> Suggested:
    """The scan of `audit`, its suggestions and its source, in one query: of the scan there is one row, of the suggestions one per item."""
    rows = Suggestion.objects.filter(audit=audit).values_list(
        "item", "kind", "suggests", "text", "is_dismissed", "evidence", "accepted", _NUMBER, _MOMENT
    )
    scan = Scan.objects.filter(audit=audit).values_list(
        Value(""), "path", Value(""), "name", Value(False), F("audit__source__files"), _NOTHING, "line", "at"
    )
    name, path, line, at = "", "", 0, None
    stored: dict[str, str] | None = None
    found = {}
    for item, kind, suggests, text, is_dismissed, evidence, accepted, number, moment in rows.union(scan, all=True):
        if item:
            found[item] = Suggestion(item=item, kind=kind, suggests=suggests, text=text, is_dismissed=is_dismissed, evidence=evidence, accepted=accepted)  # fmt: skip
        else:
            name, path, line, at, stored = text, kind, number, moment, evidence
    return Suggested(name, path, line, at, _code(stored, path), found)


def _code(stored: Mapping[str, str] | None, path: str) -> Code:
    """The stored source, of which `path` is the task's file."""
    kept = from_stored(stored) if stored else None
    files = kept.files if kept else {}
    return Code({each: files[each] for each in sorted(files, key=lambda one: (one != path, one))}, kept)


_NUMBER = Value(0, output_field=IntegerField())
_MOMENT = Value(None, output_field=DateTimeField())
_NOTHING = Value(None, output_field=JSONField())
