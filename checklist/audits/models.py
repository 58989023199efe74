"""Audits and answers, as rows. Only `service.py` writes them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models

from checklist.audits.answering import Current
from checklist.audits.report import Verdict
from checklist.catalogue.models import Edition

TASK_LENGTH = 200
URL_LENGTH = 500
NOTE_LENGTH = 4000
NAME_LENGTH = 100
KEPT = timedelta(days=30)  # how long a deleted audit can be restored


def new_token() -> str:
    """An unguessable token: 192 bits as 32 characters that are safe in a URL."""
    return secrets.token_urlsafe(24)


class AuditQuerySet(models.QuerySet["Audit"]):
    """Audits as the site asks for them."""

    def alive(self) -> AuditQuerySet:
        """Those that are not deleted."""
        return self.filter(deleted=None)

    def restorable(self, now: datetime) -> AuditQuerySet:
        """Those that are deleted and can be restored."""
        return self.filter(deleted__gte=now - KEPT)

    def past_restoring(self, now: datetime) -> AuditQuerySet:
        """Those that were deleted so long ago that they cannot be restored any more."""
        return self.filter(deleted__lt=now - KEPT)

    def unused_since(self, moment: datetime) -> AuditQuerySet:
        """Those that no person ever answered, and nobody touched since `moment`. An answer that follows from a question is no person's."""
        return self.alive().filter(is_example=False, updated__lt=moment).exclude(answers__by_question="")

    def examples(self) -> AuditQuerySet:
        """Finished audits for visitors to look at, the newest first."""
        return self.alive().filter(is_example=True).order_by("-pk")


class Audit(models.Model):
    """One task held against one edition, which it keeps for good.

    `declined` holds the slugs of the questions that were answered with no; a question that was skipped counts as yes.
    `question_revisions` counts the answers to each question, by its slug.
    `revision` counts every change, whatever changed; with the edition and the tokens it names a state of the audit's pages.
    The tokens are stored as they are, so a backup of the database holds every link.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="audits")
    task = models.CharField(max_length=TASK_LENGTH)
    url = models.CharField(max_length=URL_LENGTH, blank=True)
    edit_token = models.CharField(max_length=64, unique=True, default=new_token)
    view_token = models.CharField(max_length=64, unique=True, default=new_token)
    revision = models.PositiveIntegerField(default=0)
    declined = models.JSONField(default=list)
    question_revisions = models.JSONField(default=dict)
    is_example = models.BooleanField(default=False)
    deleted = models.DateTimeField(null=True)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    objects = AuditQuerySet.as_manager()

    def __str__(self) -> str:
        return self.task

    @property
    def restorable_until(self) -> datetime | None:
        """When a deleted audit is gone for good."""
        return self.deleted + KEPT if self.deleted else None

    @property
    def newer_edition(self) -> Edition | None:
        """The current edition of the checklist, when it is newer than the one that this audit is held against."""
        current = self.edition.checklist.current
        return current if current and current.number > self.edition.number else None


class Answer(models.Model):
    """Verdict and note for one item of one audit, keyed by the item's slug so that a new edition rewrites nothing.

    Verdict and note have a revision each, which counts their changes, and the id of the client's change that made it.
    `item_revision` is that of the item when its verdict was given: an item that was revised since asks again.
    `audit_revision` is the audit's when the answer last changed. `by_question` is the slug of the question whose "no" gave this answer; it is empty as soon as a person answers.
    """

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="answers")
    item = models.SlugField(max_length=60)
    verdict = models.CharField(max_length=4, default=Verdict.OPEN)
    note = models.TextField(blank=True)
    verdict_revision = models.PositiveIntegerField(default=0)
    note_revision = models.PositiveIntegerField(default=0)
    verdict_change = models.CharField(max_length=64, blank=True)
    note_change = models.CharField(max_length=64, blank=True)
    item_revision = models.PositiveIntegerField(default=1)
    audit_revision = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=NAME_LENGTH, blank=True)
    at = models.DateTimeField(null=True)
    by_question = models.SlugField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audit", "item"], name="answer_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item}: {self.verdict}"

    def current(self, field: str) -> Current:
        """Value, revision and last change of `field`, which is "verdict" or "note"."""
        return Current(str(getattr(self, field)), getattr(self, f"{field}_revision"), getattr(self, f"{field}_change"))


class Change(models.Model):
    """One change of one field, kept for good: what, when and by whom (a name that somebody gave, not verified).

    `item` is empty for what belongs to the audit itself. `change` is the id that the client gave to the change, by which a repeated
    request is known. An erased value is gone for good; that it was there is not.
    """

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="changes")
    item = models.SlugField(max_length=60, blank=True)
    field = models.CharField(max_length=80)
    revision = models.PositiveIntegerField()
    value = models.TextField(blank=True)
    change = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=NAME_LENGTH, blank=True)
    at = models.DateTimeField()
    is_erased = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "item", "field", "revision"], name="change_revision_once"),
            models.UniqueConstraint(
                fields=["audit", "change", "field"], condition=~models.Q(change=""), name="change_id_once_per_field"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.field} {self.revision}"
