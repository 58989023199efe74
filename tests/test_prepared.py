"""Statements that are composed once do what Django's own would."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checklist.audits import service
from checklist.audits.models import Answer, Audit, Change
from checklist.prepared import Prepared, insert, update

FIELDS = [field.attname for field in Audit._meta.concrete_fields]


def test_a_prepared_read_gives_what_the_queryset_gives(audit: Audit) -> None:
    Audit.objects.update(declined=["scheduled"], question_revisions={"scheduled": 2}, view_expires=audit.created)
    read = Prepared(lambda token: Audit.objects.filter(edit_token=token).values_list(*FIELDS), "")
    for _ in range(2):
        assert tuple(read.first(audit.edit_token) or ()) == Audit.objects.values_list(*FIELDS).get()


def test_a_prepared_read_finds_nothing_for_other_values(audit: Audit) -> None:
    read = Prepared(lambda token: Audit.objects.filter(edit_token=token).values_list("pk"), "")
    assert (read.first(audit.edit_token), read.first(audit.view_token)) == (((audit.pk,)), None)


def test_a_prepared_read_is_composed_once(audit: Audit) -> None:
    composed: list[str] = []

    def make(token: str) -> object:
        composed.append(token)
        return Audit.objects.filter(edit_token=token).values_list("pk")

    read = Prepared(make, "sample")  # type: ignore[arg-type]
    for token in ("a", "b", "c"):
        read.first(token)
    assert composed == ["sample"]


def test_a_constant_in_a_condition_is_refused(audit: Audit) -> None:
    read = Prepared(lambda token: Audit.objects.filter(edit_token=token, task="x").values_list("pk"), "")
    with pytest.raises(ValueError, match="2 parameters for 1 blanks"):
        read.first("a")


def test_update_writes_the_named_fields_alone_in_one_query(audit: Audit) -> None:
    other = service.start(edition=audit.edition, task="another audit")
    audit.task, audit.url, audit.declined, audit.deleted = "other", "not written", ["scheduled"], audit.created
    with CaptureQueriesContext(connection) as queries:
        update(audit, "task", "declined", "deleted")
    stored = Audit.objects.get(pk=audit.pk)
    assert (stored.task, stored.declined, stored.deleted) == ("other", ["scheduled"], audit.created)
    assert (stored.url, len(queries)) == ("https://example.org/pull/1", 1)
    assert Audit.objects.get(pk=other.pk).task == "another audit"


def test_insert_stores_every_field_of_every_row_in_one_query(audit: Audit) -> None:
    now = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    rows = [Change(audit=audit, item="backoff", field="note", revision=n, value="ä\n%s", at=now) for n in (1, 2)]
    with CaptureQueriesContext(connection) as queries:
        insert(*rows)
    names = [field.attname for field in Change._meta.concrete_fields if field.attname != "id"]
    stored = Change.objects.filter(item="backoff").order_by("revision")
    assert [[getattr(row, name) for name in names] for row in stored] == [
        [getattr(row, name) for name in names] for row in rows
    ]
    assert len(queries) == 1


def test_inserted_rows_have_the_defaults_of_the_model(audit: Audit) -> None:
    insert(Answer(audit=audit, item="backoff"))
    assert Answer.objects.values_list("verdict", "note", "at", "item_revision").get() == ("open", "", None, 1)
