"""Answers as the database has them, read as tuples: a page asks for all of them, and a tuple is made many times as fast as a row's object."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import IntegerField, Value

from checklist.audits.models import Answer, Audit
from checklist.prepared import Prepared


class StoredAnswer(NamedTuple):
    """The fields of an `Answer`; when it was given (`at`) is read only when somebody asks."""

    id: int
    item: str
    verdict: str
    note: str
    verdict_revision: int
    note_revision: int
    verdict_change: str
    note_change: str
    item_revision: int
    audit_revision: int
    by: str
    by_question: str
    at: datetime | None = None


_FIELDS = StoredAnswer._fields
_UNREAD = Value(None, output_field=IntegerField())  # a type that needs no converting
_answers = Prepared(lambda pk: Answer.objects.filter(audit=pk).values_list(*_FIELDS[:-1], _UNREAD), 0)
_answers_and_when = Prepared(lambda pk: Answer.objects.filter(audit=pk).values_list(*_FIELDS), 0)


def by_item(audit: Audit, *, when: bool = False) -> dict[str, StoredAnswer]:
    """Every answer of `audit` by the slug of its item, in one query."""
    rows = (_answers_and_when if when else _answers).rows(audit.pk)
    return {row.item: row for row in map(StoredAnswer._make, rows)}


def as_row(audit: Audit, item: str, stored: StoredAnswer | None) -> Answer:
    """The answer as an object that can be changed and written; one that was never given is new."""
    return Answer(audit=audit, **(stored._asdict() if stored else {"item": item}))
