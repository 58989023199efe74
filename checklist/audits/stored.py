"""Answers as the database has them, read as tuples: a page asks for all of them, and a tuple is made many times as fast as a row's object."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import CharField, Value

from checklist.audits.models import Answer, Audit
from checklist.prepared import Prepared


class Given(NamedTuple):
    """What is shown of an `Answer`; when it was given (`at`) is read only when somebody asks."""

    item: str
    verdict: str
    note: str
    verdict_revision: int
    note_revision: int
    item_revision: int
    by: str
    at: datetime | None = None


_SHOWN = Given._fields
_UNREAD = Value(None, output_field=CharField())  # a type that needs no converting
_given = Prepared(lambda pk: Answer.objects.filter(audit=pk).values_list(*_SHOWN[:-1], _UNREAD), 0)
_given_and_when = Prepared(lambda pk: Answer.objects.filter(audit=pk).values_list(*_SHOWN), 0)

# All but `at`, which changes with every answer, so that nobody needs the old one to write.
FIELDS = [field.attname for field in Answer._meta.concrete_fields if field.name != "at"]
_whole = Prepared(lambda pk: Answer.objects.filter(audit=pk).values_list("item", *FIELDS), 0)


def by_item(audit: Audit, *, when: bool = False) -> dict[str, Given]:
    """Every answer of `audit` as it is shown, by the slug of its item, in one query."""
    rows = (_given_and_when if when else _given).rows(audit.pk)
    return {row.item: row for row in map(Given._make, rows)}


def of_both(audit: Audit, earlier: Audit | None) -> tuple[dict[str, Given], dict[str, Given]]:
    """Every answer of `audit` and of the one before it, in one query."""
    numbers = [audit.pk, earlier.pk if earlier else audit.pk]
    found: dict[int, dict[str, Given]] = {number: {} for number in numbers}
    for number, *row in Answer.objects.filter(audit__in=numbers).values_list("audit", *_SHOWN[:-1], _UNREAD):
        found[number][row[0]] = Given(*row)
    return found[audit.pk], found[numbers[1]] if earlier else {}


def to_change(audit: Audit, item: str) -> tuple[Answer, dict[str, Given]]:
    """The answer to one item as an object that can be changed and written, new if it was never given, and every answer, in one query."""
    rows = {row[0]: row[1:] for row in _whole.rows(audit.pk)}
    given = {slug: Given(*[row[place] for place in _PLACES]) for slug, row in rows.items()}
    if item not in rows:
        return Answer(audit=audit, item=item), given
    stored = Answer.from_db(DEFAULT_DB_ALIAS, FIELDS, rows[item])
    stored.audit = audit
    return stored, given


_PLACES = [FIELDS.index(name) for name in _SHOWN[:-1]]
