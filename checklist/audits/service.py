"""What can be done with an audit: the only writer of audits, and the reader of rows for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from checklist.audits import history, questions
from checklist.audits.answering import Wanted
from checklist.audits.collisions import to_write
from checklist.audits.history import Written
from checklist.audits.models import Answer, Audit
from checklist.audits.report import (
    ChecklistRef,
    Entry,
    Guidance,
    QuestionReport,
    Report,
    SectionReport,
    Severity,
    Verdict,
)
from checklist.audits.writing import content_of, count, locked, store, sum_up, touch
from checklist.catalogue.content import ItemContent
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import RenderedItem, rendered


@transaction.atomic
def start(*, edition: Edition, task: str, url: str = "", answers: Mapping[str, bool] | None = None) -> Audit:
    """A new audit of `task` against `edition`; `answers` are those to its questions, and only what depends on a "no" is answered."""
    now = timezone.now()
    audit = Audit.objects.create(edition=edition, task=task, url=url, created=now, updated=now)
    begun = {"edition": str(edition.number), "task": task, "url": url}
    history.record(audit, [Written("", name, 1, value) for name, value in begun.items() if value])
    sum_up(audit, {})
    if answers:
        questions.answer(audit=audit, questions=answers)
    return audit


@transaction.atomic
def start_again(*, audit: Audit, url: str = "") -> Audit:
    """A new audit of the same task on its next change, against the newest edition. Earlier answers are shown, not copied.

    Which questions apply is taken over.
    """
    edition = audit.edition.checklist.latest
    answers = {question.slug: question.slug not in audit.declined for question in rendered(edition).content.questions}
    again = start(edition=edition, task=audit.task, url=url, answers=answers)
    Audit.objects.filter(pk=again.pk).update(earlier=audit)
    again.earlier = audit
    return again


@transaction.atomic
def correct(*, audit: Audit, task: str | None = None, url: str | None = None, by: str = "") -> None:
    """Change the task's name or the URL of the change under review; `None` leaves a field as it is."""
    stored = locked(audit)
    wanted = {"task": task, "url": url}
    changed = {name: value for name, value in wanted.items() if value is not None and value != getattr(stored, name)}
    if changed:
        history.record(audit, [history.of_the_audit(audit, name, value) for name, value in changed.items()], by=by)
        touch(audit, **changed)


@transaction.atomic
def answer(
    *,
    audit: Audit,
    item: str,
    verdict: str | None = None,
    note: str | None = None,
    bases: Mapping[str, int] = MappingProxyType({}),
    change: str = "",
    by: str = "",
) -> dict[str, Answer]:
    """Set verdict or note of `item` to the wanted value; `None` leaves a field as it is.

    `bases` maps a field to the revision that the writer had in view, `change` is the writer's own id for this change, `by` a name.
    Returns every answer as it is stored afterwards, by the slug of its item, so that the report needs no second reading.

    A repeated value and a change that is known by its id write nothing, but for the first time that a person confirms what a question
    gave. Writers of one audit wait for each other. Raises `Conflict`, nothing written, when a field changed since the revision that
    the writer had in view.
    """
    locked(audit)
    answers = {row.item: row for row in audit.answers.all()}
    row = answers.setdefault(item, Answer(audit=audit, item=item))
    given = {"verdict": verdict, "note": note}
    wanted = {name: Wanted(value, bases.get(name)) for name, value in given.items() if value is not None}
    is_known = history.is_known(audit, change)
    changed = to_write(row, wanted, item_revision=content_of(audit, item).revision, is_known=is_known)
    if changed:
        count(audit)
        store(audit, row, changed, change=change, by=by)
        sum_up(audit, answers)
    elif row.by_question and not is_known:
        row.by_question = ""
        row.save(update_fields=["by_question"])
    return answers


def shared_url(audit: Audit) -> str:
    """The absolute view link of `audit`, "" when it leads nowhere."""
    path = reverse("shared", args=[audit.view_token])
    return f"{settings.PUBLIC_URL}{path}" if audit.is_view_link_live(timezone.now()) else ""


def report(audit: Audit, *, names: bool = False, answers: Mapping[str, Answer] | None = None) -> Report:
    """Everything that pages and exports say about `audit`, in one query, or in none when the `answers` are in hand."""
    edition = rendered(audit.edition)
    if answers is None:
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
        names=names,
        shared=shared_url(audit),
        questions=tuple(
            QuestionReport(slug, text, slug not in audit.declined, audit.question_revisions.get(slug, 0))
            for slug, text in ((question.slug, question.text) for question in edition.content.questions)
        ),
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
    content = item.content
    entry = Entry(
        item=content.slug,
        title=content.texts.title,
        severity=Severity(content.severity),
        scope=content.scope,
        guidance=_guidance(content),
    )
    return _answered(entry, row, content.revision) if row else entry


def _answered(entry: Entry, row: Answer, revision: int) -> Entry:
    verdict = row.verdict_on(revision)
    return replace(
        entry,
        verdict=verdict,
        earlier=Verdict(row.verdict) if row.verdict != verdict else None,
        note=row.note,
        verdict_revision=row.verdict_revision,
        note_revision=row.note_revision,
        by=row.by,
        at=row.at,
    )


def _guidance(content: ItemContent) -> Guidance:
    good = content.texts.good
    return Guidance(
        why=content.texts.why,
        good=good.code if good else "",
        language=good.language if good else "",
        sources=tuple((source.title, source.url) for source in content.sources),
    )


def has_item(audit: Audit, slug: str) -> bool:
    """Whether the audit's edition has an item of that slug."""
    return any(item.slug == slug for item in rendered(audit.edition).items)


def mark_as_example(*, audit: Audit) -> None:
    """Let visitors of the home page open `audit` by its view link."""
    Audit.objects.filter(pk=audit.pk).update(is_example=True)
