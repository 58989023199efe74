"""A finished audit for visitors to look at, read from `content/examples/`. Called by `manage.py load_example`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.db import transaction

from checklist.audits import service
from checklist.audits.answering import Wanted
from checklist.audits.models import Audit
from checklist.audits.report import Verdict
from checklist.catalogue.models import Checklist


@dataclass(frozen=True)
class Example:
    """The file: task and URL as in an audit, `notes` and `verdicts` by item slug; items that are not named pass."""

    checklist: str
    task: str
    url: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Example:
    """The example in a file, which is named after its checklist. Raises `ValueError` for a file that is wrong."""
    try:
        found = Example(path.stem, **yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, TypeError) as error:
        raise ValueError(" ".join(str(error).split())) from error
    if not (isinstance(found.verdicts, dict) and isinstance(found.notes, dict)):
        raise ValueError("verdicts and notes are mappings by item")
    return found


@transaction.atomic
def load(example: Example) -> Audit:
    """Make `example` an audit of the current edition of its checklist.

    Raises `Checklist.DoesNotExist` for an unknown checklist and `ValueError` for an unknown item or verdict.
    """
    checklist = Checklist.objects.listed().get(slug=example.checklist)
    audit = service.start(edition=checklist.latest, task=example.task, url=example.url)
    slugs = [entry.item for entry in service.report(audit).entries]
    if strangers := (set(example.verdicts) | set(example.notes)) - set(slugs):
        raise ValueError(f"no such item: {', '.join(sorted(strangers))}")
    for slug in slugs:
        verdict = Wanted(Verdict(example.verdicts.get(slug, Verdict.PASS)))
        service.answer(audit=audit, item=slug, verdict=verdict, note=Wanted(example.notes.get(slug, "")))
    service.mark_as_example(audit=audit)
    return audit
