"""`manage.py prepare` as replicas run it: several at once on an empty database, and in an image whose files nobody can change."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from running import Project, free_port, temporary_database

REPLICAS = 4


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Project]:
    """A copy of the project with an empty database."""
    with Project.copied_to(tmp_path) as project:
        yield project


def nowhere() -> dict[str, str]:
    """The variables that name a database where none is."""
    return {"DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none", "SECRET_KEY": "only for tests"}


def test_replicas_that_start_at_once_prepare_one_database(empty: Project) -> None:
    replicas = [empty.start("prepare") for _ in range(REPLICAS)]
    said = [replica.communicate(timeout=120)[0] for replica in replicas]
    assert [replica.returncode for replica in replicas] == [0] * REPLICAS, "\n".join(said)
    assert [sum(text.count(line) for text in said) for line in ("edition 1, new", "example: ")] == [2, 1]
    assert [empty.count(model) for model in ("catalogue.Edition", "audits.Audit")] == [2, 1]


def test_collecting_static_files_alone_asks_no_database(empty: Project) -> None:
    empty.manage("prepare", "--static-only", **nowhere())
    assert (empty.folder / "staticfiles" / "staticfiles.json").exists()


def test_a_database_that_does_not_answer_is_one_line(empty: Project) -> None:
    process = empty.start("prepare", **nowhere())
    (line,) = process.communicate(timeout=60)[0].splitlines()
    assert line.startswith("CommandError: the database does not answer: ")
    assert process.returncode == 1


@contextmanager
def nobody_may_write(folder: Path) -> Iterator[tuple[str, ...]]:
    """Nothing below `folder` can be changed by the programs that the prefix starts: root must do without its privileges, too."""
    _change_modes(folder, "a-w")
    yield () if os.getuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    _change_modes(folder, "u+w")


def _change_modes(folder: Path, mode: str) -> None:
    subprocess.run(["chmod", "--recursive", mode, folder], check=True)


def test_the_server_runs_from_files_that_it_cannot_change(tmp_path: Path) -> None:
    with Project.copied_to(tmp_path / "app") as project, temporary_database(tmp_path / "data") as variables:
        project.manage("prepare", "--static-only", **nowhere())
        (tmp_path / "data").mkdir()
        with nobody_may_write(project.folder) as prefix:
            variables |= {"VAR_DIR": str(tmp_path / "data"), "PYTHONDONTWRITEBYTECODE": "1"}
            image = Project(project.folder, project.environment | variables, prefix)
            assert image.start("shell", "-c", "open('x', 'w')").wait() != 0
            assert "edition 1, new" in image.manage("prepare")
            with image.serving() as server:
                assert server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").status == 303
                assert server.ask("GET", "/").status == 200
