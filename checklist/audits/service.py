"""What can be done with an audit: the only writer of audits, and the reader of rows for the report."""

from __future__ import annotations

from collections.abc import Container, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

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
from checklist.catalogue.content import ItemContent
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import RenderedItem, rendered


@transaction.atomic
def start(*, edition: Edition, task: str, url: str = "", questions: Mapping[str, bool] | None = None) -> Audit:
    """A new audit of `task` against `edition`; only what depends on a question that was answered with no has an answer."""
    now = timezone.now()
    audit = Audit.objects.create(edition=edition, task=task, url=url, created=now, updated=now)
    if questions:
        answer_questions(audit=audit, questions=questions)
    return audit


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

    Repeating a value writes nothing, but for the first time that a person confirms what a question gave. Writers of one audit wait
    for each other, so that the last to arrive is what stays.
    """
    _lock(audit)
    row = Answer.objects.filter(audit=audit, item=item).first() or Answer(audit=audit, item=item)
    before = (row.verdict, row.note)
    row.verdict = row.verdict if verdict is None else verdict
    row.note = row.note if note is None else note
    if (row.verdict, row.note) != before or row.by_question:
        row.by_question = ""
        row.save()
        _touch(audit)


@transaction.atomic
def answer_questions(*, audit: Audit, questions: Mapping[str, bool]) -> None:
    """Answer questions of the edition with yes (`True`) or no; those that are left out stay as they are.

    A "no" answers the items that depend on the question with `na`, a later "yes" takes that back. An answer that a person gave is
    never overwritten.
    """
    _lock(audit)
    known = {question.slug: question.text for question in rendered(audit.edition).content.questions}
    answers = {slug: slug not in audit.declined for slug in known} | {
        slug: yes for slug, yes in questions.items() if slug in known
    }
    declined = [slug for slug, applies in answers.items() if not applies]
    if declined != audit.declined:
        _follow(audit, before=audit.declined, declined={slug: known[slug] for slug in declined})
        _touch(audit, declined=declined)


def _follow(audit: Audit, *, before: Container[str], declined: Mapping[str, str]) -> None:
    """Make the answers that nobody gave in person follow from the questions that are declined now (slug -> text).

    Only where the reason is another one than `before`: an item that a person opened again stays open.
    """
    rows = {row.item: row for row in audit.answers.all()}
    for item in rendered(audit.edition).content.items:
        row = rows.get(item.slug) or Answer(audit=audit, item=item.slug)
        untouched = row.verdict == Verdict.OPEN and not row.note
        reason = _reason(item, declined)
        if _reason(item, before) != reason and (row.by_question or untouched):
            row.by_question = reason
            row.verdict, row.note = (Verdict.NA, f"{declined[reason]} No.") if reason else (Verdict.OPEN, "")
            row.save()


def _reason(item: ItemContent, declined: Container[str]) -> str:
    """The first question of `item` that is declined, "" when it applies."""
    return next((slug for slug in item.when if slug in declined), "")


def _lock(audit: Audit) -> None:
    """Writers of one audit wait for each other, and see what the one before wrote."""
    audit.declined = Audit.objects.select_for_update().get(pk=audit.pk).declined


def _touch(audit: Audit, **changed: object) -> None:
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
        questions=tuple(
            QuestionReport(question.slug, question.text, question.slug not in audit.declined)
            for question in edition.content.questions
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
    return Entry(
        item=content.slug,
        title=content.texts.title,
        severity=Severity(content.severity),
        verdict=Verdict(row.verdict) if row else Verdict.OPEN,
        note=row.note if row else "",
        scope=content.scope,
        guidance=_guidance(content),
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
