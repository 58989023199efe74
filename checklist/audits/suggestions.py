"""What can be done with suggestions: stored, accepted, dismissed, brought up to date. The only writer of `scans.py`.

A suggestion is never an answer. Accepting one writes the answer as a click does: the same lock, rules of collision and history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from checklist.audits import findings, history, sources
from checklist.audits.answering import Collision, Conflict, Wanted, counted
from checklist.audits.collisions import to_write
from checklist.audits.models import NOTE_LENGTH, Audit
from checklist.audits.report import Verdict
from checklist.audits.scans import PATH_LENGTH, Scan, Source, Suggestion
from checklist.audits.stored import Given, by_item, to_change
from checklist.audits.writing import Answers, AnyAnswer, content_of, count, locked, sum_up, touch
from checklist.audits.writing import store as store_answer
from checklist.scan.found import Finding, Kind
from checklist.scan.found import Suggestion as Said
from checklist.scan.scanned import ScannedTask

FIELD = "suggestion"
ACCEPTED = "accept"


class OutdatedError(Exception):
    """The finding that was meant is not there any more: the code was scanned again meanwhile."""


@transaction.atomic
def store(
    *, audit: Audit, scanned: ScannedTask, source: Mapping[str, str] | None = None, once: str | None = None
) -> None:
    """Keep what a scan says about the task of `audit`, which has no suggestions yet; with `source` (paths with texts) that, too.

    `once` names the choice that started the audit.
    """
    locked(audit)
    Scan.objects.create(audit=audit, once=once, at=timezone.now(), **_place(scanned))
    Suggestion.objects.bulk_create([_row(audit, said) for said in scanned.suggestions])
    _store_source(audit, scanned, source)
    touch(audit, is_scanned=True)


@transaction.atomic
def rescan(*, audit: Audit, scanned: ScannedTask, source: Mapping[str, str] | None = None) -> None:
    """Bring the suggestions of `audit` up to date; no answer changes.

    A dismissal stays while its finding says the same, what was accepted stays for good. The stored source is replaced, without
    `source` it goes: it is not the code any more that the suggestions speak of.
    """
    transaction.on_commit(history.empty_the_log)
    locked(audit)
    Scan.objects.update_or_create(audit=audit, defaults={**_place(scanned), "at": timezone.now()})
    rows = {row.item: row for row in Suggestion.objects.filter(audit=audit)}
    said = {each.item: each for each in scanned.suggestions}
    for item, each in said.items():
        _update(rows[item], each) if item in rows else _row(audit, each).save()
    Suggestion.objects.filter(audit=audit).exclude(item__in=said).delete()
    _store_source(audit, scanned, source)
    touch(audit, is_scanned=True)


def _place(scanned: ScannedTask) -> dict[str, Any]:
    task = scanned.task
    name, path = (findings.stored(text, PATH_LENGTH) for text in (task.name, task.path))
    return {"name": name, "path": path, "line": task.line}


def _row(audit: Audit, said: Said) -> Suggestion:
    return Suggestion(audit=audit, item=said.item, rule=said.rule, **findings.plain(said.finding))


def _update(row: Suggestion, said: Said) -> None:
    plain = findings.plain(said.finding)
    # Both as they are stored: what is too long is cut there.
    if not findings.is_same(found(row), findings.read(plain)):
        row.is_dismissed = False
    row.rule = said.rule
    for name, value in plain.items():
        setattr(row, name, value)
    row.save()


def _store_source(audit: Audit, scanned: ScannedTask, source: Mapping[str, str] | None) -> None:
    """Replace the stored source, or take it away where there is no `source`."""
    Source.objects.filter(audit=audit).delete()
    kept = sources.stored(sources.of_task(scanned, source)) if source else {}
    if kept:
        files = {
            findings.stored(path, PATH_LENGTH): findings.stored(text, sources.MOST_SOURCE)
            for path, text in kept.items()
        }
        Source.objects.create(audit=audit, files=files)


@transaction.atomic
def forget_source(*, audit: Audit) -> None:
    """Delete the stored source for good; suggestions keep their evidence lines."""
    transaction.on_commit(history.empty_the_log)
    locked(audit, is_always_possible=True)
    if Source.objects.filter(audit=audit).delete()[0]:
        touch(audit)


def follow(*, earlier: Audit, again: Audit) -> None:
    """Let an audit that continues a scanned one know its task: it has no suggestions until it is scanned itself."""
    scan = Scan.objects.filter(audit=earlier).first()
    if scan:
        Scan.objects.create(audit=again, name=scan.name, path=scan.path, line=scan.line)
        touch(again, is_scanned=True)


def found(row: Suggestion) -> Finding:
    """What the rule says now."""
    return findings.read({name: getattr(row, name) for name in ("kind", "suggests", "text", "evidence")})


@transaction.atomic
def accept(
    *, audit: Audit, item: str, finding: str, base: int | None = None, change: str = "", by: str = ""
) -> Answers:
    """Answer `item` as its suggestion says, and put the evidence into the note, below what is there.

    Evidence that was accepted before, and that nobody changed in the note, makes way for it. `finding` is the fingerprint of what was
    shown, `base` the revision of the verdict that the reviewer had in view, `change` the client's own id. Returns every answer as
    `service.answer` does. Raises `OutdatedError` when the suggestion says something else now, `Conflict` when somebody answered the item
    since; then nothing is written.
    """
    locked(audit)
    row = _current(audit, item, finding)
    if not row.suggests:
        raise OutdatedError
    answers = _answer(audit, row, base=base, change=change, by=by)
    if answers is None:
        return to_change(audit, item)[1]
    return answers


def _answer(audit: Audit, suggestion: Suggestion, *, base: int | None, change: str, by: str) -> Answers | None:
    """Write the answer; `None` when this change was carried out before. The caller holds the lock."""
    item, finding = suggestion.item, found(suggestion)
    if history.is_known(audit, change):
        return None
    row, given = to_change(audit, item)
    answers: dict[str, AnyAnswer] = {**given, item: row}
    wanted = {"verdict": Wanted(suggestion.suggests, base)}
    try:
        changed = to_write(row, wanted, item_revision=content_of(audit, item).revision, is_known=False)
    except Conflict as collided:
        raise Conflict([_collision(one) for one in collided.collisions]) from None
    earlier = findings.read(suggestion.accepted) if suggestion.accepted else None
    note = findings.noted(row.note, finding, NOTE_LENGTH, earlier)
    changed |= {"note": note} if note != row.note else {}
    count(audit)
    if changed or row.by_question:
        store_answer(audit, row, changed or {"verdict": suggestion.suggests}, change=change, by=by)
    suggestion.accepted, suggestion.is_dismissed = findings.plain(finding), False
    suggestion.save()
    sum_up(audit, answers)
    return answers


def _collision(one: Collision) -> Collision:
    return Collision(FIELD, ACCEPTED, one.current, one.by)


def _current(audit: Audit, item: str, finding: str) -> Suggestion:
    """The suggestion of an item, when it says what was shown. Raises `Http404` and `OutdatedError`."""
    row = Suggestion.objects.filter(audit=audit, item=item).first()
    if row is None:
        raise Http404
    if findings.fingerprint(found(row)) != finding:
        raise OutdatedError
    return row


@transaction.atomic
def dismiss(*, audit: Audit, item: str, finding: str, is_dismissed: bool = True) -> None:
    """Hide a suggestion, or show it again. Raises `OutdatedError` when it says something else now."""
    locked(audit)
    row = _current(audit, item, finding)
    if row.is_dismissed != is_dismissed:
        row.is_dismissed = is_dismissed
        row.save()
        touch(audit)


def acceptable(audit: Audit, open_items: Iterable[str]) -> list[Suggestion]:
    """The suggestions that "accept all" would accept: found, not dismissed, of items that are open, in the order of these."""
    rows = Suggestion.objects.filter(audit=audit, kind=Kind.FOUND, is_dismissed=False).exclude(suggests="")
    by_item = {row.item: row for row in rows}
    return [by_item[item] for item in open_items if item in by_item]


@transaction.atomic
def accept_all(*, audit: Audit, chosen: Mapping[str, str], by: str = "") -> int:
    """Accept these suggestions (items with the fingerprints of their findings) in one go; returns how many were accepted.

    An item that was answered meanwhile, and one whose suggestion says something else now, is left as it is.
    """
    locked(audit)
    answers = by_item(audit)
    wanted = [item for item in chosen if _is_open(audit, item, answers.get(item))]
    rows = [row for row in acceptable(audit, wanted) if findings.fingerprint(found(row)) == chosen[row.item]]
    for row in rows:
        _answer(audit, row, base=None, change="", by=by)
    return len(rows)


def left_open(audit: Audit, chosen: Mapping[str, str]) -> int:
    """How many of the suggestions that `accept_all` was asked for are not accepted, now or before."""
    rows = Suggestion.objects.filter(audit=audit, item__in=chosen)
    accepted = {row.item: findings.read(row.accepted) for row in rows if row.accepted}
    done = [item for item, finding in accepted.items() if findings.fingerprint(finding) == chosen[item]]
    return len(chosen) - len(done)


def _is_open(audit: Audit, item: str, given: Given | None) -> bool:
    """Whether an item of the edition is open, or asked again since it was revised."""
    revision = content_of(audit, item).revision
    return given is None or counted(given.verdict, given.item_revision, revision) is Verdict.OPEN
