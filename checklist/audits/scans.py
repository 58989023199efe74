"""What a scan of source code left with an audit, as rows: where the task stands, a suggestion per item, the source on request.

Only `suggestions.py` writes them. They go with their audit. `models.py` makes them known to Django.
"""

from __future__ import annotations

from typing import Any

from django.db import models

RULE_LENGTH = 60
PATH_LENGTH = 500


class Scan(models.Model):
    """The task definition that an audit was scanned from: the qualified name in its module, the path and line of its `def` or `class`.

    `at` is when it was scanned last, `None` for an audit that continues one and was not scanned itself. `once` names the choice that
    started the audit, so that the same choice posted again finds it.
    """

    audit = models.OneToOneField("audits.Audit", on_delete=models.CASCADE, related_name="scan")
    name = models.CharField(max_length=PATH_LENGTH)
    path = models.CharField(max_length=PATH_LENGTH)
    line = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(null=True)
    once = models.CharField(max_length=64, null=True, unique=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.path}:{self.line}"


class Suggestion(models.Model):
    """What the rule of one item said about the task, and what became of it.

    `kind`, `suggests`, `text` and `evidence` (a list of `path`, `line` and `text`) are those of `checklist.scan.found.Finding`.
    `accepted` is the finding that the reviewer accepted, with the same four keys: scanning again can change the others, never this.
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="suggestions")
    item = models.SlugField(max_length=60)
    rule = models.CharField(max_length=RULE_LENGTH)
    kind = models.CharField(max_length=30)
    suggests = models.CharField(max_length=4, blank=True)
    text = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    is_dismissed = models.BooleanField(default=False)
    accepted = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audit", "item"], name="suggestion_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item}: {self.kind}"


class Source(models.Model):
    """The source text that a person asked to be stored with an audit: `files` maps paths to texts.

    A text is empty where there was no room for the file, see `sources.py`.
    """

    audit = models.OneToOneField("audits.Audit", on_delete=models.CASCADE, related_name="source")
    files: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"source of audit {self.audit_id}"
