"""Servers that log as much as they can, in both formats, through everything that can go wrong: each line is of its format, each
request has its line, and no secret of the database stands in any."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.urls import get_resolver
from running import Project, Server, send
from test_logs import MALFORMED
from test_rights import MAKE, TABLE, ask, routes

COLUMNS = ("nobody", "view", "starter", "deleted")
TALKATIVE = {
    "LOG_LEVEL": "debug", "DEBUG": "on", "GUNICORN_CMD_ARGS": "--timeout 8 --access-logfile -", "PYTHONDONTWRITEBYTECODE": "1",
    "TRUSTED_PROXIES": "127.0.0.1",
}  # fmt: skip
ABANDONED = "abandoned"
CSRF_TOKEN = "c" * 32
STAFF = "from django.contrib.auth.models import User; User.objects.create_superuser('staff', password='correct-horse')"
EVERY_SECRET_THEN_LOSE_A_TABLE = """
import json
from django.apps import apps
from django.conf import settings
from django.db import connection
columns = ["audits.Audit.edit_token", "audits.Audit.view_token", "audits.Kept.link", "audits.Visitor.token",
    "sessions.Session.session_key", "auth.User.password"]
parts = [column.rsplit(".", 1) for column in columns]
rows = [value for model, field in parts for value in apps.get_model(model).objects.values_list(field, flat=True)]
connection.cursor().execute("ALTER TABLE audits_answer RENAME TO away")
print("SECRETS", json.dumps([*rows, settings.SECRET_KEY]))
"""
FIELD = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ ="]*)(?: |$)')


@dataclass
class Run:
    """What a server printed, in which format, and which secrets nobody may find there."""

    form: str
    lines: list[str]
    secrets: set[str]
    asked: int

    @cached_property
    def parsed(self) -> list[dict[str, Any]]:
        """Each line as its fields. One that is not of the format raises an error."""
        return [json.loads(line) if self.form == "json" else keyvalue(line) for line in self.lines]

    def of(self, logger: str) -> list[dict[str, Any]]:
        """The lines of a logger."""
        return [line for line in self.parsed if line["logger"] == logger]


def keyvalue(line: str) -> dict[str, str]:
    """The fields of a line of `key=value`, which is nothing but these."""
    assert not FIELD.sub("", line), line
    return {key: value.strip('"') for key, value in FIELD.findall(line)}


def cells(project: Project) -> list[tuple[str, str, dict[str, str]]]:
    """Every URL by several ways to come to it, with an audit for each."""
    code = f"{STAFF}\n{MAKE.format(count=len(TABLE), columns=COLUMNS)}"
    output = project.manage("shell", "--no-imports", "-c", code)
    made = json.loads(output.partition("CELLS")[2])
    return [(row, column, made.pop()) for row in TABLE for column in reversed(COLUMNS)]


def cookies(server: Server) -> set[str]:
    """The values of the cookies that the site sets, one of them for a member of staff who logs in."""
    staff = {"Cookie": f"csrftoken={CSRF_TOKEN}", "X_CSRFToken": CSRF_TOKEN}
    login = server.ask("POST", "/admin/login/?next=/admin/", "username=staff&password=correct-horse", **staff)
    answers = [
        login,
        server.ask("POST", "/checklists/celery-tasks/audits/", "task=t"),
        server.ask("GET", "/admin/login/"),
    ]
    found = [
        re.match("[a-z]+=([^;]+)", header) for answer in answers for header in answer.headers.get_all("Set-Cookie")
    ]
    assert len(found) >= 4, "a session, a new CSRF token, a visitor, and a CSRF token for the form"
    return {value[1] for value in found if value}


def kill_workers(server: Server, path: str) -> None:
    """One worker is killed while it reads a request, the other stops to answer, until gunicorn kills it."""
    request = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\nReferer: http://h{path}\r\n\r\ntask="
    with closing(socket.create_connection(("127.0.0.1", server.port))) as unfinished:
        unfinished.sendall(request.encode())
        time.sleep(0.5)
        first, second = server.workers()
        os.kill(first, signal.SIGKILL)
        os.kill(second, signal.SIGSTOP)
        while second in server.workers():
            time.sleep(0.1)
    wait_until_well(server)


def wait_until_well(server: Server) -> None:
    """Until it answers again, half a minute at most."""
    until = time.monotonic() + 30
    while not server.is_well():
        assert time.monotonic() < until
        time.sleep(0.1)


def lose_the_database(project: Project) -> None:
    """The file is none of SQLite's any more; PostgreSQL lets nobody in."""
    url = project.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        for file in project.files():
            file.unlink()
            file.write_text("no database")
        return
    name = url.rpartition("/")[2]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def drive(project: Project, server: Server) -> tuple[set[str], int]:
    """Everything that can happen to a server: the secrets that it has seen, and how many requests have a line at least."""
    own = cells(project)
    statuses = [ask(server, cell, row, column) for row, column, cell in own]
    secrets = {CSRF_TOKEN, "correct-horse"} | cookies(server)
    secrets |= {str(cell[name]) for *_, cell in own for name in ("edit", "view", "starter", "stranger")}
    audit = own[1][2]
    path = f"/audits/{audit['edit']}/"
    for request in MALFORMED:
        send(server.port, request.format(edit=audit["edit"]).encode())
    kill_workers(server, path)
    output = project.manage("shell", "--no-imports", "-c", EVERY_SECRET_THEN_LOSE_A_TABLE)
    secrets |= set(json.loads(output.partition("SECRETS")[2]))
    headers = {"Referer": f"http://127.0.0.1{path}", "Cookie": f"visitor={audit['starter']}"}
    failed = [server.ask("POST", f"{path}items/known-options-only/", "verdict=pass", **headers).status]
    lose_the_database(project)
    failed.append(server.ask("GET", "/healthz").status)
    # Nobody waits for the answer: Django's page for debugging asks the database again and again.
    headers |= {"Host": "127.0.0.1", "X-Request-ID": ABANDONED}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    send(server.port, "\r\n".join([*lines, "", ""]).encode())
    assert min(failed) >= 500
    assert {200, 302, 303, 403, 404} <= set(statuses)
    return secrets, len(statuses) + len(failed)


def written_since(folder: Path, moment: float) -> list[Path]:
    """The files of the project that are newer, but for those in which secrets belong."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.stat().st_mtime >= moment]
    return [file for file in files if not file.name.startswith(("walkaround.sqlite3", "secret_key"))]


@pytest.fixture(scope="module", params=["json", "keyvalue"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """What a server printed in which everything happened, and whatever it wrote into files besides its database."""
    folder = tmp_path_factory.mktemp("talkative")
    with Project.copied_to(folder) as project:
        project.manage("prepare")
        begun = time.time()
        with project.serving(**TALKATIVE, LOG_FORMAT=request.param) as server:
            secrets, asked = drive(project, server)
        files = written_since(folder, begun)
        assert server.output in files
        yield Run(request.param, "".join(map(Path.read_text, files)).splitlines(), secrets, asked)


def test_no_line_holds_a_secret(run: Run) -> None:
    text = "\n".join(run.lines)
    assert len(run.secrets) > 2 * len(TABLE)
    assert not [secret for secret in run.secrets if secret in text]


def test_each_line_is_of_the_format(run: Run) -> None:
    always = {"time", "level", "logger", "message"}
    assert [fields for fields in run.parsed if not always <= fields.keys()] == []


def test_each_request_has_a_line_that_names_the_pattern_of_its_url(run: Run) -> None:
    lines = run.of("checklist.requestlog")
    assert len(lines) >= run.asked
    assert {line["route"] for line in lines} >= set(routes(get_resolver()))
    assert {line["method"] for line in lines} >= {"GET", "POST"}
    assert not [
        line for line in lines if not (float(line["ms"]) > 0 and int(line["bytes"]) >= 0 and int(line["status"]))
    ]


def test_every_line_about_a_request_has_its_id(run: Run) -> None:
    ids = [line["request_id"] for line in run.of("checklist.requestlog")]
    assert len(set(ids)) == len(ids)
    failed = {line["request_id"] for line in run.of("django.request") if line["level"] == "error"}
    assert len(failed) >= 2
    # The request whose answer nobody awaits may still run when the server stops.
    assert {*failed, *(line["request_id"] for line in run.of("django.db.backends"))} <= {*ids, ABANDONED}
    assert {line.get("request_id") for line in run.of("gunicorn.access")} - {None} == set(ids)
    unread = [line for line in run.of("gunicorn.error") if re.search("HTTP (method|Version|Header)", line["message"])]
    assert len(unread) >= 4
    assert {line.get("request_id") for line in unread} == {None}


@pytest.fixture(scope="module")
def proxied(project: Project) -> Iterator[Server]:
    """A server behind a proxy on this machine, with a line for each request."""
    with project.serving(TRUSTED_PROXIES="127.0.0.1", LOG_LEVEL="info") as server:
        yield server


def last_id(server: Server, given: str) -> str:
    """The id that the log has for a request that came with `X-Request-ID`."""
    server.ask("GET", "/", X_Request_ID=given)
    return [keyvalue(line) for line in server.output.read_text().splitlines() if "checklist.requestlog" in line][-1][
        "request_id"
    ]


@pytest.mark.parametrize(
    "given", ["a", "Az09._-", "x" * 21, "0123456789abcdef" * 2, "5d3f5c6e-9a0b-4c1d-8e2f-001122334455"]
)
def test_a_trusted_proxy_names_the_request(proxied: Server, given: str) -> None:
    assert last_id(proxied, given) == given


@pytest.mark.parametrize("given", ["", "a b", "a=b", 'a"', "x" * 65, "Zb3_q-81Yw0aNcT5kLmPrXvU7oHsEiJd"])
def test_a_name_that_is_long_or_not_plain_or_like_a_secret_is_replaced(proxied: Server, given: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", last_id(proxied, given))


def test_nobody_else_names_a_request_and_no_line_of_one_holds_an_address(project: Project) -> None:
    with project.serving(LOG_LEVEL="info") as server:
        assert re.fullmatch("[0-9a-f]{16}", last_id(server, "mine"))
        assert "127.0.0.1" not in server.output.read_text().partition("checklist.requestlog")[2].partition("\n")[0]


@pytest.mark.parametrize(("level", "lines"), [("warning", 0), ("info", 1)])
def test_a_request_has_a_line_from_info_on(project: Project, level: str, lines: int) -> None:
    with project.serving(LOG_LEVEL=level) as server:
        server.ask("GET", "/mine/?page=1")
        text = server.output.read_text()
    assert len(re.findall("method=GET route=mine/ status=200", text)) == lines
    assert "page=1" not in text


def test_who_asks_for_logs_gets_the_address_as_a_line_too(project: Project) -> None:
    with project.serving(LOG_FORMAT="json", LOG_LEVEL="info") as server:
        lines = [json.loads(line) for line in server.output.read_text().splitlines()]
    assert f"serving http://127.0.0.1:{server.port}" in [line["message"] for line in lines]
