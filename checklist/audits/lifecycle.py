"""The end of an audit, and the change of its edition: what is rare, and can be taken back. Writes audits, as `service.py` does."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from checklist.audits import history, questions
from checklist.audits.models import Audit, AuditQuerySet
from checklist.audits.writing import locked, touch
from checklist.catalogue.models import Edition


@transaction.atomic
def delete(*, audit: Audit) -> None:
    """Take `audit` away from everybody; for `KEPT` it can be restored."""
    locked(audit)
    history.record(audit, [history.of_the_audit(audit, "deleted", "yes")])
    touch(audit, deleted=timezone.now())


@transaction.atomic
def restore(*, audit: Audit) -> None:
    """Bring a deleted audit back as it was."""
    locked(audit)
    history.record(audit, [history.of_the_audit(audit, "deleted", "no")])
    touch(audit, deleted=None)


def purge(*, now: datetime, unused_for: timedelta | None = None) -> tuple[int, int]:
    """Remove what is past restoring, and what nobody answered for so long. Returns how many of each."""
    gone = Audit.objects.past_restoring(now)
    unused = Audit.objects.unused_since(now - unused_for) if unused_for else Audit.objects.none()
    return _removed(gone), _removed(unused)


def _removed(audits: AuditQuerySet) -> int:
    return audits.delete()[1].get("audits.Audit", 0)


def remove(*, audit: Audit) -> None:
    """Delete `audit`, its answers and its history for good."""
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
        touch(audit, edition=edition)
        questions.answer_new_items(audit)
