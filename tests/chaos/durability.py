"""What it costs that a commit waits for the disk: saved changes per second with the waiting against those without, as a ratio.

Two servers of one process each run side by side on one database. They are measured in turn, so that a slow moment of the machine
meets both. `make chaos` prints the ratio for each database.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from urllib.parse import quote

import psycopg
from running import Project

from chaos.client import new_audit
from chaos.service import Service
from chaos.writers import write_at_once
from checklist.environment import Environment

WRITERS = 4  # as many as a process has threads
ROUNDS = 5


def compare(project: Project, seconds: float) -> str:
    """Measure each setting for `seconds`, and say what came of it."""
    if not _waits_for_the_disk(project.environment["DATABASE_URL"]):
        return "durability: this PostgreSQL runs with fsync=off and never waits for the disk, so there is nothing to compare"
    urls, saved = settings(project), Counter[str]()
    with ExitStack() as stack:
        servers = {setting: stack.enter_context(_serving(project, url)) for setting, url in urls.items()}
        audit = new_audit(next(iter(servers.values())).port)
        for setting, server in list(servers.items()) * ROUNDS:
            saved[setting] += write_at_once(server.port, audit, seconds / ROUNDS, WRITERS).statuses[200]
    durable, quick = (saved[setting] / seconds for setting in urls)
    said = f"durability: {' against '.join(urls)}: {durable:.0f} against {quick:.0f} changes saved per second"
    return f"{said}, ratio {durable / quick:.2f}"


def settings(project: Project) -> dict[str, str]:
    """What is compared, the durable setting first -> the URL of the database with that setting."""
    url = project.environment["DATABASE_URL"]
    if url.startswith("postgres"):
        names = [f"synchronous_commit={value}" for value in ("on", "off")]
        return {name: _with_option(url, "options", f"-c {name}") for name in names}
    ours = Environment(project.folder, project.environment).database["OPTIONS"]["init_command"]
    names = [f"synchronous={value}" for value in ("FULL", "NORMAL")]
    return {name: _with_option(url, "init_command", ours.replace(names[0], name)) for name in names}


def _waits_for_the_disk(url: str) -> bool:
    if not url.startswith("postgres"):
        return True
    with psycopg.connect(url) as connection:
        return connection.execute("SHOW fsync").fetchone() == ("on",)


def _with_option(url: str, name: str, value: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{name}={quote(value)}"


def _serving(project: Project, url: str) -> AbstractContextManager[Service]:
    environment = project.environment | {"DATABASE_URL": url, "WEB_CONCURRENCY": "1"}
    return Service(replace(project, environment=environment)).running()
