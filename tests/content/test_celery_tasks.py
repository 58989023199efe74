"""The checklist for Celery tasks has the size, the texts and the version that we promise."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from checklist.catalogue.content import ItemContent
from content.examples import CONTENT, checklists

pytestmark = pytest.mark.content

CHECKLIST = checklists()["celery-tasks"]
ITEMS = list(CHECKLIST.items)

every_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.slug)


def test_it_is_short_enough_to_be_used_and_long_enough_to_be_of_use() -> None:
    assert 35 <= CHECKLIST.item_count <= 45
    assert 6 <= len(CHECKLIST.sections) <= 8
    assert len(CHECKLIST.questions) <= 6


def test_at_most_a_third_of_the_items_is_critical() -> None:
    critical = [item.slug for item in ITEMS if item.severity == "critical"]
    assert len(critical) * 3 <= CHECKLIST.item_count


@every_item
def test_each_item_has_all_its_texts(item: ItemContent) -> None:
    texts = item.texts
    assert all([texts.why, texts.check, texts.severity_why, texts.exceptions, texts.bad, texts.good])
    assert item.sources and item.since


@pytest.mark.parametrize("question", [question.slug for question in CHECKLIST.questions])
def test_each_question_decides_about_some_items_but_not_about_most(question: str) -> None:
    depending = [item for item in ITEMS if question in item.when]
    assert 0 < len(depending) < CHECKLIST.item_count / 2


def test_items_depend_on_questions_that_are_asked() -> None:
    asked = {question.slug for question in CHECKLIST.questions}
    assert {question for item in ITEMS for question in item.when} <= asked


def test_it_names_the_celery_that_is_pinned_and_installed() -> None:
    pinned = re.search(r"^celery==(\S+)", (CONTENT.parent / "requirements-dev.txt").read_text(), re.MULTILINE)
    assert pinned and pinned[1] == version("celery")
    assert CHECKLIST.verified_with == f"Celery {pinned[1]}"
