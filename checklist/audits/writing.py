"""What every writer of an audit does: take its lock, write an answer with its history, count the change. Knows no rules."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from checklist.audits import history
from checklist.audits.history import Written
from checklist.audits.models import Answer, Audit
from checklist.catalogue.content import ItemContent
from checklist.catalogue.rendering import rendered


def locked(audit: Audit) -> Audit:
    """The audit as it is stored, locked: its writers wait for each other, and see what the one before wrote.

    The audit in hand learns what it needs to go on from there.
    """
    stored = Audit.objects.select_for_update().get(pk=audit.pk)
    audit.revision = stored.revision
    audit.declined, audit.question_revisions = stored.declined, stored.question_revisions
    return stored


def touch(audit: Audit, **changed: object) -> None:
    """Count a change of `audit`, and write the given fields with it. The caller holds the lock."""
    written = {"revision": audit.revision + 1, "updated": timezone.now(), **changed}
    Audit.objects.filter(pk=audit.pk).update(**written)
    for name, value in written.items():
        setattr(audit, name, value)


def content_of(audit: Audit, slug: str) -> ItemContent:
    """What the audit's edition says about an item that it has."""
    return next(item.content for item in rendered(audit.edition).items if item.slug == slug)


def store(
    audit: Audit, row: Answer, changed: Mapping[str, str], *, change: str = "", by: str = "", question: str = ""
) -> None:
    """Write `changed` values of one answer and their history. The caller holds the lock and has counted the change."""
    for name, value in changed.items():
        setattr(row, name, value)
        setattr(row, f"{name}_revision", getattr(row, f"{name}_revision") + 1)
        setattr(row, f"{name}_change", change)
    if "verdict" in changed:
        row.item_revision = content_of(audit, row.item).revision
    row.by, row.at, row.by_question, row.audit_revision = by, audit.updated, question, audit.revision
    row.save()
    written = [Written(row.item, name, row.current(name).revision, value) for name, value in changed.items()]
    history.record(audit, written, change=change, by=by)
