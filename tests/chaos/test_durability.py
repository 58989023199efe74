"""The two settings that are compared reach the database: otherwise the ratio would mean nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from content.django_migrations import server as postgresql
from running import Project

from chaos.durability import settings
from checklist.environment import Environment


def test_sqlite_waits_for_the_disk_or_not(tmp_path: Path) -> None:
    project, levels = Project(tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path / 'new'}"}), []
    for url in settings(project).values():
        database = Environment(tmp_path, {"DATABASE_URL": url}).database
        with closing(sqlite3.connect(database["NAME"])) as connection:
            connection.executescript(database["OPTIONS"]["init_command"])
            levels += connection.execute("PRAGMA synchronous").fetchone()
    assert levels == [2, 1]  # FULL, NORMAL


def test_postgresql_waits_for_the_disk_or_not(tmp_path: Path) -> None:
    found = []
    for url in settings(Project(tmp_path, {"DATABASE_URL": postgresql.server_url()})).values():
        with psycopg.connect(url) as connection:
            found += connection.execute("SHOW synchronous_commit").fetchone() or []
    assert found == ["on", "off"]
