"""Audits from before there was a history begin one: what they say now is its first entry."""

from __future__ import annotations

from typing import Any

from django.db import migrations

BATCH = 500


def begin(apps: Any, schema_editor: Any) -> None:
    Audit = apps.get_model("audits", "Audit")
    Answer = apps.get_model("audits", "Answer")
    Change = apps.get_model("audits", "Change")
    changes = []
    for audit in Audit.objects.select_related("edition").iterator(chunk_size=BATCH):
        begun = {"edition": str(audit.edition.number), "task": audit.task, "url": audit.url}
        said = {f"question-{slug}": "no" for slug in audit.declined}
        audit.question_revisions = dict.fromkeys(audit.declined, 1)
        audit.save(update_fields=["question_revisions"])
        changes += [
            Change(audit=audit, field=field, revision=1, value=value, at=audit.created)
            for field, value in {**begun, **said}.items()
            if value
        ]
    for row in Answer.objects.select_related("audit").iterator(chunk_size=BATCH):
        row.at = row.audit.updated
        row.audit_revision = row.audit.revision
        for field, empty in (("verdict", "open"), ("note", "")):
            value = getattr(row, field)
            if value != empty:
                setattr(row, f"{field}_revision", 1)
                changes.append(Change(audit=row.audit, item=row.item, field=field, revision=1, value=value, at=row.at))
        row.save()
    Change.objects.bulk_create(changes, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("audits", "0004_history"), ("catalogue", "0001_first")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
