"""The questions of an edition, and the answers that follow from a "no". Writes audits, as `service.py` does."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from django.db import transaction

from checklist.audits import answering, history
from checklist.audits.answering import Collision, Current, Wanted
from checklist.audits.history import Written
from checklist.audits.models import Answer, Audit
from checklist.audits.report import Verdict
from checklist.audits.writing import count, locked, store, sum_up
from checklist.catalogue.content import ItemContent
from checklist.catalogue.rendering import rendered

FIELD = "question-"  # before the slug of a question it names the field, in forms and in the history


@transaction.atomic
def answer(
    *,
    audit: Audit,
    questions: Mapping[str, bool],
    bases: Mapping[str, int] = MappingProxyType({}),
    change: str = "",
    by: str = "",
) -> None:
    """Answer questions of the edition with yes (`True`) or no; those that are left out stay as they are.

    A "no" answers the items that depend on the question with `na`, a later "yes" takes that back. An answer that a person gave is
    never overwritten. `bases` (by the slug of the question), `change` and `by` mean what they mean for an item; raises `Conflict`,
    nothing written.
    """
    locked(audit)
    known = {question.slug: question.text for question in rendered(audit.edition).content.questions}
    wanted = {slug: Wanted(_word(applies), bases.get(slug)) for slug, applies in questions.items() if slug in known}
    current = {slug: _current(audit, slug) for slug in wanted}
    said = answering.to_write(
        wanted,
        current,
        is_known=history.is_known(audit, change),
        seen=lambda slug: _seen(audit, slug, wanted[slug], current[slug]),
        collision=lambda slug: _collision(audit, slug, wanted[slug], current[slug]),
    )
    if said:
        other = [slug for slug in audit.declined if slug not in known]  # of another edition: for a move back
        declined = [slug for slug in known if said.get(slug, _word(slug not in audit.declined)) == "no"]
        items = _changed(audit, before=audit.declined, declined=declined)
        revisions = {slug: audit.question_revisions.get(slug, 0) + 1 for slug in said}
        count(audit)
        written = [Written("", f"{FIELD}{slug}", revisions[slug], value) for slug, value in said.items()]
        history.record(audit, written, change=change, by=by)
        answers = _follow(audit, items, declined={slug: known[slug] for slug in declined}, by=by)
        counted = {**audit.question_revisions, **revisions}
        sum_up(audit, answers, declined=[*declined, *other], question_revisions=counted)


def answer_new_items(audit: Audit) -> dict[str, Answer]:
    """Let what was declined answer the items of the audit's edition that have no answer yet. The caller holds the lock.

    Returns every answer as it is stored afterwards, by the slug of its item.
    """
    texts = {question.slug: question.text for question in rendered(audit.edition).content.questions}
    declined = {slug: texts[slug] for slug in audit.declined if slug in texts}
    answered = set(audit.answers.values_list("item", flat=True))
    new = [item for item in rendered(audit.edition).content.items if item.slug not in answered]
    return _follow(audit, [item for item in new if _reason(item, declined)], declined=declined)


def _word(applies: bool) -> str:
    return "yes" if applies else "no"


def _current(audit: Audit, slug: str) -> Current:
    return Current(_word(slug not in audit.declined), audit.question_revisions.get(slug, 0))


def _seen(audit: Audit, slug: str, wanted: Wanted, current: Current) -> str | None:
    """What the form said that the writer had in view, where that was earlier: a question that nobody touched wants nothing."""
    if wanted.base is None or wanted.base >= current.revision:
        return None
    found = history.at(audit, "", f"{FIELD}{slug}", wanted.base)
    return found.value if found else _word(applies=True)


def _collision(audit: Audit, slug: str, wanted: Wanted, current: Current) -> Collision:
    last = history.at(audit, "", f"{FIELD}{slug}", current.revision)
    named = replace(current, change=last.change) if last else current
    return Collision(f"{FIELD}{slug}", wanted.value, named, last.by if last else "")


def _changed(audit: Audit, *, before: Container[str], declined: Container[str]) -> list[ItemContent]:
    """The items that another question than before answers: an item that a person opened again stays open."""
    items = rendered(audit.edition).content.items
    return [item for item in items if _reason(item, before) != _reason(item, declined)]


def _follow(
    audit: Audit, items: Iterable[ItemContent], *, declined: Mapping[str, str], by: str = ""
) -> dict[str, Answer]:
    """Make the answers to `items` that nobody gave in person follow from the questions that are declined (slug -> text).

    Returns every answer as it is stored afterwards, by the slug of its item.
    """
    rows = {row.item: row for row in audit.answers.all()}
    for item in items:
        row = rows.setdefault(item.slug, Answer(audit=audit, item=item.slug))
        untouched = row.verdict == Verdict.OPEN and not row.note
        if row.by_question or untouched:
            reason = _reason(item, declined)
            verdict, note = (Verdict.NA, f"{declined[reason]} No.") if reason else (Verdict.OPEN, "")
            store(audit, row, _different(row, verdict, note), by=by, question=reason)
    return rows


def _reason(item: ItemContent, declined: Container[str]) -> str:
    """The first question of `item` that is declined, "" when it applies."""
    return next((slug for slug in item.when if slug in declined), "")


def _different(row: Answer, verdict: str, note: str) -> dict[str, str]:
    wanted = {"verdict": verdict, "note": note}
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}
