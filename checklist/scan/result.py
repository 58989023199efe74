"""What a scan on the command line has to tell: the tasks that were chosen, and counts of what was suggested. Every format reads this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.catalogue.content import ItemContent
from checklist.scan.found import Kind, Possible, Suggested, Suggestion, Unread
from checklist.scan.guide import SEVERITIES, Guide
from checklist.scan.scanned import ScannedTask

ORDER = [Suggested.FAIL, Suggested.PASS, Suggested.NA]


@dataclass(frozen=True)
class Result:
    """`tasks` are those chosen by diff or name, out of `all_tasks`; `notes` are lines about what was imported besides.

    `changed` are the paths of the files that the diff changes, `None` without a diff: what is said of other files interests nobody who
    looks at the change.
    """

    guide: Guide
    tasks: tuple[ScannedTask, ...]
    all_tasks: int
    possible: tuple[Possible, ...] = ()
    unread: tuple[Unread, ...] = ()
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: int = 0
    changed: tuple[str, ...] | None = None

    @property
    def shown_possible(self) -> list[Possible]:
        """The possible tasks for people to read: with a diff those in the files that it changes."""
        return [each for each in self.possible if self._is_shown(each.path)]

    @property
    def shown_unread(self) -> list[Unread]:
        """The files that were not read, for people to read: with a diff those that it changes."""
        return [each for each in self.unread if self._is_shown(each.path)]

    @property
    def elsewhere(self) -> str:
        """How many of both are left out there, in one line; "" for none."""
        possible, unread = len(self.possible) - len(self.shown_possible), len(self.unread) - len(self.shown_unread)
        counts = [f"{possible} that may be tasks"] * bool(possible) + [f"{unread} not read"] * bool(unread)
        return f"In files that the diff does not change: {', '.join(counts)}." if counts else ""

    def _is_shown(self, path: str) -> bool:
        return self.changed is None or path in self.changed

    def item(self, suggestion: Suggestion) -> ItemContent:
        """The item that a suggestion is for."""
        return self.guide.items[suggestion.item]

    def suggested(self, task: ScannedTask) -> list[Suggestion]:
        """What is suggested for a task: fails first, and the gravest first among them."""
        found = [each for each in task.suggestions if each.finding.suggests]
        return sorted(found, key=self._rank)

    def _rank(self, suggestion: Suggestion) -> tuple[int, int]:
        finding = suggestion.finding
        first = ORDER.index(finding.suggests) if finding.suggests else len(ORDER)
        return first, SEVERITIES.index(self.item(suggestion).severity)

    def fails(self, severity: str) -> bool:
        """Whether a fail of this severity or a graver one is suggested."""
        grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(
            each.finding.suggests is Suggested.FAIL and self.item(each).severity in grave
            for task in self.tasks
            for each in task.suggestions
        )

    def table(self) -> Iterator[tuple[ItemContent, Counter[str]]]:
        """How often the rule of each item said what, the gravest item first; items about which nothing was said are left out."""
        counts: dict[str, Counter[str]] = {}
        for task in self.tasks:
            for each in task.suggestions:
                counts.setdefault(each.item, Counter())[said(each)] += 1
        for item in self.guide.by_severity:
            if item.slug in counts:
                yield item, counts[item.slug]


def said(suggestion: Suggestion) -> str:
    """What a suggestion says, in a word or two: `fail`, `pass`, `na`, `not found`, `cannot tell`."""
    finding = suggestion.finding
    if finding.suggests:
        return str(finding.suggests)
    return "not found" if finding.kind is Kind.NOT_FOUND else "cannot tell"
