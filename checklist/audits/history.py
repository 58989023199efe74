"""What happened to an audit. `service.py` records every change here in the transaction that makes it; nothing else writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from checklist.audits.models import Audit, Change
from checklist.prepared import Prepared, insert


@dataclass(frozen=True)
class Written:
    """A value that was written: to which item ("" for the audit itself) and field, and as which revision of that field."""

    item: str
    field: str
    revision: int
    value: str


def record(audit: Audit, written: Iterable[Written], *, change: str = "", by: str = "") -> None:
    """Keep what was written. The caller holds the audit's lock."""
    now = timezone.now()
    insert(*(Change(audit=audit, change=change, by=by, at=now, **vars(one)) for one in written))


def of_the_audit(audit: Audit, field: str, value: str) -> Written:
    """A field of the audit itself, such as its task: its revisions are counted here."""
    last = Change.objects.filter(audit=audit, item="", field=field).aggregate(last=Max("revision"))["last"]
    return Written("", field, int(last or 0) + 1, value)


_of_that_id = Prepared(
    lambda audit, change: Change.objects.filter(audit=audit, change=change).values_list("pk")[:1], 0, ""
)


def is_known(audit: Audit, change: str) -> bool:
    """Whether the change of that id was carried out; a client that names no id is never known."""
    return bool(change) and _of_that_id.first(audit.pk, change) is not None


def at(audit: Audit, item: str, field: str, revision: int) -> Change | None:
    """The change that made a field of an item, or with "" of the audit itself, what it was at that revision."""
    return Change.objects.filter(audit=audit, item=item, field=field, revision=revision).first()


def of_item(audit: Audit, item: str) -> QuerySet[Change]:
    """The changes of one item, the newest first."""
    return audit.changes.filter(item=item)


def of_audit(audit: Audit) -> QuerySet[Change]:
    """Every change, the newest first."""
    return audit.changes.all()


@transaction.atomic
def erase_note(*, audit: Audit, item: str, revision: int) -> bool:
    """Take an old text of a note out of the history for good; that there was one stays. False for one that is current or unknown.

    On SQLite nothing of the text stays in the files: freed space is overwritten, and the write-ahead log is emptied afterwards.
    """
    transaction.on_commit(empty_the_log)
    get_object_or_404(Audit.objects.select_for_update(), pk=audit.pk)
    old = Change.objects.filter(audit=audit, item=item, field="note", revision=revision)
    is_current = audit.answers.filter(item=item, note_revision=revision).exists()
    return not is_current and bool(old.update(value="", is_erased=True))


def empty_the_log() -> None:
    """Once what was overwritten is committed: leave no copy of it in SQLite's write-ahead log."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def earlier_editions(audit: Audit) -> list[int]:
    """The numbers of editions that the audit was held against before, the newest first."""
    moves = audit.changes.filter(item="", field="edition").values_list("value", flat=True)
    return [int(number) for number in dict.fromkeys(moves) if int(number) != audit.edition.number]
