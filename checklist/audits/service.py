"""What can be done with an audit: the only writer of audits, and the reader of rows for the report."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from checklist.audits import history
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
from checklist.catalogue.content import ItemContent
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import RenderedItem, rendered


@transaction.atomic
def start(*, edition: Edition, task: str, url: str = "", questions: Mapping[str, bool] | None = None) -> Audit:
    """A new audit of `task` against `edition`; only what depends on a question that was answered with no has an answer."""
    now = timezone.now()
    audit = Audit.objects.create(edition=edition, task=task, url=url, created=now, updated=now)
    begun = {"edition": str(edition.number), "task": task, "url": url}
    history.record(audit, [Written("", name, 1, value) for name, value in begun.items() if value])
    if questions:
        answer_questions(audit=audit, questions=questions)
    return audit


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
    verdict: Wanted | None = None,
    note: Wanted | None = None,
    change: str = "",
    by: str = "",
) -> dict[str, Answer]:
    """Set verdict or note of `item` to the wanted value; `None` leaves a field as it is.

    Returns every answer as it is stored afterwards, by the slug of its item, so that the report needs no second reading.

    A repeated value and a change that is known by its id write nothing. Writers of one audit wait for each other. Raises `Conflict`,
    nothing written, when a field changed since the revision that the writer had in view.
    """
    locked(audit)
    answers = {row.item: row for row in audit.answers.all()}
    row = answers.setdefault(item, Answer(audit=audit, item=item))
    wanted = {name: value for name, value in (("verdict", verdict), ("note", note)) if value is not None}
    revision = _item(audit, item).revision
    changed = to_write(row, wanted, item_revision=revision, is_known=history.is_known(audit, change))
    if changed:
        _store(audit, row, changed, change=change, by=by)
    return answers


def _store(
    audit: Audit, row: Answer, changed: Mapping[str, str], *, change: str = "", by: str = "", question: str = ""
) -> None:
    """Write `changed` values of one answer, their history, and the audit's new revision."""
    for name, value in changed.items():
        setattr(row, name, value)
        setattr(row, f"{name}_revision", getattr(row, f"{name}_revision") + 1)
        setattr(row, f"{name}_change", change)
    if "verdict" in changed:
        row.item_revision = _item(audit, row.item).revision
    touch(audit)
    row.by, row.at, row.by_question, row.audit_revision = by, audit.updated, question, audit.revision
    row.save()
    written = [Written(row.item, name, row.current(name).revision, value) for name, value in changed.items()]
    history.record(audit, written, change=change, by=by)


@transaction.atomic
def answer_questions(*, audit: Audit, questions: Mapping[str, bool], by: str = "") -> None:
    """Answer questions of the edition with yes (`True`) or no; those that are left out stay as they are.

    A "no" answers the items that depend on the question with `na`, a later "yes" takes that back. An answer that a person gave is
    never overwritten.
    """
    audit.declined = locked(audit).declined
    known = {question.slug: question.text for question in rendered(audit.edition).content.questions}
    answers = {slug: slug not in audit.declined for slug in known} | {
        slug: yes for slug, yes in questions.items() if slug in known
    }
    declined = [slug for slug, applies in answers.items() if not applies]
    if declined != audit.declined:
        said = {slug: "no" if slug in declined else "yes" for slug in sorted({*declined} ^ {*audit.declined})}
        written = [history.of_the_audit(audit, f"question-{slug}", value) for slug, value in said.items()]
        history.record(audit, written, by=by)
        _follow(audit, before=audit.declined, declined={slug: known[slug] for slug in declined}, by=by)
        touch(audit, declined=declined)


def _follow(audit: Audit, *, before: Container[str], declined: Mapping[str, str], by: str) -> None:
    """Make the answers that nobody gave in person follow from the questions that are declined now (slug -> text).

    Only where the reason is another one than `before`: an item that a person opened again stays open.
    """
    rows = {row.item: row for row in audit.answers.all()}
    for item in rendered(audit.edition).content.items:
        row = rows.get(item.slug) or Answer(audit=audit, item=item.slug)
        untouched = row.verdict == Verdict.OPEN and not row.note
        reason = _reason(item, declined)
        if _reason(item, before) != reason and (row.by_question or untouched):
            verdict, note = (Verdict.NA, f"{declined[reason]} No.") if reason else (Verdict.OPEN, "")
            _store(audit, row, _different(row, verdict, note), by=by, question=reason)


def _reason(item: ItemContent, declined: Container[str]) -> str:
    """The first question of `item` that is declined, "" when it applies."""
    return next((slug for slug in item.when if slug in declined), "")


def _different(row: Answer, verdict: str, note: str) -> dict[str, str]:
    wanted = {"verdict": verdict, "note": note}
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def locked(audit: Audit) -> Audit:
    """The audit as it is stored, locked: its writers wait for each other, and see what the one before wrote.

    The audit in hand learns the revision from which `touch` counts on.
    """
    stored = Audit.objects.select_for_update().get(pk=audit.pk)
    audit.revision = stored.revision
    return stored


def touch(audit: Audit, **changed: object) -> None:
    """Count a change of `audit`, and write the given fields with it. The caller holds the lock."""
    written = {"revision": audit.revision + 1, "updated": timezone.now(), **changed}
    Audit.objects.filter(pk=audit.pk).update(**written)
    for name, value in written.items():
        setattr(audit, name, value)


def _item(audit: Audit, slug: str) -> ItemContent:
    return next(item.content for item in rendered(audit.edition).items if item.slug == slug)


def shared_url(audit: Audit) -> str:
    """The absolute view link of `audit`."""
    return settings.PUBLIC_URL + reverse("shared", args=[audit.view_token])


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
    entry = Entry(
        item=content.slug,
        title=content.texts.title,
        severity=Severity(content.severity),
        scope=content.scope,
        guidance=_guidance(content),
    )
    return _answered(entry, row, content.revision) if row else entry


def _answered(entry: Entry, row: Answer, revision: int) -> Entry:
    verdict = Verdict(row.verdict)
    is_earlier = row.item_revision != revision and verdict is not Verdict.OPEN
    return replace(
        entry,
        verdict=Verdict.OPEN if is_earlier else verdict,
        earlier=verdict if is_earlier else None,
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
