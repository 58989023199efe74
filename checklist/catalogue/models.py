"""Checklists and their editions, as rows. Only `loader.py` writes them, and nothing changes an edition once it is written."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, models

from checklist.catalogue.content import (
    ChecklistContent,
    Example,
    ItemContent,
    ItemTexts,
    Question,
    SectionContent,
    Source,
)


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    """Checklists as the site asks for them."""

    def listed(self) -> ChecklistQuerySet:
        """Those that an audit can be started from, by title; the current edition comes along."""
        return self.filter(current__isnull=False).select_related("current").order_by("current__title")


class Checklist(models.Model):
    """What is known under one slug. Without a current edition it is retired: not listed, no new audits, old ones work."""

    slug = models.SlugField(max_length=60, unique=True)
    current = models.ForeignKey("Edition", null=True, on_delete=models.PROTECT, related_name="+")

    objects = ChecklistQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug

    @property
    def is_retired(self) -> bool:
        """Whether its file is gone."""
        return self.current_id is None

    @property
    def latest(self) -> Edition:
        """The current edition; of a retired checklist the last one."""
        return self.current or self.editions.latest("number")


class Edition(models.Model):
    """One immutable published state of a checklist; `digest` is over its parsed content."""

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    verified_with = models.CharField(max_length=200, blank=True)
    questions = models.JSONField(default=list)
    published = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checklist", "number"], name="edition_number_once"),
            models.UniqueConstraint(fields=["checklist", "digest"], name="edition_content_once"),
        ]

    def __str__(self) -> str:
        return f"{self.checklist.slug}, edition {self.number}"

    @property
    def content(self) -> ChecklistContent:
        """The whole edition as plain content, in two queries."""
        sections = self.sections.prefetch_related("items")
        return ChecklistContent(
            slug=self.checklist.slug,
            title=self.title,
            summary=self.summary,
            verified_with=self.verified_with,
            questions=tuple(Question(**question) for question in self.questions),
            sections=tuple(section.content for section in sections),
        )


class Section(models.Model):
    """A part of an edition."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["edition", "slug"], name="section_slug_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def content(self) -> SectionContent:
        """The section and its items as plain content."""
        return SectionContent(self.slug, self.title, tuple(item.content for item in self.items.all()))


class Item(models.Model):
    """One thing to check. `texts` holds what a person reads, as `ItemTexts` names it; other fields as in `ItemContent`."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    slug = models.SlugField(max_length=60)
    revision = models.PositiveIntegerField(default=1)
    severity = models.CharField(max_length=10)
    scope = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    texts = models.JSONField()
    when = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    since = models.CharField(max_length=60, blank=True)
    detect = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["section", "slug"], name="item_slug_once")]

    def __str__(self) -> str:
        return self.slug

    @property
    def content(self) -> ItemContent:
        """The item as plain content."""
        return ItemContent(
            slug=self.slug,
            severity=self.severity,
            texts=_texts(self.title, self.texts),
            revision=self.revision,
            scope=self.scope,
            when=tuple(self.when),
            sources=tuple(Source(**source) for source in self.sources),
            since=self.since,
            needs=tuple(self.needs),
            detect=self.detect,
        )


def _texts(title: str, texts: dict[str, Any]) -> ItemTexts:
    examples = {name: Example(**texts[name]) if texts.get(name) else None for name in ("bad", "good")}
    return ItemTexts(**{**texts, **examples, "title": title})


def checklist_of(pk: int, slug: str, current_id: int | None) -> Checklist:
    """A stored checklist of values that were read."""
    return Checklist.from_db(DEFAULT_DB_ALIAS, ["id", "slug", "current_id"], [pk, slug, current_id])


def edition_of(pk: int, checklist_id: int, number: int, digest: str | None = None) -> Edition:
    """A stored edition of values that were read. Its texts, which are seldom needed, are read when somebody asks for them."""
    known = {"id": pk, "checklist_id": checklist_id, "number": number} | ({"digest": digest} if digest else {})
    return Edition.from_db(DEFAULT_DB_ALIAS, list(known), list(known.values()))
