"""Audits that are started from code: one for each task that was chosen, and no second one when the same choice is posted again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from checklist.audits import findings, service, suggestions
from checklist.audits.models import TASK_LENGTH, Audit
from checklist.catalogue.models import Edition
from checklist.scan.scanned import ScannedTask


@dataclass(frozen=True)
class Start:
    """A task to audit, under which title, for which change; `source` is what to store of the code, `once` the name of the choice."""

    scanned: ScannedTask
    title: str
    url: str = ""
    source: Mapping[str, str] | None = None
    once: str = ""

    @property
    def key(self) -> str | None:
        """What tells this start from every other; `None` where each post is one of its own."""
        task = self.scanned.task
        text = "\0".join([self.once, task.path, task.name, str(task.line)])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if self.once else None


def started_before(starts: Iterable[Start]) -> list[Audit]:
    """The audits that these starts made when they were posted before."""
    keys = [start.key for start in starts if start.key]
    return list(Audit.objects.filter(scan__once__in=keys).select_related("edition__checklist"))


def start_scanned(*, edition: Edition, start: Start) -> Audit:
    """A new audit with what the scan says of its task, or the one that this start made before."""
    try:
        return _start(edition, start)
    except IntegrityError:  # the same choice was posted before, or at this moment
        if before := started_before([start]):
            return before[0]
        raise


@transaction.atomic
def _start(edition: Edition, start: Start) -> Audit:
    task = findings.stored(start.title, TASK_LENGTH)
    audit = service.start(edition=edition, task=task, url=start.url)
    suggestions.store(audit=audit, scanned=start.scanned, source=start.source, once=start.key)
    return audit
