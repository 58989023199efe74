"""Backup: a consistent copy while the server writes, and a restore from it."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from running import Project, Server

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has pg_dump")
ITEM = "stable-explicit-name"


def write(server: Server, link: str, stop: threading.Event, acknowledged: list[int]) -> None:
    """Change verdict and note of one item together, again and again."""
    number = 0
    while not stop.is_set():
        number += 1
        verdict = ("pass", "fail")[number % 2]
        response = server.ask("POST", f"{link}items/{ITEM}/", f"verdict={verdict}&note={verdict}-{number}")
        if response.status == 303:
            acknowledged.append(number)


@only_sqlite
def test_backup_that_is_made_while_somebody_writes_can_be_restored(project: Project, tmp_path: Path) -> None:
    copy, acknowledged, stop = tmp_path / "copy.sqlite3", [], threading.Event()
    with project.serving() as server:
        link = str(server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").headers["Location"])
        writer = threading.Thread(target=write, args=(server, link, stop, acknowledged))
        writer.start()
        try:
            while len(acknowledged) < 10:
                stop.wait(0.05)
            first = len(acknowledged)
            project.manage("backup", str(copy))
        finally:
            stop.set()
            writer.join()
    restored = restore(project, copy, tmp_path)
    with restored.serving() as server:
        page = server.ask("GET", f"{link}export.json").text
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        verdict, note, revision = database.execute(
            "SELECT verdict, note, verdict_revision FROM audits_answer WHERE item = ? ORDER BY id DESC", (ITEM,)
        ).fetchone()
    assert first <= revision <= len(acknowledged)
    assert note == f"{verdict}-{revision}"
    assert f'"note": "{note}"' in page


def restore(project: Project, copy: Path, folder: Path) -> Project:
    """The project on a database that is the copy and nothing else, as docs/operations.md says."""
    var = folder / "restored"
    var.mkdir()
    shutil.copy(copy, var / "walkaround.sqlite3")
    url = f"sqlite:///{var / 'walkaround.sqlite3'}"
    return Project(project.folder, project.environment | {"VAR_DIR": str(var), "DATABASE_URL": url})


@only_sqlite
def test_a_backup_can_be_read_by_its_owner_alone(transactional_db: None, tmp_path: Path) -> None:
    call_command("backup", str(tmp_path / "copy"))
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600


@only_sqlite
@pytest.mark.parametrize("name", ["file", "folder", "link"])
def test_a_path_that_exists_is_refused_and_left_alone(transactional_db: None, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(CommandError, match="exists"):
        call_command("backup", str(tmp_path / name))
    assert (tmp_path / "file").read_text() == "precious"


@only_sqlite
def test_a_folder_that_is_not_there_is_one_line(transactional_db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("backup", str(tmp_path / "nowhere" / "copy"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is copied")
def test_on_postgresql_the_command_says_which_pg_dump_to_run(transactional_db: None, tmp_path: Path) -> None:
    path = tmp_path / "a copy"
    with pytest.raises(CommandError) as refused:
        call_command("backup", str(path))
    assert (
        str(refused.value) == f"on PostgreSQL run: pg_dump --format=custom --file='{path}' --dbname=\"$DATABASE_URL\""
    )
    assert not path.exists()
