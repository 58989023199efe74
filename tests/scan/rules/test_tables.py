"""Holds registry, checklist and tables of cases together: no rule without an item, and none without the cases that it needs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from examples import CONTENT
from rule_cases import CANNOT_TELL, NOT_FOUND, TABLES, Lookalike

from checklist.catalogue import spec
from checklist.scan.rules import RULES

for _file in sorted(Path(__file__).parent.glob("test_*.py")):
    if _file.stem != Path(__file__).stem:
        import_module(_file.stem)  # fills the tables

FOUND = "found"
EVERY = {FOUND, NOT_FOUND, CANNOT_TELL}
# Answers that a rule never gives, and why.
NEVER = {
    ("ack-mode", NOT_FOUND): "acknowledgement is early or late; where nothing is written, that itself is found",
    ("bounded-redelivery", NOT_FOUND): "where no message comes back, the item does not apply, which is found",
    ("explicit-name", NOT_FOUND): "a name is written or missing",
    ("ignore-result", NOT_FOUND): "results are stored, ignored or switched off, by an option or by Celery's default",
    ("prefetch", NOT_FOUND): "the command line of a worker may set it, which no file tells",
    ("task-events", NOT_FOUND): "`-E` on the command line of a worker may send events, which no file tells",
    ("time-limits", NOT_FOUND): "each limit is a number or missing",
}


def kinds(rule: str) -> set[str]:
    """The kinds of answer that the table of a rule has."""
    return {case.answer if case.answer in EVERY else FOUND for case in TABLES[rule]}


def test_each_rule_belongs_to_an_item_and_each_detect_to_a_rule() -> None:
    checklist, problems = spec.read_file(CONTENT)
    assert checklist, problems
    named = [item.detect for section in checklist.sections for item in section.items if item.detect]
    assert sorted(named) == sorted(RULES)


def test_each_rule_has_a_table() -> None:
    assert sorted(TABLES) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_table_has_each_kind_of_answer_that_its_rule_can_give(rule: str) -> None:
    never = {kind for name, kind in NEVER if name == rule}  # and no case of the table gives one of them
    assert kinds(rule) == EVERY - never


@pytest.mark.parametrize("rule", RULES)
def test_a_table_has_two_lookalikes_that_are_not_failed(rule: str) -> None:
    alike = {case.name: case.answer for case in TABLES[rule] if isinstance(case, Lookalike)}
    assert len(alike) >= 2
    assert "fail" not in alike.values()


def test_what_a_rule_needs_are_other_rules() -> None:
    assert any(each.needs for each in RULES.values())
    for name, each in RULES.items():
        assert set(each.needs) <= set(RULES) - {name}
