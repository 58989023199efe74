"""The end of an audit, and the change of its edition: what is rare, and can be taken back. Writes audits, as `service.py` does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from checklist.audits import history, questions
from checklist.audits.models import Audit, AuditQuerySet
from checklist.audits.writing import count, locked, sum_up, touch
from checklist.catalogue.models import Edition

BATCH = 500  # audits that are removed in one transaction


@transaction.atomic
def delete(*, audit: Audit) -> None:
    """Take `audit` away from everybody; for `KEPT` it can be restored."""
    if not locked(audit, is_always_possible=True).deleted:
        history.record(audit, [history.of_the_audit(audit, "deleted", "yes")])
        touch(audit, deleted=timezone.now())


@transaction.atomic
def restore(*, audit: Audit) -> None:
    """Bring a deleted audit back as it was."""
    if locked(audit, is_always_possible=True).deleted:
        history.record(audit, [history.of_the_audit(audit, "deleted", "no")])
        touch(audit, deleted=None)


def purge(*, now: datetime, unused_for: timedelta | None = None) -> tuple[int, int]:
    """Remove what is past restoring, and what nobody answered for so long. Returns how many of each."""
    gone = Audit.objects.past_restoring(now)
    unused = Audit.objects.unused_since(now - unused_for) if unused_for else Audit.objects.none()
    return _removed(gone), _removed(unused)


def _removed(audits: AuditQuerySet) -> int:
    removed = 0
    while batch := _remove_batch(audits):
        removed += batch
    return removed


@transaction.atomic
def _remove_batch(audits: AuditQuerySet) -> int:
    """Remove some of `audits`. They are locked first, so that none goes that is restored or answered at this moment."""
    numbers = list(audits.select_for_update().values_list("pk", flat=True)[:BATCH])
    return Audit.objects.filter(pk__in=numbers).delete()[1].get("audits.Audit", 0)


@transaction.atomic
def remove(*, audit: Audit) -> None:
    """Delete `audit`, which is deleted already, its answers and its history for good."""
    if locked(audit, is_always_possible=True).deleted:
        audit.delete()


@transaction.atomic
def move(*, audit: Audit, edition: Edition, by: str = "") -> None:
    """Hold `audit` against another edition of its checklist.

    Answers are kept by the slug of their item: those to items of equal revision count on, those to a revised item are shown and asked
    again, those to a removed item stay in the history. A question that was declined answers the new items that depend on it. Moving
    back undoes it.
    """
    if locked(audit).edition_id != edition.pk:
        history.record(audit, [history.of_the_audit(audit, "edition", str(edition.number))], by=by)
        count(audit)
        audit.edition = edition
        sum_up(audit, questions.answer_new_items(audit), edition=edition)
