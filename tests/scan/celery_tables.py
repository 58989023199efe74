"""What the installed Celery knows of options and settings, in the form of `checklist/scan/celery.json`.

`python tests/scan/celery_tables.py` writes that file anew after an upgrade of Celery; a test holds both equal.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import celery
from celery import Celery, Task
from celery.app.defaults import NAMESPACES, Option, flatten

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from content.celery_options import known_task_options  # noqa: E402

FILE = ROOT / "checklist/scan/celery.json"

# `Task._get_exec_options` hands these from the task to the message, without an attribute of that name.
SENT = (
    "queue",
    "routing_key",
    "exchange",
    "exchange_type",
    "delivery_mode",
    "compression",
    "immediate",
    "mandatory",
    "priority",
    "expires",
)
READ = {
    "retry_kwargs": {},
    "retry_backoff": False,
    "retry_backoff_max": 600,
    "retry_jitter": True,
    "autoretry_for": [],
    "dont_autoretry_for": [],
}

# `Celery.task` takes these out of the keywords itself, and `Task` has them under other names or for the periodic tasks of old releases.
TAKEN = {"shared", "lazy", "filter", "store_eager_result", "shadow_name", "run_every"}
INTERNAL = {"add_around", "annotate", "from_config", "request", "request_stack"}
NAMED = {"name", "app", "abstract", "backend", "Request", "Strategy"}


def tables() -> dict[str, object]:
    """Options of a task with their defaults and the setting that each follows, and all settings with defaults and old names."""
    app = Celery("tables", set_as_current=False)

    @app.task
    def probe() -> None: ...

    bound = app.tasks[probe.name]
    follows = dict(Task.from_config)
    options = {}
    for name in sorted((known_task_options() | set(SENT) | TAKEN) - INTERNAL):
        default = None if name in NAMED else READ.get(name, getattr(bound, name, None))
        plain = default if isinstance(default, int | float | str | bool | list | dict | type(None)) else None
        options[name] = {"default": plain} | ({"setting": follows[name]} if name in follows else {})
    settings = {}
    for name, option in flatten(NAMESPACES):
        settings[name] = {"default": _plain(option), "old": sorted(option.old)}
    return {"version": celery.__version__, "options": options, "settings": dict(sorted(settings.items()))}


def _plain(option: Option) -> object:
    default = option.default
    if isinstance(default, tuple | set | frozenset | list):
        return sorted(default)
    return default if isinstance(default, int | float | str | bool | dict | type(None)) else None


@cache
def text() -> str:
    """The file's text."""
    return json.dumps(tables(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
