"""Two audits of one task side by side: what changed, what got worse. Pure; knows no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checklist.audits.report import Entry, Report, Verdict


class Kind(StrEnum):
    """How an item stands now, against the earlier audit."""

    WORSE = "Got worse"
    BETTER = "Got better"
    CHANGED = "Otherwise changed"
    NEW = "Not asked the last time"
    GONE = "Not asked any more"
    SAME = "Unchanged"


@dataclass(frozen=True)
class Pair:
    """One item in both audits; `None` where one of them does not have it."""

    before: Entry | None
    now: Entry | None

    @property
    def title(self) -> str:
        """The item's title, in its newest words."""
        found = self.now or self.before
        return found.title if found else ""

    @property
    def kind(self) -> Kind:
        """How the item stands: an item that fails now got worse, one that failed and passes or does not apply got better."""
        if self.before is None or self.now is None:
            return Kind.GONE if self.now is None else Kind.NEW
        before, now = self.before.verdict, self.now.verdict
        if Verdict.FAIL in (before, now) and before != now and Verdict.OPEN is not now:
            return Kind.WORSE if now is Verdict.FAIL else Kind.BETTER
        return Kind.SAME if (before, self.before.note) == (now, self.now.note) else Kind.CHANGED


def compare(before: Report, now: Report) -> dict[Kind, tuple[Pair, ...]]:
    """Every item of both audits, by how it stands; kinds without items are left out."""
    old = {entry.item: entry for entry in before.entries}
    new = {entry.item: entry for entry in now.entries}
    pairs = [Pair(old.get(slug), new.get(slug)) for slug in {**new, **old}]
    found = {kind: tuple(pair for pair in pairs if pair.kind is kind) for kind in Kind}
    return {kind: listed for kind, listed in found.items() if listed}
