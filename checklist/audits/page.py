"""What the templates of an audit show: the report beside the edition's HTML. Made by views, computes nothing itself.

Rendered the plain way, template by template. `moulds.py` makes the same bytes many times as fast, for the pages that are asked most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.html import format_html_join

from checklist.audits import service, suggested
from checklist.audits.forms import ChangeForm, CorrectForm, QuestionsForm
from checklist.audits.models import Audit
from checklist.audits.report import Entry, Report, SectionReport, Verdict
from checklist.audits.suggested import File, Shown, Suggested
from checklist.audits.writing import Answers
from checklist.catalogue.rendering import RenderedEdition, RenderedItem, RenderedSection, rendered
from checklist.exports import badge
from checklist.exports.characters import visible


@dataclass(frozen=True)
class Line:
    """One item on the page: what the edition says, what the reviewer answered, and what the earlier audit of the task said."""

    item: RenderedItem
    entry: Entry
    refused: ChangeForm | None = None
    before: Entry | None = None
    suggestion: Shown | None = None

    @property
    def verdict(self) -> str:
        """The verdict to show: what was chosen when it was refused, else what is saved."""
        chosen = self.refused.data.get("verdict") if self.refused else None
        return chosen if chosen in list(Verdict) else self.entry.verdict

    @property
    def note(self) -> str:
        """The note to show: what was typed when it was refused, else what is saved."""
        typed = self.refused.data.get("note") if self.refused else None
        return self.entry.note if typed is None else typed

    @property
    def verdict_base(self) -> str:
        """The revision of the verdict that the reviewer had in view: with a refused one, that which was posted."""
        return self._base("verdict", self.entry.verdict_revision)

    @property
    def note_base(self) -> str:
        """The revision of the note that the reviewer had in view, like `verdict_base`."""
        return self._base("note", self.entry.note_revision)

    def _base(self, name: str, shown: int) -> str:
        posted = str(self.refused.data.get(f"base-{name}", "")) if self.refused else ""
        return posted if posted.isdigit() else str(shown)


@dataclass(frozen=True)
class Part:
    """One section on the page. Its lines are made when they are shown: a fragment that counts answers needs none."""

    section: RenderedSection
    report: SectionReport
    page: Page

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The items of the section."""
        return tuple(self.page.lines(self.section, self.report))

    @property
    def items(self) -> str:
        """The items with their forms."""
        return self.page.render("audits/_item.html", self.lines)

    @property
    def answers(self) -> str:
        """The items with their answers, to read."""
        return self.page.render("audits/_answered.html", self.lines)


@dataclass(frozen=True)
class Page:
    """An audit as its templates see it.

    `base` leads from the address of the answer to the audit, for relative links; `refused` maps the slug of an item to the form
    that was refused for it, `correction` is a refused correction of task or URL, `asking` are
    refused answers to questions. `answers` are the audit's rows, and `answers_before` those of the audit before it, where they
    are in hand.
    """

    audit: Audit
    base: str = ""
    refused: tuple[str, ChangeForm] | None = None
    correction: CorrectForm | None = None
    asking: QuestionsForm | None = None
    answers: Answers | None = None
    answers_before: Answers | None = None

    @cached_property
    def report(self) -> Report:
        """The report, read once."""
        return service.report(self.audit, answers=self.answers)

    @property
    def shown_task(self) -> str:
        """The task's name to read."""
        return visible(self.report.task)

    @property
    def shown_url(self) -> str:
        """The link to the change to read."""
        return visible(self.report.url)

    @property
    def task(self) -> str:
        """The task's name to show in its field: what was typed when it was refused, else what is saved."""
        return self._typed("task", self.report.task)

    @property
    def url(self) -> str:
        """The link to the change to show in its field, like `task`."""
        return self._typed("url", self.report.url)

    def _typed(self, name: str, saved: str) -> str:
        return str(self.correction.data.get(name, saved)) if self.correction else saved

    @property
    def edition(self) -> RenderedEdition:
        """The edition that the audit was started on."""
        return rendered(self.audit.edition)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The sections with their lines."""
        return tuple(
            Part(section, part, self) for section, part in zip(self.edition.sections, self.report.sections, strict=True)
        )

    def lines(self, section: RenderedSection, part: SectionReport) -> Iterator[Line]:
        """The items of one section with their answers."""
        slug, form = self.refused or ("", None)
        for item, entry in zip(section.items, part.entries, strict=True):
            shown = self.suggested.of(entry) if self.suggested else None
            yield Line(item, entry, form if item.slug == slug else None, self.before.get(item.slug), shown)

    @cached_property
    def suggested(self) -> Suggested | None:
        """What a scan of the code suggests; `None` for an audit that was not started from code, without asking."""
        return suggested.read(self.audit) if self.audit.is_scanned else None

    @property
    def code_files(self) -> list[File]:
        """The stored source with its lines of evidence."""
        return self.suggested.files(self.report.entries) if self.suggested else []

    @property
    def outdated(self) -> list[Entry]:
        """The answers that rest on code which has changed since, and of which nobody said that they still hold."""
        shown = [self.suggested.of(entry) for entry in self.report.entries] if self.suggested else []
        return [one.entry for one in shown if one and one.has_changed and not one.is_dismissed]

    @cached_property
    def before(self) -> dict[str, Entry]:
        """What the earlier audit of the same task answered, by item."""
        earlier = self.audit.predecessor
        entries = service.report(earlier, answers=self.answers_before).entries if earlier else ()
        return {entry.item: entry for entry in entries if entry.verdict is not Verdict.OPEN or entry.note}

    def line(self, slug: str) -> Line:
        """The line of one item, which the edition has."""
        return next(line for part in self.parts for line in part.lines if line.item.slug == slug)

    @cached_property
    def failures(self) -> tuple[Line, ...]:
        """The lines of the failed items, the heaviest first."""
        lines = {line.item.slug: line for part in self.parts for line in part.lines}
        return tuple(lines[entry.item] for entry in self.report.failures)

    @property
    def reasons(self) -> str:
        """The failed items in the panel of the outcome, each a link."""
        return _joined("audits/_failing.html", ({"entry": entry} for entry in self.report.failures))

    @property
    def failure_cards(self) -> str:
        """The failed items, each with its explanation."""
        return self.render("audits/_failure.html", self.failures)

    def render(self, template: str, lines: Iterable[Line]) -> str:
        """One fragment per line."""
        return _joined(template, ({"page": self, "line": line} for line in lines))

    @property
    def edit_until(self) -> str:
        """How long the edit link is live, in words."""
        return _until(self.audit.edit_expires)

    @property
    def view_until(self) -> str:
        """How long the view link is live, in words."""
        return _until(self.audit.view_expires)

    @property
    def updated(self) -> str:
        """When the audit changed last, for people, in UTC."""
        updated = self.report.updated
        return f"{updated.day} {updated:%B %Y, %H:%M}"

    @property
    def updated_exactly(self) -> str:
        """When the audit changed last, for programs."""
        return self.report.updated.isoformat()

    @property
    def badge(self) -> str:
        """Markdown that embeds the badge."""
        return badge.markdown(self.report)

    @cached_property
    def current(self) -> str:
        """The slug of the item to unfold first: the one that was refused, else the first that is open."""
        if self.refused:
            return self.refused[0]
        return next((entry.item for entry in self.report.entries if entry.verdict is Verdict.OPEN), "")


def _until(moment: datetime | None) -> str:
    return f"until {moment.day} {moment:%b %Y, %H:%M} UTC" if moment else "for good"


def _joined(template: str, contexts: Iterable[dict[str, object]]) -> str:
    """HTML of a template, once per context."""
    return format_html_join("", "{}", ([render_to_string(template, context)] for context in contexts))
