"""What can be done with an audit: the only writer of audits, and the reader of rows for the report."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from checklist.audits.models import Answer, Audit
from checklist.audits.report import ChecklistRef, Entry, Report, SectionReport, Severity, Verdict
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import RenderedItem, rendered


def start(*, edition: Edition, task: str, url: str = "") -> Audit:
    """A new audit of `task` against `edition`, nothing answered yet."""
    now = timezone.now()
    return Audit.objects.create(edition=edition, task=task, url=url, created=now, updated=now)


@transaction.atomic
def correct(*, audit: Audit, task: str | None = None, url: str | None = None) -> None:
    """Change the task's name or the URL of the change under review; `None` leaves a field as it is."""
    stored = Audit.objects.select_for_update().get(pk=audit.pk)
    wanted = {"task": task, "url": url}
    changed = {name: value for name, value in wanted.items() if value is not None and value != getattr(stored, name)}
    if changed:
        _touch(audit, **changed)


@transaction.atomic
def answer(*, audit: Audit, item: str, verdict: Verdict | None = None, note: str | None = None) -> None:
    """Set verdict or note of `item` to the wanted value; `None` leaves a field as it is.

    Repeating a value writes nothing. Writers of one audit wait for each other, so that the last to arrive is what stays.
    """
    Audit.objects.select_for_update().get(pk=audit.pk)
    row = Answer.objects.filter(audit=audit, item=item).first() or Answer(audit=audit, item=item)
    before = (row.verdict, row.note)
    row.verdict = row.verdict if verdict is None else verdict
    row.note = row.note if note is None else note
    if (row.verdict, row.note) != before:
        row.save()
        _touch(audit)


def _touch(audit: Audit, **changed: str) -> None:
    Audit.objects.filter(pk=audit.pk).update(revision=F("revision") + 1, updated=timezone.now(), **changed)
    audit.refresh_from_db(fields=["revision", "updated", *changed])


def shared_url(audit: Audit) -> str:
    """The absolute view link of `audit`."""
    return settings.PUBLIC_URL + reverse("shared", args=[audit.view_token])


def report(audit: Audit) -> Report:
    """Everything that pages and exports say about `audit`, in one query."""
    edition = rendered(audit.edition)
    answers = {row.item: row for row in audit.answers.all()}
    return Report(
        task=audit.task,
        url=audit.url,
        checklist=ChecklistRef(
            slug=edition.content.slug,
            title=edition.content.title,
            edition=edition.number,
            verified_with=edition.content.verified_with,
        ),
        updated=audit.updated,
        shared=shared_url(audit),
        sections=tuple(
            SectionReport(
                section.slug,
                section.content.title,
                tuple(_entry(item, answers.get(item.slug)) for item in section.items),
            )
            for section in edition.sections
        ),
    )


def _entry(item: RenderedItem, row: Answer | None) -> Entry:
    verdict, note = (Verdict(row.verdict), row.note) if row else (Verdict.OPEN, "")
    return Entry(item.slug, item.content.texts.title, Severity(item.content.severity), verdict, note)


def has_item(audit: Audit, slug: str) -> bool:
    """Whether the audit's edition has an item of that slug."""
    return any(item.slug == slug for item in rendered(audit.edition).items)
