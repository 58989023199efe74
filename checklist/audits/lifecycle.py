"""The end of an audit, and the change of its edition: what is rare, and can be taken back. Writes audits, as `service.py` does."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from checklist.audits import history
from checklist.audits.models import Audit
from checklist.audits.service import locked, touch
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


def remove(*, audit: Audit) -> None:
    """Delete `audit`, its answers and its history for good."""
    audit.delete()


@transaction.atomic
def move(*, audit: Audit, edition: Edition, by: str = "") -> None:
    """Hold `audit` against another edition of its checklist.

    Answers are kept by the slug of their item: those to items of equal revision count on, those to a revised item are shown and asked
    again, those to a removed item stay in the history. Moving back undoes it.
    """
    if locked(audit).edition_id != edition.pk:
        history.record(audit, [history.of_the_audit(audit, "edition", str(edition.number))], by=by)
        touch(audit, edition=edition)
