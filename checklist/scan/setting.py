"""One setting of Celery as a project sets it, and the name that it has today. `settings` finds them all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from checklist.scan.celery_tables import setting_names
from checklist.scan.found import Evidence
from checklist.scan.names import Scope


@dataclass(frozen=True, eq=False)
class Setting:
    """One setting as a project sets it. `value` is `None` unless `is_literal`."""

    name: str
    node: ast.expr
    scope: Scope
    place: Evidence
    value: object
    is_literal: bool


def last(places: list[Setting]) -> Setting | None:
    """The last of several places that set the same; its value is unknown when they differ, because the text does not say which one holds."""
    if not places:
        return None
    final = places[-1]
    differ = any(each.value != final.value or not each.is_literal for each in places)
    return replace(final, value=None, is_literal=False) if differ else final


def name_today(written: str) -> str | None:
    """The name that a setting has today, whatever it was written as: `CELERY_TASK_TIME_LIMIT`, `CELERYD_TASK_TIME_LIMIT`, `task_time_limit`."""
    lower = written.lower()
    known = setting_names()
    candidates = [lower, *(lower.removeprefix(prefix) for prefix in _prefixes(lower))]
    return next((known[each] for each in candidates if each in known), None)


def _prefixes(lower: str) -> Iterator[str]:
    parts = lower.split("_")
    for count in (1, 2):
        if len(parts) > count:
            yield "_".join(parts[:count]) + "_"
