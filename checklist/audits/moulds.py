"""The pages that are asked most, with their fixed text rendered once.

Most of a page belongs to its edition and never changes. A mould is a template, rendered with marks where something of an audit
belongs, as a format for bytes: to fill it costs a fraction of rendering. It is kept by whatever the template's conditions look at. HTML
stands in the templates alone; `page.py` renders the same pages the plain way, and a test holds both equal, byte for byte.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterable
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.template.loader import render_to_string

from checklist.audits.page import Line, Page
from checklist.audits.report import Counts, Entry, Outcome, QuestionReport, Report, Severity, Verdict
from checklist.catalogue.rendering import EDITIONS_KEPT, RenderedEdition, RenderedItem
from checklist.exports.characters import visible

Values = dict[bytes, bytes | int]

PAGES_KEPT = 128  # moulds of whole pages, of some 20 kB each
ITEMS_KEPT = 4096  # moulds of single items, of some 3 kB each
_MARK = secrets.token_hex(8)  # nobody can write it into a checklist


_LINE_END = re.compile(rb"\r\n|\r|\n")


def _blank(name: str, kind: str = "s") -> Any:
    """What stands in a template's context for a text of the audit."""
    return f"{_MARK}({name}){kind}{_MARK}"


def _number(name: str) -> Any:
    """What stands in a template's context for a number."""
    return _blank(name, "d")


def _mould(template: str, **context: object) -> bytes:
    text = render_to_string(template, context).replace("%", "%%")
    return re.sub(f"{_MARK}(.*?){_MARK}", r"%\1", text).encode()


def _text(text: str) -> bytes:
    """What a person wrote, escaped as templates do it."""
    return html.escape(text).encode()


class Shape(NamedTuple):
    """What the conditions in the templates of a whole page look at, besides the edition."""

    outcome: Outcome
    is_open: bool
    fails: bool
    has_url: bool = False
    is_shared: bool = False
    is_view_off: bool = False
    newer: int | None = None
    applies: tuple[bool, ...] = ()
    continues: bool = False


def audit(page: Page) -> bytes:
    """`audits/audit.html` for a page on which nothing was refused; the plain way where suggestions stand beside the items."""
    if page.audit.is_scanned:
        return render_to_string("audits/audit.html", {"page": page}).encode()
    newer = page.audit.newer_edition
    shape = _shape(page.report)._replace(
        is_view_off=page.audit.view_off,
        newer=newer.number if newer else None,
        continues=page.audit.predecessor is not None,
    )
    values = _counted(page.report) | _said(page.report)
    values[b"edition"] = page.audit.edition_id
    values |= {b"edit-until": page.edit_until.encode(), b"view-until": page.view_until.encode()}
    values |= {b"revision-%d" % n: question.revision for n, question in enumerate(page.report.questions)}
    current, before = page.current, page.before
    for n, (section, part) in enumerate(zip(page.edition.sections, page.report.sections, strict=True)):
        pairs = zip(section.items, part.entries, strict=True)
        values[b"items-%d" % n] = b"".join(
            [_item(page, item, entry, entry.item == current, before.get(entry.item)) for item, entry in pairs]
        )
    return _page("audits/audit.html", page.edition, shape) % values


def shared(page: Page) -> bytes:
    """`audits/shared.html`."""
    slug = page.edition.content.slug
    values = _counted(page.report) | _said(page.report)
    values |= {b"revision": page.audit.revision, b"standing": page.report.standing.encode()}
    values |= {b"updated": page.updated.encode(), b"updated-exactly": page.updated_exactly.encode()}
    items = _by_slug(page.edition)
    failures = [(items[entry.item], entry) for entry in page.report.failures]
    values[b"failure-cards"] = _answers("audits/_failure.html", slug, failures)
    for n, (section, part) in enumerate(zip(page.edition.sections, page.report.sections, strict=True)):
        pairs = zip(section.items, part.entries, strict=True)
        values[b"answers-%d" % n] = _answers("audits/_answered.html", slug, pairs)
    return _page("audits/shared.html", page.edition, _shape(page.report)) % values


@lru_cache(maxsize=EDITIONS_KEPT)
def _by_slug(edition: RenderedEdition) -> dict[str, RenderedItem]:
    return {item.slug: item for item in edition.items}


def saved(page: Page) -> bytes:
    """`audits/_saved.html`: what changes around the answers when one of them does."""
    shape = Shape(page.report.outcome, bool(page.report.counts.open), bool(page.report.failures))
    return _page("audits/_saved.html", page.edition, shape) % _counted(page.report)


def _shape(report: Report) -> Shape:
    return Shape(
        report.outcome,
        bool(report.counts.open),
        bool(report.failures),
        has_url=bool(report.url),
        is_shared=bool(report.shared),
        applies=tuple(question.applies for question in report.questions),
    )


@lru_cache(maxsize=PAGES_KEPT)
def _page(template: str, edition: RenderedEdition, shape: Shape) -> bytes:
    report = _blank_report(edition, shape)
    page = SimpleNamespace(
        report=report,
        edition=edition,
        base="",
        task=report.task,
        url=report.url,
        shown_task=_blank("shown-task"),
        shown_url=_blank("shown-url"),
        parts=[
            SimpleNamespace(
                section=section,
                report=SimpleNamespace(counts=_blank_counts(f"section-{n}", len(section.items))),
                items=_blank(f"items-{n}"),
                answers=_blank(f"answers-{n}"),
            )
            for n, section in enumerate(edition.sections)
        ],
        audit=SimpleNamespace(
            edition_id=_number("edition"),
            revision=_number("revision"),
            view_off=shape.is_view_off,
            newer_edition=SimpleNamespace(number=shape.newer) if shape.newer else None,
            predecessor=shape.continues,
        ),
        failures=shape.fails,
        reasons=_blank("reasons"),
        failure_cards=_blank("failure-cards"),
        edit_until=_blank("edit-until"),
        view_until=_blank("view-until"),
        updated=_blank("updated"),
        updated_exactly=_blank("updated-exactly"),
    )
    return _mould(template, page=page)


def _blank_report(edition: RenderedEdition, shape: Shape) -> SimpleNamespace:
    counts = _blank_counts("all", edition.content.item_count)
    if not shape.is_open:
        counts.open = 0
    return SimpleNamespace(
        task=_blank("task"),
        url=_blank("url") if shape.has_url else "",
        shared=_blank("shared") if shape.is_shared else "",
        outcome=shape.outcome,
        counts=counts,
        by_severity={severity: _blank_counts(severity, 0) for severity in Severity},
        reason=_blank("reason"),
        standing=_blank("standing"),
        failures=shape.fails,
        questions=[
            QuestionReport(question.slug, question.text, applies, _number(f"revision-{n}"))
            for n, (question, applies) in enumerate(zip(edition.content.questions, shape.applies, strict=False))
        ],
    )


COUNTED = ("passed", "failed", "na", "open", "answered", "decided")


@cache
def _keys(name: str) -> tuple[bytes, ...]:
    return tuple(f"{name}-{field}".encode() for field in COUNTED)


def _numbers(name: str, counts: Counts) -> Values:
    passed, failed, na, left = counts.passed, counts.failed, counts.na, counts.open
    numbers = (passed, failed, na, left, passed + failed + na, passed + failed)
    return dict(zip(_keys(name), numbers, strict=True))


def _blank_counts(name: str, total: int) -> SimpleNamespace:
    return SimpleNamespace(total=total, **{field: _number(f"{name}-{field}") for field in COUNTED})


def _counted(report: Report) -> Values:
    """Every number on the page, and what gives the reason for the outcome."""
    values = _numbers("all", report.counts)
    for n, section in enumerate(report.sections):
        values |= _numbers(f"section-{n}", section.counts)
    for severity, counts in report.by_severity.items():
        values |= _numbers(severity.value, counts)
    reasons = b"".join([_failing(entry.item, entry.title, entry.severity) for entry in report.failures])
    return values | {b"reason": report.reason.encode(), b"reasons": reasons}


def _said(report: Report) -> Values:
    """What people wrote about the audit itself."""
    read = {b"shown-task": _text(visible(report.task)), b"shown-url": _text(visible(report.url))}
    return {b"task": _text(report.task), b"url": _text(report.url), b"shared": _text(report.shared), **read}


@lru_cache(maxsize=ITEMS_KEPT)
def _failing(item: str, title: str, severity: Severity) -> bytes:
    return render_to_string("audits/_failing.html", {"entry": Entry(item, title, severity)}).encode()


def _item(page: Page, item: RenderedItem, entry: Entry, is_current: bool, before: Entry | None) -> bytes:
    if before or entry.earlier:  # rare, and words of their own
        return page.render("audits/_item.html", [Line(item, entry, before=before)]).encode()
    _, _, _, verdict, note, _, verdict_revision, note_revision, *_ = entry
    if not note:
        return _bare_item(item, verdict, is_current, verdict_revision, note_revision)
    return _filled_item(item, verdict, is_current, verdict_revision, note_revision, note)


def _filled_item(
    item: RenderedItem, verdict: Verdict, is_current: bool, verdict_revision: int, note_revision: int, note: str = ""
) -> bytes:
    values: Values = {b"note": _text(note), b"verdict-base": verdict_revision, b"note-base": note_revision}
    return _item_mould(item, verdict, is_current) % values


_bare_item = lru_cache(maxsize=ITEMS_KEPT)(_filled_item)  # most items have no note, and few changes


@lru_cache(maxsize=ITEMS_KEPT)
def _item_mould(item: RenderedItem, verdict: Verdict, is_current: bool) -> bytes:
    page = SimpleNamespace(base="", current=item.slug if is_current else "")
    entry = _blank_entry(item, verdict, note=_blank("note"))
    return _mould("audits/_item.html", page=page, line=Line(item, entry))


def _answers(template: str, checklist: str, pairs: Iterable[tuple[RenderedItem, Entry]]) -> bytes:
    return b"".join(
        [
            _answer_mould(template, checklist, item, entry.verdict, bool(entry.note))
            % {b"note": _LINE_END.sub(b"<br>", _text(visible(entry.note))) if entry.note else b""}
            for item, entry in pairs
        ]
    )


@lru_cache(maxsize=ITEMS_KEPT)
def _answer_mould(template: str, checklist: str, item: RenderedItem, verdict: Verdict, has_note: bool) -> bytes:
    page = SimpleNamespace(edition=SimpleNamespace(content=SimpleNamespace(slug=checklist)))
    entry = _blank_entry(item, verdict, note=_blank("note") if has_note else "")
    return _mould(template, page=page, line=Line(item, entry))


def _blank_entry(item: RenderedItem, verdict: Verdict, *, note: str) -> Entry:
    content = item.content
    return Entry(
        content.slug,
        content.texts.title,
        Severity(content.severity),
        verdict,
        note,
        content.scope,
        _number("verdict-base"),
        _number("note-base"),
    )
