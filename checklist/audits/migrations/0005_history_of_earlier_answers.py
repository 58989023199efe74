"""Audits from before there was a history begin one: what they say now is its first entry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import migrations

BATCH = 500


def begin(apps: Any, schema_editor: Any) -> None:
    Change = apps.get_model("audits", "Change")
    for batch in batched(_of_audits(apps, Change)):
        Change.objects.bulk_create(batch)
    for batch in batched(_of_answers(apps, Change)):
        Change.objects.bulk_create(batch)


def batched(changes: Iterator[Any]) -> Iterator[list[Any]]:
    """A large database does not fit into memory at once."""
    while batch := list(islice(changes, BATCH)):
        yield batch


def _of_audits(apps: Any, Change: Any) -> Iterator[Any]:
    for audit in apps.get_model("audits", "Audit").objects.select_related("edition").iterator(chunk_size=BATCH):
        begun = {"edition": str(audit.edition.number), "task": audit.task, "url": audit.url}
        said = {f"question-{slug}": "no" for slug in audit.declined}
        audit.question_revisions = dict.fromkeys(audit.declined, 1)
        audit.save(update_fields=["question_revisions"])
        for field, value in {**begun, **said}.items():
            if value:
                yield Change(audit=audit, field=field, revision=1, value=value, at=audit.created)


def _of_answers(apps: Any, Change: Any) -> Iterator[Any]:
    items = apps.get_model("catalogue", "Item").objects.values_list("section__edition_id", "slug", "revision")
    revisions = {(edition, slug): revision for edition, slug, revision in items}
    for row in apps.get_model("audits", "Answer").objects.select_related("audit").iterator(chunk_size=BATCH):
        row.at = row.audit.updated
        row.audit_revision = row.audit.revision
        # Given to the item as the audit's edition has it, else it would be asked again.
        row.item_revision = revisions.get((row.audit.edition_id, row.item), 1)
        for field, empty in (("verdict", "open"), ("note", "")):
            value = getattr(row, field)
            if value != empty:
                setattr(row, f"{field}_revision", 1)
                yield Change(audit=row.audit, item=row.item, field=field, revision=1, value=value, at=row.at)
        row.save()


class Migration(migrations.Migration):
    dependencies = [("audits", "0004_history"), ("catalogue", "0001_first")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
