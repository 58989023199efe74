"""What every writer of an audit does: take its lock, write an answer with its history, count the change. Knows no rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404
from django.utils import timezone

from checklist.audits import history
from checklist.audits.answering import counted
from checklist.audits.history import Written
from checklist.audits.models import Answer, Audit, Kept
from checklist.audits.report import Severity, Verdict, outcome
from checklist.audits.stored import Given
from checklist.catalogue.content import ItemContent
from checklist.catalogue.rendering import EDITIONS_KEPT, RenderedEdition, rendered
from checklist.limits import Exceeded
from checklist.prepared import Prepared, insert, update

AnyAnswer = Answer | Given
Answers = Mapping[str, AnyAnswer]  # by the slug of their item

_WRITTEN = [field.name for field in Answer._meta.concrete_fields if field.name not in {"id", "audit", "item"}]
_COLUMNS = [field.attname for field in Audit._meta.concrete_fields]
_for_update = Prepared(lambda pk: Audit.objects.select_for_update().filter(pk=pk).values_list(*_COLUMNS), 0)


def locked(audit: Audit, *, is_always_possible: bool = False) -> Audit:
    """The audit as it is stored, locked: its writers wait for each other, and see what the one before wrote.

    The audit in hand learns what it needs to go on from there. Raises `Http404` when the audit was removed meanwhile, and `Exceeded`
    when its history is full, but for what must always be possible: to change its links and to delete it.
    """
    found = _for_update.first(audit.pk)
    if found is None:
        raise Http404
    stored = Audit.from_db(DEFAULT_DB_ALIAS, _COLUMNS, found)
    if stored.revision >= settings.MOST_CHANGES and not is_always_possible:
        words = f"An audit keeps at most {settings.MOST_CHANGES:,} changes. Start a new one from it."
        raise Exceeded(HTTPStatus.UNPROCESSABLE_ENTITY, words)
    if audit.edition_id != stored.edition_id:
        audit.edition = stored.edition
    audit.revision = stored.revision
    audit.declined, audit.question_revisions = stored.declined, stored.question_revisions
    return stored


def touch(audit: Audit, **changed: object) -> None:
    """Count a change of `audit`, and write the given fields with it. The caller holds the lock."""
    count(audit)
    _write(audit, changed)


def count(audit: Audit) -> None:
    """Count a change of `audit` in memory; `sum_up` writes it."""
    audit.revision += 1
    audit.updated = timezone.now()


def sum_up(audit: Audit, answers: Answers, **changed: object) -> None:
    """Write the counted change, the given fields, and what the answers (by the slug of their item) now add up to."""
    verdicts = [
        (severity, _verdict(answers.get(slug), revision))
        for slug, revision, severity in _items(rendered(audit.edition))
    ]
    answered = sum(verdict is not Verdict.OPEN for _, verdict in verdicts)
    _write(audit, {"outcome": outcome(verdicts), "answered": answered, "total": len(verdicts), **changed})


@lru_cache(maxsize=EDITIONS_KEPT)
def _items(edition: RenderedEdition) -> tuple[tuple[str, int, Severity], ...]:
    """Slug, revision and severity of each item."""
    return tuple((item.slug, item.revision, Severity(item.severity)) for item in edition.content.items)


def _verdict(row: AnyAnswer | None, revision: int) -> Verdict:
    return counted(row.verdict, row.item_revision, revision) if row else Verdict.OPEN


def _write(audit: Audit, changed: Mapping[str, object]) -> None:
    written = {"revision": audit.revision, "updated": audit.updated, **changed}
    for name, value in written.items():
        setattr(audit, name, value)
    update(audit, *written)


def separate(audit: Audit) -> None:
    """Let no audit continue `audit` any more but those of its own starter."""
    starters = Kept.objects.filter(audit=audit, is_starter=True).values("visitor")
    own = Kept.objects.filter(visitor__in=starters, is_starter=True).values("audit")
    Audit.objects.filter(earlier=audit).exclude(pk__in=own).update(earlier=None)


def content_of(audit: Audit, slug: str) -> ItemContent:
    """What the audit's edition says about an item. Raises `Http404` when it has none such, for instance since it was moved."""
    found = next((item.content for item in rendered(audit.edition).items if item.slug == slug), None)
    if found is None:
        raise Http404
    return found


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
    if row.pk is None:
        insert(row)
    else:
        update(row, *_WRITTEN)
    written = [Written(row.item, name, row.current(name).revision, value) for name, value in changed.items()]
    history.record(audit, written, change=change, by=by)
