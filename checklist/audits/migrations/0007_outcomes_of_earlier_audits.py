"""Audits from before lists could be filtered by outcome get theirs."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from checklist.audits.report import Severity, Verdict, outcome

BATCH = 500


def sum_up(apps: Any, schema_editor: Any) -> None:
    Audit = apps.get_model("audits", "Audit")
    Item = apps.get_model("catalogue", "Item")
    items: dict[int, list[tuple[str, str, int]]] = {}
    for edition, *item in Item.objects.values_list("section__edition_id", "slug", "severity", "revision"):
        items.setdefault(edition, []).append(tuple(item))
    for audit in Audit.objects.prefetch_related("answers").iterator(chunk_size=BATCH):
        given = {(row.item, row.item_revision): row.verdict for row in audit.answers.all()}
        verdicts = [
            (Severity(severity), Verdict(given.get((slug, revision), Verdict.OPEN)))
            for slug, severity, revision in items.get(audit.edition_id, [])
        ]
        audit.outcome = outcome(verdicts).value
        audit.answered = sum(verdict is not Verdict.OPEN for _, verdict in verdicts)
        audit.total = len(verdicts)
        audit.save(update_fields=["outcome", "answered", "total"])


class Migration(migrations.Migration):
    dependencies = [("audits", "0006_links_and_lists")]
    operations = [migrations.RunPython(sum_up, migrations.RunPython.noop)]
