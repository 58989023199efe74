"""The settings that hold in production: those in files that are for tests or for development are left out."""

from __future__ import annotations

from checklist.scan.places import is_production
from checklist.scan.setting import Setting, last
from checklist.scan.subject import Subject


def written(subject: Subject, name: str) -> list[Setting]:
    """Every place that sets `name`, in the order in which they were read."""
    return [each for each in subject.settings.every(name) if is_production(each.scope)]


def setting(subject: Subject, name: str) -> Setting | None:
    """The place that sets `name` last, its value unknown when the places differ; `None` when nothing does."""
    return last(written(subject, name))
