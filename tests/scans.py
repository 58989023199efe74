"""A scanned audit for tests: source, what the sandbox would say of it, and how to store that, without starting a process each time."""

from __future__ import annotations

from checklist.audits import findings, suggestions
from checklist.audits.models import Audit
from checklist.scan.found import Evidence, Finding, Kind, Suggested, Suggestion, Task
from checklist.scan.scanned import ScannedTask

CODE = """from celery import shared_task


@shared_task(retry_limit=4)
def charge(order):
    pass
"""
PATH = "tasks.py"
LINE = Evidence(PATH, 4, "@shared_task(retry_limit=4)")
FINDING = Finding(Kind.FOUND, "`retry_limit=4` is ignored by Celery, line 4", Suggested.FAIL, (LINE,))
FOUND = findings.fingerprint(FINDING)
NOT_FOUND = Finding(Kind.NOT_FOUND, "no `async def` in the function")
CANNOT_TELL = Finding(Kind.CANNOT_TELL, "the settings were not given")


def scanned(**said: Finding) -> ScannedTask:
    """What a scan says of the task, by item: `max_retries_set` stands for `max-retries-set`."""
    items = {name.replace("_", "-"): finding for name, finding in (said or {"backoff": FINDING}).items()}
    rules = tuple(Suggestion(item, "known-options", finding) for item, finding in items.items())
    return ScannedTask(Task("charge", PATH, 5, "shared_task"), rules)


def scan(audit: Audit, *, keep: bool = True, **said: Finding) -> None:
    """Store a scan with `audit`, and with `keep` its source."""
    suggestions.store(audit=audit, scanned=scanned(**said), source={PATH: CODE} if keep else None)
