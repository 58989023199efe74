"""Asks one rule about one task of a few lines of source."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from checklist.scan.finder import find
from checklist.scan.found import Finding
from checklist.scan.rules import RULES
from checklist.scan.subject import Subject

TASKS = "shop/tasks.py"
APP = 'from celery import Celery\n\napp = Celery("shop", broker="redis://localhost")\n'
IMPORTS = "from shop.celery import app\n"


def ask(
    rule: str, source: str | Mapping[str, str], task: str = "charge", settings: str | None = "", **more: str
) -> Finding:
    """What `rule` says about `task`.

    `source` is the text of `shop/tasks.py`, which has `app` imported on its first line, or every file by its path. `settings` are
    lines after the app in `shop/celery.py`; with `None` there is no such file, so settings count as not seen. `more` are further
    modules of `shop` by name: `views="..."` is `shop/views.py`.
    """
    given = {TASKS: IMPORTS + dedent(source)} if isinstance(source, str) else dict(source)
    app = {} if settings is None else {"shop/celery.py": APP + dedent(settings)}
    found = find(app | given | {f"shop/{name}.py": dedent(text) for name, text in more.items()})
    assert not found.unread, found.unread
    (declaration,) = (each for each in found.declarations if task in each.task.names)
    return RULES[rule].decide(Subject(declaration, found))
