"""Celery's own tables of task options and settings, as data with the version that they come from (`celery.json`).

`tests/scan/celery_tables.py` makes that file from the installed Celery.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(Path(__file__).with_name("celery.json").read_text())
    return tables


def version() -> str:
    """The release of Celery that the tables come from, for instance `5.7.0`."""
    return str(_tables()["version"])


def task_options() -> dict[str, dict[str, Any]]:
    """Every option that Celery does something with: its `default` (`None` where it has none), and the `setting` that it follows."""
    found: dict[str, dict[str, Any]] = _tables()["options"]
    return found


def settings() -> dict[str, dict[str, Any]]:
    """Every setting: its `default`, and its `old` names."""
    found: dict[str, dict[str, Any]] = _tables()["settings"]
    return found


@cache
def setting_names() -> dict[str, str]:
    """What may stand in a configuration, in lower case and without a prefix of the project's own, with the name that it has today."""
    names = {name: name for name in settings()}
    for name, entry in settings().items():
        names |= {old: name for old in entry["old"] if old not in names}
    return names
