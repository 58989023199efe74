"""What can be done with an audit: the only writer of audits, and the reader of rows for the report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from checklist.audits import history, questions, suggestions
from checklist.audits.answering import Wanted, counted
from checklist.audits.collisions import to_write
from checklist.audits.history import Written
from checklist.audits.models import Audit
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
from checklist.audits.stored import by_item, to_change
from checklist.audits.writing import Answers, AnyAnswer, content_of, count, locked, store, sum_up, touch
from checklist.catalogue.content import ItemContent
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import EDITIONS_KEPT, RenderedEdition, rendered
from checklist.prepared import update

REPORTS_KEPT = 512  # per process, of some 12 kB each


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

    Which questions apply is taken over, and of a scanned audit which task it was; suggestions are not: the next change has other code.
    """
    edition = audit.edition.checklist.latest
    answers = {question.slug: question.slug not in audit.declined for question in rendered(edition).content.questions}
    again = start(edition=edition, task=audit.task, url=url, answers=answers)
    Audit.objects.filter(pk=again.pk).update(earlier=audit)
    again.earlier = audit
    if audit.is_scanned:
        suggestions.follow(earlier=audit, again=again)
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
) -> Answers:
    """Set verdict or note of `item` to the wanted value; `None` leaves a field as it is.

    `bases` maps a field to the revision that the writer had in view, `change` is the writer's own id for this change, `by` a name.
    Returns every answer as it is stored afterwards, by the slug of its item, so that the report needs no second reading.

    A repeated value and a change that is known by its id write nothing, but for the first time that a person confirms what a question
    gave. Writers of one audit wait for each other. Raises `Conflict`, nothing written, when a field changed since the revision that
    the writer had in view.
    """
    locked(audit)
    row, given = to_change(audit, item)
    answers: dict[str, AnyAnswer] = {**given, item: row}
    posted = {"verdict": verdict, "note": note}
    wanted = {name: Wanted(value, bases.get(name)) for name, value in posted.items() if value is not None}
    is_known = history.is_known(audit, change)
    changed = to_write(row, wanted, item_revision=content_of(audit, item).revision, is_known=is_known)
    if changed:
        count(audit)
        store(audit, row, changed, change=change, by=by)
        sum_up(audit, answers)
    elif row.by_question and not is_known:
        row.by_question = ""
        update(row, "by_question")
    return answers


def shared_url(audit: Audit) -> str:
    """The absolute view link of `audit`, "" when it leads nowhere."""
    if not audit.is_view_link_live(timezone.now()):
        return ""
    return f"{settings.PUBLIC_URL}{_shared_path().replace(_ANY, audit.view_token)}"


_ANY = "-" * 32  # a token that nobody has


@cache
def _shared_path() -> str:
    return reverse("shared", args=[_ANY])


def report(audit: Audit, *, names: bool = False, answers: Answers | None = None) -> Report:
    """Everything that pages and exports say about `audit`, in one query, or in none when the `answers` are in hand.

    When an answer was given is read only with `names`. Every change makes another revision, so what was read of one is kept.
    """
    if names or answers is not None:
        return _computed(audit, names=names, answers=answers)
    return _kept(_State(audit, shared_url(audit)))


class _State:
    """Hands an audit to the memory below: compared by what names its state, read only when it is not there yet."""

    def __init__(self, audit: Audit, shared: str) -> None:
        self.audits = [audit]
        self.key = (audit.edit_token, audit.revision, audit.edition.digest, audit.edition.number, shared)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _State) and self.key == other.key


@lru_cache(maxsize=REPORTS_KEPT)
def _kept(state: _State) -> Report:
    return _computed(state.audits.pop())  # kept without the audit


def _computed(audit: Audit, *, names: bool = False, answers: Answers | None = None) -> Report:
    edition = rendered(audit.edition)
    stored = answers if answers is not None else by_item(audit, when=names)
    content = edition.content
    return Report(
        task=audit.task,
        url=audit.url,
        checklist=ChecklistRef(content.slug, content.title, edition.number, content.verified_with),
        updated=audit.updated,
        names=names,
        shared=shared_url(audit),
        questions=tuple(
            QuestionReport(slug, text, slug not in audit.declined, audit.question_revisions.get(slug, 0))
            for slug, text in ((question.slug, question.text) for question in content.questions)
        ),
        sections=tuple(
            SectionReport(slug, title, tuple(_answered(entry, stored.get(entry.item), n) for entry, n in entries))
            for slug, title, entries in _unanswered(edition)
        ),
    )


@lru_cache(maxsize=EDITIONS_KEPT)
def _unanswered(edition: RenderedEdition) -> tuple[tuple[str, str, tuple[tuple[Entry, int], ...]], ...]:
    """Slug and title of each section with its entries before anything is answered, and the revision of each item."""
    return tuple(
        (part.slug, part.content.title, tuple((_entry(item.content), item.content.revision) for item in part.items))
        for part in edition.sections
    )


def _entry(content: ItemContent) -> Entry:
    return Entry(
        item=content.slug,
        title=content.texts.title,
        severity=Severity(content.severity),
        scope=content.scope,
        guidance=_guidance(content),
    )


def _answered(entry: Entry, row: AnyAnswer | None, revision: int) -> Entry:
    if row is None:
        return entry
    verdict = counted(row.verdict, row.item_revision, revision)
    return Entry(
        entry.item,
        entry.title,
        entry.severity,
        verdict,
        row.note,
        entry.scope,
        row.verdict_revision,
        row.note_revision,
        row.by,
        row.at,
        Verdict(row.verdict) if row.verdict != verdict else None,
        entry.guidance,
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
