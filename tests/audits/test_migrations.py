"""Migrations: audits of the first schema keep their answers and links, begin a history, and can be listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from checklist.audits.models import Answer, Audit, Change

FIRST = ("audits", "0001_first")
(NEWEST,) = MigrationLoader(None).graph.leaf_nodes("audits")
Migrate = Callable[[tuple[str, str]], Any]


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Migrate]:
    """Brings the database to a migration, forwards or backwards, and returns the models as they are there."""

    def to(target: tuple[str, str]) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate([target])
        return MigrationExecutor(connection).loader.project_state([target]).apps

    yield to
    to(NEWEST)


@pytest.fixture
def migrated(migrate: Migrate) -> Audit:
    """An audit of the first schema with a verdict, a note, both, and neither, in today's schema."""
    apps = migrate(FIRST)
    checklist = apps.get_model("catalogue", "Checklist").objects.create(slug="old")
    edition = apps.get_model("catalogue", "Edition").objects.create(
        checklist=checklist, number=3, digest="d", title="Old"
    )
    section = apps.get_model("catalogue", "Section").objects.create(edition=edition, position=0, slug="s", title="S")
    for place, (slug, severity) in enumerate([("a", "major"), ("b", "minor"), ("c", "critical")]):
        apps.get_model("catalogue", "Item").objects.create(
            section=section,
            position=place,
            slug=slug,
            severity=severity,
            scope="task",
            title=slug,
            texts={},
            revision=2 if slug == "a" else 1,
        )
    now = timezone.now()
    old = apps.get_model("audits", "Audit").objects.create(
        edition=edition, task="old.task", edit_token="e" * 32, view_token="v" * 32, revision=7, created=now, updated=now
    )
    for item, verdict, note in (("a", "pass", ""), ("b", "open", "text"), ("c", "fail", "why"), ("d", "open", "")):
        apps.get_model("audits", "Answer").objects.create(audit=old, item=item, verdict=verdict, note=note)
    migrate(NEWEST)
    return Audit.objects.get(pk=old.pk)


def test_the_answers_of_the_first_schema_are_kept(migrated: Audit) -> None:
    rows = Answer.objects.order_by("item").values_list("item", "verdict", "verdict_revision", "note", "note_revision")
    assert list(rows) == [
        ("a", "pass", 1, "", 0),
        ("b", "open", 0, "text", 1),
        ("c", "fail", 1, "why", 1),
        ("d", "open", 0, "", 0),
    ]


def test_they_begin_a_history(migrated: Audit) -> None:
    rows = (
        Change.objects.exclude(item="")
        .order_by("item", "-field")
        .values_list("item", "field", "revision", "value", "by")
    )
    assert list(rows) == [
        ("a", "verdict", 1, "pass", ""),
        ("b", "note", 1, "text", ""),
        ("c", "verdict", 1, "fail", ""),
        ("c", "note", 1, "why", ""),
    ]


def test_the_history_of_the_audit_begins_with_its_task_and_edition(migrated: Audit) -> None:
    rows = Change.objects.filter(item="").values_list("field", "revision", "value", "at")
    assert set(rows) == {("edition", 1, "3", migrated.created), ("task", 1, "old.task", migrated.created)}


def test_links_revision_and_time_of_the_audit_are_kept(migrated: Audit) -> None:
    assert (migrated.edit_token, migrated.view_token, migrated.revision) == ("e" * 32, "v" * 32, 7)
    assert (migrated.updated, migrated.deleted) == (migrated.created, None)


def test_a_base_of_the_migrated_answer_is_current(migrated: Audit) -> None:
    row = Answer.objects.get(item="c")
    assert [row.current(name).revision for name in ("verdict", "note")] == [1, 1]
    assert (row.at, row.audit_revision) == (migrated.updated, 7)


def test_outcome_and_progress_are_summed_up_for_lists(migrated: Audit) -> None:
    assert (migrated.outcome, migrated.answered, migrated.total) == ("request-changes", 2, 3)


def test_links_of_the_first_schema_are_live_for_good(migrated: Audit) -> None:
    assert (migrated.edit_expires, migrated.view_expires, migrated.view_off) == (None, None, False)
    assert migrated.is_view_link_live(timezone.now())


def test_an_answer_counts_for_the_revision_that_its_item_had(migrated: Audit) -> None:
    assert dict(Answer.objects.values_list("item", "item_revision")) == {"a": 2, "b": 1, "c": 1, "d": 1}
