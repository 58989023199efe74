"""Fills a database with audits, as a command: `python -m bench.data SLUG AUDITS ANSWERS` prints up to 1,000 of their tokens as JSON.

One audit is answered click by click; the others are its copies, inserted in bulk.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from itertools import cycle, islice

import django
from django.db import connection, transaction

VERDICTS = ("pass", "pass", "fail", "pass", "na", "pass")
NOTE = "The decorator sets it: `max_retries=5`. What happens after the last one is in tests/test_billing.py."
BATCH = 10_000
SAMPLE = 1000

django.setup()

from checklist.audits import service  # noqa: E402
from checklist.audits.models import Audit  # noqa: E402
from checklist.catalogue.models import Checklist  # noqa: E402
from checklist.catalogue.rendering import rendered  # noqa: E402


def fill(slug: str, audits: int, answers: int) -> list[dict[str, object]]:
    """Make `audits` audits of a checklist with so many answers each, a third of them with a note. Returns a sample, evenly spread."""
    first = _answered(slug, answers)
    for number in range(1, audits, BATCH):
        _copy(first, range(number, min(number + BATCH, audits)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    items = list(first.answers.values_list("item", flat=True))
    stored = Audit.objects.filter(edition=first.edition).order_by("pk")[:: max(1, audits // SAMPLE)][:SAMPLE]
    return [{"edit": audit.edit_token, "view": audit.view_token, "items": items} for audit in stored]


def _answered(slug: str, answers: int) -> Audit:
    edition = Checklist.objects.get(slug=slug).latest
    audit = service.start(edition=edition, task="billing.tasks.charge", url="https://example.org/shop/pull/42")
    items = islice((item.slug for item in rendered(edition).items), answers)
    for number, (item, verdict) in enumerate(zip(items, cycle(VERDICTS), strict=False)):
        note = None if number % 3 else NOTE
        service.answer(audit=audit, item=item, verdict=verdict, note=note, change=f"first-{number}")
    return audit


@transaction.atomic
def _copy(first: Audit, numbers: range) -> None:
    before = Audit.objects.order_by("-pk").values_list("pk", flat=True).first()
    Audit.objects.bulk_create(_copies(first, numbers), batch_size=500)
    for table in ("audits_answer", "audits_change"):
        _copy_rows(table, first, after=before or 0)


def _copies(first: Audit, numbers: range) -> Iterator[Audit]:
    same = {field.attname: getattr(first, field.attname) for field in Audit._meta.concrete_fields}
    for number in numbers:
        tokens = {"edit_token": secrets.token_urlsafe(24), "view_token": secrets.token_urlsafe(24)}
        yield Audit(**same | tokens | {"id": None, "task": f"billing.tasks.charge_{number}"})


def _copy_rows(table: str, first: Audit, *, after: int) -> None:
    """Give every audit after the one of that number the rows that `first` has in a table."""
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
        names = [f'"{column.name}"' for column in described if column.name not in {"id", "audit_id"}]
        columns, own = ", ".join(names), ", ".join(f"own.{name}" for name in names)
        cursor.execute(
            f"INSERT INTO {table} (audit_id, {columns}) SELECT copy.id, {own}"  # noqa: S608 - names of our own columns
            f" FROM audits_audit copy CROSS JOIN {table} own WHERE copy.id > %s AND own.audit_id = %s",
            [after, first.pk],
        )


if __name__ == "__main__":
    print(json.dumps(fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
