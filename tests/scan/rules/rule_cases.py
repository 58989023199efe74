"""Cases for rules, one a line of a table: a few lines of source, and what a rule says about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from asking import ask

NOT_FOUND = "looked and not found"
CANNOT_TELL = "cannot tell"
TABLES: dict[str, Sequence[Case]] = {}  # the cases of each rule, by its name


@dataclass(frozen=True)
class Case:
    """A case called `name`.

    `answer` is `fail`, `pass` or `na`, or else the kind of the finding; `words` stand in its text and `shows` in the first line of
    its evidence. `source` and `settings` are those of `ask`.
    """

    name: str
    source: str | Mapping[str, str]
    answer: str
    words: str = ""
    shows: str = ""
    settings: str | None = ""

    def __str__(self) -> str:
        return self.name

    def check(self, rule: str) -> None:
        """Ask the rule about the task `charge` of the case."""
        finding = ask(rule, self.source, settings=self.settings)
        assert (finding.suggests or finding.kind) == self.answer, finding
        assert self.words in finding.text
        assert self.shows in (finding.evidence[0].text if finding.evidence else "")
        assert finding.evidence or self.answer != "fail"
        assert len(set(finding.evidence)) == len(finding.evidence)


class Lookalike(Case):
    """A case that looks like a fault and is none."""


def table(rule: str, cases: Sequence[Case]) -> Callable[[Any], Any]:
    """Run a test with each of the cases, which are those of `rule`."""
    TABLES[rule] = cases
    return pytest.mark.parametrize("case", cases, ids=str)
