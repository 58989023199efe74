"""SQLite's connections are kept, but never to a file that is not there any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from running import Project

from checklist.sqlite.base import DatabaseWrapper


@pytest.fixture
def own_project(tmp_path: Path) -> Project:
    """A copy of the project whose database may be moved."""
    folder = tmp_path / "var" / "walkaround.sqlite3"
    with Project.copied_to(tmp_path) as project:
        project.environment["DATABASE_URL"] = f"sqlite:///{folder}"
        project.manage("prepare")
        return project


def test_a_file_that_was_replaced_is_not_read_any_more(own_project: Project) -> None:
    with own_project.serving(WEB_CONCURRENCY="1", GUNICORN_CMD_ARGS="--threads 1") as server:
        path = server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").headers["Location"]
        assert server.ask("GET", path).status == 200
        for file in own_project.files():
            file.rename(file.with_name(f"moved-{file.name}"))
        own_project.manage("prepare")
        assert server.ask("GET", path).status == 404


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
@pytest.mark.django_db
def test_a_connection_is_kept_while_its_file_is_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = DatabaseWrapper({**connection.settings_dict, "NAME": tmp_path / "kept.sqlite3", "CONN_MAX_AGE": 60})
    kept.ensure_connection()
    opened = kept.connection
    kept.close_if_unusable_or_obsolete()
    assert kept.connection is opened
    (tmp_path / "kept.sqlite3").rename(tmp_path / "moved.sqlite3")
    kept.close_if_unusable_or_obsolete()
    assert kept.connection is None
