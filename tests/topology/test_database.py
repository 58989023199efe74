"""A PostgreSQL that is slow, full or away: the server says so in seconds, loses nothing, and goes on when it is back."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.client import HTTPResponse
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from chaos.service import lasting_port
from content.django_migrations.private_server import PrivateServer
from running import Project, Server

pytestmark = pytest.mark.topology
START = "/checklists/celery-tasks/audits/"
SLOW = "BEGIN PERFORM pg_sleep(30); RETURN NEW; END"
NOTING = """BEGIN INSERT INTO limits SELECT name, setting FROM pg_settings WHERE name ~ '^(statement|lock|idle_in_transaction_session)_timeout$';
RETURN NEW; END"""


@pytest.fixture(scope="module")
def database() -> Iterator[PrivateServer]:
    """A PostgreSQL for these tests alone, as it is stopped on the way."""
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    server = PrivateServer(folder, lasting_port())
    server.make()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def project(database: PrivateServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A prepared copy of the project on that PostgreSQL."""
    folder = tmp_path_factory.mktemp("database")
    with patch.dict(os.environ, {"DATABASE_URL": database.url}), Project.copied_to(folder) as copy:
        copy.manage("prepare")
        yield replace(copy, environment=copy.environment | {"WEB_CONCURRENCY": "1"})


@pytest.fixture
def session(project: Project) -> Iterator[psycopg.Connection]:
    """Somebody else who is at work in the database."""
    with closing(psycopg.connect(project.environment["DATABASE_URL"], autocommit=True)) as connection:
        yield connection


@pytest.fixture
def on_start(session: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The session, with a trigger `at_start` that runs the function `at_start` for each new audit."""
    session.execute("CREATE TABLE limits (name text, setting text)")
    session.execute("CREATE FUNCTION at_start() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    session.execute("CREATE TRIGGER at_start BEFORE INSERT ON audits_audit FOR EACH ROW EXECUTE FUNCTION at_start()")
    yield session
    session.execute("DROP FUNCTION at_start CASCADE")
    session.execute("DROP TABLE limits")


def is_for_later(answer: HTTPResponse) -> bool:
    """Whether it is the page that says to come again."""
    said = (answer.status, answer.headers["Retry-After"], "What was saved before is safe." in answer.text)
    return said == (503, "5", True)


def wait_until_well(server: Server) -> None:
    """Give the server the time to find its database again."""
    deadline = time.monotonic() + 15
    while not server.is_well():
        assert time.monotonic() < deadline, server.output.read_text()


def test_requests_have_time_limits_and_commands_have_none(project: Project, on_start: psycopg.Connection) -> None:
    on_start.execute(f"CREATE OR REPLACE FUNCTION at_start() RETURNS trigger LANGUAGE plpgsql AS $${NOTING}$$")
    with project.serving() as server:
        assert server.ask("POST", START, "task=t").status == 303
    limits = dict(on_start.execute("SELECT name, setting FROM limits").fetchall())
    assert limits == {
        "statement_timeout": "15000",
        "lock_timeout": "5000",
        "idle_in_transaction_session_timeout": "30000",
    }
    code = "from django.db import connection as c; u = c.cursor(); u.execute('SHOW statement_timeout'); print(u.fetchone())"
    assert project.manage("shell", "--no-imports", "-c", code).split() == ["('0',)"]


def test_a_slow_statement_is_cancelled_and_can_be_repeated(project: Project, on_start: psycopg.Connection) -> None:
    on_start.execute(f"CREATE OR REPLACE FUNCTION at_start() RETURNS trigger LANGUAGE plpgsql AS $${SLOW}$$")
    with project.serving(PGOPTIONS="-c statement_timeout=500ms") as server:
        assert is_for_later(server.ask("POST", START, "task=t"))
        on_start.execute("DROP TRIGGER at_start ON audits_audit")
        assert server.ask("POST", START, "task=t").status == 303
    assert "no answer from the database" in server.output.read_text()


def test_a_lock_that_is_held_too_long_is_an_answer(project: Project, session: psycopg.Connection) -> None:
    with project.serving(PGOPTIONS="-c lock_timeout=500ms") as server:
        audit = server.ask("POST", START, "task=t").headers["Location"]
        with session.transaction():
            session.execute("SELECT FROM audits_audit FOR UPDATE")
            assert is_for_later(server.ask("POST", f"{audit}items/known-options-only/", "verdict=pass"))
        assert server.ask("POST", f"{audit}items/known-options-only/", "verdict=pass").status == 303


def test_a_full_database_is_an_answer_and_not_a_queue(project: Project, session: psycopg.Connection) -> None:
    session.execute("CREATE ROLE one_at_a_time LOGIN CONNECTION LIMIT 1")
    session.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO one_at_a_time")
    session.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO one_at_a_time")
    url = project.environment["DATABASE_URL"].replace("postgres@", "one_at_a_time@")
    with project.serving(DATABASE_URL=url) as server, ThreadPoolExecutor(1) as pool:
        audit = server.ask("POST", START, "task=t").headers["Location"]
        with session.transaction():
            session.execute("SELECT FROM audits_audit FOR UPDATE")
            held = pool.submit(server.ask, "POST", f"{audit}items/known-options-only/", "verdict=pass")
            time.sleep(0.5)
            assert is_for_later(server.ask("GET", audit))
        assert held.result().status == 303
        assert server.ask("GET", audit).status == 200


def test_a_database_that_goes_and_comes_back_is_survived(project: Project, database: PrivateServer) -> None:
    with project.serving() as server:
        audit = server.ask("POST", START, "task=t").headers["Location"]
        database.stop()
        assert server.ask("GET", "/healthz").status == 503
        assert is_for_later(server.ask("POST", f"{audit}items/known-options-only/", "verdict=pass"))
        database.start()
        wait_until_well(server)
        assert server.ask("POST", f"{audit}items/known-options-only/", "verdict=pass").status == 303


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads the open files of a process from /proc")
def test_nobody_connects_before_the_processes_part(project: Project) -> None:
    """A connection that two processes share mixes their answers up."""
    with project.serving() as server:
        files = [str(file.readlink()) for file in Path(f"/proc/{server.process.pid}/fd").iterdir()]
        assert len([name for name in files if name.startswith("socket:")]) == 1  # It listens.
