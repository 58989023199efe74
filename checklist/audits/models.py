"""Audits and answers, as rows. Only `service.py` writes them."""

from __future__ import annotations

import secrets

from django.db import models

from checklist.audits.report import Verdict
from checklist.catalogue.models import Edition

TASK_LENGTH = 200
URL_LENGTH = 500
NOTE_LENGTH = 4000


def new_token() -> str:
    """An unguessable token: 192 bits as 32 characters that are safe in a URL."""
    return secrets.token_urlsafe(24)


class AuditQuerySet(models.QuerySet["Audit"]):
    """Audits as the site asks for them."""

    def examples(self) -> AuditQuerySet:
        """Finished audits for visitors to look at, the newest first."""
        return self.filter(is_example=True).order_by("-pk")


class Audit(models.Model):
    """One task held against one edition, which it keeps for good.

    `declined` holds the slugs of the questions that were answered with no; a question that was skipped counts as yes.
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
    is_example = models.BooleanField(default=False)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    objects = AuditQuerySet.as_manager()

    def __str__(self) -> str:
        return self.task


class Answer(models.Model):
    """Verdict and note for one item of one audit, keyed by the item's slug so that a new edition rewrites nothing.

    `by_question` is the slug of the question whose "no" gave this answer; it is empty as soon as a person answers.
    """

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="answers")
    item = models.SlugField(max_length=60)
    verdict = models.CharField(max_length=4, default=Verdict.OPEN)
    note = models.TextField(blank=True)
    by_question = models.SlugField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audit", "item"], name="answer_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item}: {self.verdict}"
