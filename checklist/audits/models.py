"""Audits and answers, as rows. Only `service.py` writes them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models

from checklist.audits.answering import Current
from checklist.audits.report import Outcome, Verdict
from checklist.audits.scans import Scan, Source, Suggestion  # noqa: F401 - where Django looks for models
from checklist.catalogue.models import Edition
from checklist.exports.characters import visible

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
        """Those that are neither deleted nor closed by the operator."""
        return self.filter(deleted=None, is_closed=False)

    def with_edit_link(self, token: str) -> AuditQuerySet:
        """The one that this edit token belongs to, live or not."""
        return self.filter(edit_token=token)

    def with_view_link(self, token: str) -> AuditQuerySet:
        """The one that this view token belongs to, live or not."""
        return self.filter(view_token=token)

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
    The tokens are stored as they are, so a backup of the database holds every link. A link is live until it expires (`None`: for
    good), the view link also until it is switched off, and both until the operator closes the audit. `earlier` is the audit of the same task that this one continues.
    `outcome`, `answered` and `total` repeat what the report computes, so that lists can be filtered and sorted.
    `is_scanned` says that there are suggestions, so that the page of an audit without any need not ask.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="audits")
    task = models.CharField(max_length=TASK_LENGTH)
    url = models.CharField(max_length=URL_LENGTH, blank=True)
    edit_token = models.CharField(max_length=64, unique=True, default=new_token)
    view_token = models.CharField(max_length=64, unique=True, default=new_token)
    revision = models.PositiveIntegerField(default=0)
    declined = models.JSONField(default=list)
    question_revisions = models.JSONField(default=dict)
    edit_expires = models.DateTimeField(null=True)
    view_expires = models.DateTimeField(null=True)
    view_off = models.BooleanField(default=False)
    is_closed = models.BooleanField(default=False)
    earlier = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="later")
    outcome = models.CharField(max_length=30, default=Outcome.INCOMPLETE.value)
    answered = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    is_example = models.BooleanField(default=False)
    is_scanned = models.BooleanField(default=False, db_default=False)
    deleted = models.DateTimeField(null=True)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    LISTED = frozenset({"outcome", "answered", "total", "is_example", "created"})  # what pages of one audit do not show

    objects = AuditQuerySet.as_manager()

    def __str__(self) -> str:
        return visible(self.task)

    @property
    def restorable_until(self) -> datetime | None:
        """When a deleted audit is gone for good."""
        return self.deleted + KEPT if self.deleted else None

    @property
    def words(self) -> str:
        """The outcome as a person reads it."""
        return Outcome(self.outcome).words

    def is_restorable(self, now: datetime) -> bool:
        """Whether it is deleted and can be restored."""
        return self.deleted is not None and self.deleted >= now - KEPT

    def is_edit_link_live(self, now: datetime) -> bool:
        """Whether the edit link still opens the audit."""
        return not self.is_closed and (self.edit_expires is None or self.edit_expires > now)

    def is_view_link_live(self, now: datetime) -> bool:
        """Whether the view link still opens the report."""
        return not (self.view_off or self.deleted or self.is_closed) and (
            self.view_expires is None or self.view_expires > now
        )

    @property
    def predecessor(self) -> Audit | None:
        """The earlier audit of the same task, unless it is deleted or closed, with its edition in the same query."""
        if self.earlier_id and not Audit.earlier.is_cached(self):
            self.earlier = Audit.objects.select_related("edition__checklist").filter(pk=self.earlier_id).first()
        return self.earlier if self.earlier and not (self.earlier.deleted or self.earlier.is_closed) else None

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
        # Of the constraint by id SQLite makes no use when it looks for an id: it would read the whole history of the audit.
        indexes = [models.Index(fields=["audit", "change"], name="change_by_id")]
        constraints = [
            models.UniqueConstraint(fields=["audit", "item", "field", "revision"], name="change_revision_once"),
            models.UniqueConstraint(
                fields=["audit", "change", "field"], condition=~models.Q(change=""), name="change_id_once_per_field"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.field} {self.revision}"


class Visitor(models.Model):
    """A browser that keeps a list of audits, named by a random id in a cookie. Nothing else is known about it."""

    token = models.CharField(max_length=64, unique=True, default=new_token)
    created = models.DateTimeField()

    def __str__(self) -> str:
        return f"visitor {self.pk}"


class KeptQuerySet(models.QuerySet["Kept"]):
    """Lists of audits as the site asks for them."""

    def reachable(self, now: datetime) -> KeptQuerySet:
        """Those that lead to their audit: by ownership when the visitor started it, else as long as the link that was kept is live."""
        alive = models.Q(audit__deleted=None) | models.Q(audit__deleted__gte=now - KEPT)
        expires = models.Q(audit__edit_expires=None) | models.Q(audit__edit_expires__gt=now)
        by_link = models.Q(link=models.F("audit__edit_token")) & expires
        return self.filter(alive, audit__is_closed=False).filter(models.Q(is_starter=True) | by_link)


class Kept(models.Model):
    """An audit in a visitor's list: one that the visitor started, or one that was kept from its edit link.

    `link` is the edit token of that link: when it is replaced, who kept it has lost the audit, who started it has not.
    """

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="kept")
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="kept")
    is_starter = models.BooleanField(default=False)
    link = models.CharField(max_length=64)
    added = models.DateTimeField()

    objects = KeptQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visitor", "audit"], name="kept_once_per_visitor")]

    def __str__(self) -> str:
        return f"{self.visitor}: {self.audit}"


class Allowance(models.Model):
    """How many audits a client started in one window of time; `client` is a keyed digest of its address."""

    client = models.CharField(max_length=64)
    window = models.PositiveBigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "window"], name="allowance_once_per_window")]

    def __str__(self) -> str:
        return f"{self.count} in window {self.window}"
