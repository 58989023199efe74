"""Content -> editions: what makes a new one, what does not, and what is told to the author."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries
from sample_content import CAP, CONTENT, REWORDED, item

from checklist.audits.models import Audit
from checklist.catalogue import loader
from checklist.catalogue.content import ChecklistContent, ItemContent
from checklist.catalogue.models import Checklist, Edition, Item
from checklist.catalogue.spec import read_bytes

pytestmark = pytest.mark.django_db
OTHER = replace(CONTENT, slug="other", title="Another")


def told(contents: list[ChecklistContent]) -> list[str]:
    """What loading says, a line per checklist."""
    return [str(loaded) for loaded in loader.load(contents)]


def current() -> dict[str, int | None]:
    """The number of the current edition of each checklist; `None` when it is retired."""
    return dict(Checklist.objects.values_list("slug", "current__number"))


def with_items(*items: ItemContent) -> ChecklistContent:
    """The sample checklist with a first section of these items."""
    first, *rest = CONTENT.sections
    return replace(CONTENT, sections=(replace(first, items=items), *rest))


def test_the_first_load_makes_edition_1() -> None:
    assert told([CONTENT]) == ["celery-tasks: edition 1, new"]
    assert current() == {"celery-tasks": 1}


def test_an_edition_gives_its_content_back_unchanged() -> None:
    loader.load([CONTENT])
    assert Edition.objects.get().content == CONTENT


def test_an_edition_is_read_in_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    loader.load([CONTENT])
    edition = Edition.objects.select_related("checklist").get()
    with django_assert_num_queries(2):
        assert edition.content.item_count == 5


def test_loading_again_makes_nothing() -> None:
    loader.load([CONTENT])
    assert told([CONTENT]) == ["celery-tasks: edition 1, unchanged"]
    assert (Edition.objects.count(), Item.objects.count()) == (1, 5)


CHANGES = [
    replace(CONTENT, title="Other title"),
    replace(CONTENT, summary="Other summary"),
    replace(CONTENT, verified_with="Celery 5.8.0"),
    replace(CONTENT, questions=()),
    replace(CONTENT, sections=CONTENT.sections[::-1]),
    replace(CONTENT, sections=CONTENT.sections[:1]),
    with_items(CAP, item("jitter", "minor"), item("backoff", "major")),
    with_items(replace(CAP, revision=2)),
    with_items(replace(CAP, severity="major")),
    with_items(replace(CAP, needs=())),
    with_items(replace(CAP, texts=replace(CAP.texts, good=None))),
]


@pytest.mark.parametrize("content", CHANGES)
def test_any_change_of_the_content_makes_a_new_edition(content: ChecklistContent) -> None:
    loader.load([CONTENT])
    assert told([content]) == ["celery-tasks: edition 2, new"]
    assert Edition.objects.get(number=2).content == content


def test_a_new_edition_leaves_the_earlier_one_as_it_was() -> None:
    loader.load([CONTENT])
    loader.load([REWORDED])
    assert Edition.objects.get(number=1).content == CONTENT


def test_going_back_makes_the_earlier_edition_current_again() -> None:
    for content in (CONTENT, REWORDED):
        loader.load([content])
    assert told([CONTENT]) == ["celery-tasks: edition 1, current again"]
    assert (current(), Edition.objects.count()) == ({"celery-tasks": 1}, 2)


def test_after_going_back_the_next_edition_has_a_number_of_its_own() -> None:
    for content in (CONTENT, REWORDED, CONTENT):
        loader.load([content])
    assert told([CHANGES[0]]) == ["celery-tasks: edition 3, new"]


YAML = """\
slug: tiny
title: Tiny
sections:
  - slug: one
    title: One
    items:
      - {slug: cap, severity: major, title: Cap, why: Because., check: Look.}
"""


def parsed(text: str) -> ChecklistContent:
    """The content of a file `tiny.yaml` with this text."""
    content, problems = read_bytes(text.encode(), Path("tiny.yaml"))
    assert content, problems
    return content


LAYOUTS = [
    f"# A comment\n\n{YAML}# the end\n",
    YAML.replace("slug: tiny\ntitle: Tiny\n", "title: Tiny\n\nslug: 'tiny'\n"),
    YAML.replace("why: Because., check: Look.", 'scope: task, revision: 1, check: "Look.", why: Because.'),
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_comments_and_layout_make_no_new_edition(text: str) -> None:
    loader.load([parsed(YAML)])
    assert told([parsed(text)]) == ["tiny: edition 1, unchanged"]


def test_a_file_that_is_gone_retires_its_checklist() -> None:
    loader.load([CONTENT, OTHER])
    assert told([CONTENT]) == ["celery-tasks: edition 1, unchanged", "other: edition 1, retired"]
    assert current() == {"celery-tasks": 1, "other": None}


def test_a_retired_checklist_is_not_listed() -> None:
    loader.load([CONTENT, OTHER])
    loader.load([OTHER])
    assert [found.slug for found in Checklist.objects.listed()] == ["other"]


def test_a_retired_checklist_is_told_once() -> None:
    loader.load([CONTENT])
    loader.load([])
    assert told([]) == []


def test_a_file_that_returns_makes_its_edition_current_again() -> None:
    loader.load([CONTENT])
    loader.load([])
    assert told([CONTENT]) == ["celery-tasks: edition 1, current again"]


def test_a_file_that_returns_changed_makes_the_next_edition() -> None:
    loader.load([CONTENT])
    loader.load([])
    assert told([REWORDED]) == ["celery-tasks: edition 2, new"]


def test_a_retired_checklist_has_its_last_edition_to_read() -> None:
    for contents in ([CONTENT], [REWORDED], []):
        loader.load(contents)
    checklist = Checklist.objects.get()
    assert (checklist.is_retired, checklist.latest.number) == (True, 2)


def test_when_one_checklist_fails_to_load_none_is() -> None:
    broken = replace(OTHER, title=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)null"):
        loader.load([CONTENT, broken])
    assert not Checklist.objects.exists()


def test_two_checklists_may_use_the_same_slugs_for_items() -> None:
    assert told([CONTENT, OTHER]) == ["celery-tasks: edition 1, new", "other: edition 1, new"]


def test_loading_does_not_touch_audits(audit: Audit) -> None:
    before = Audit.objects.values().get()
    for contents in ([REWORDED], [], [CONTENT, OTHER]):
        loader.load(contents)
    assert Audit.objects.values().get() == before


def warnings(after: ChecklistContent) -> list[str]:
    """What is told about a change from the sample checklist."""
    return list(loader.revision_warnings(CONTENT, after))


REAL_CHANGES = {
    "title": replace(CAP, texts=replace(CAP.texts, title="Other")),
    "check": replace(CAP, texts=replace(CAP.texts, check="Other.")),
    "severity": replace(CAP, severity="minor"),
    "title, severity": replace(CAP, severity="minor", texts=replace(CAP.texts, title="Other")),
}


@pytest.mark.parametrize(("names", "changed"), REAL_CHANGES.items())
def test_a_changed_check_with_the_same_revision_is_warned_about(names: str, changed: ItemContent) -> None:
    (warning,) = warnings(with_items(changed))
    assert warning.startswith(f"celery-tasks: max-retries-set: {names} changed and the revision is still 1")


@pytest.mark.parametrize("changed", REAL_CHANGES.values())
def test_a_changed_check_with_a_raised_revision_is_not_warned_about(changed: ItemContent) -> None:
    assert warnings(with_items(replace(changed, revision=2))) == []


@pytest.mark.parametrize(
    "after",
    [
        CONTENT,
        with_items(replace(CAP, texts=replace(CAP.texts, why="Other."))),
        with_items(CAP, item("brand-new", "minor")),
        with_items(item("backoff", "major")),
        replace(CONTENT, title="Other"),
    ],
)
def test_other_changes_are_not_warned_about(after: ChecklistContent) -> None:
    assert warnings(after) == []


def test_loading_tells_the_warnings_of_a_new_edition() -> None:
    loader.load([CONTENT])
    (loaded,) = loader.load([REWORDED])
    assert len(loaded.warnings) == 1


def test_going_back_is_not_warned_about() -> None:
    for content in (CONTENT, REWORDED):
        loader.load([content])
    (loaded,) = loader.load([CONTENT])
    assert loaded.warnings == ()
