"""Whoever reads a log must not be able to open an audit: a real server, and everything that it prints."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from running import Project, Server, send

from checklist.logs import RedactingFormatter, redact

TOKEN = "Zb3_q-81Yw0aNcT5kLmPrXvU7oHsEiJd"

LINES = [
    (f"Not Found: /audits/{TOKEN}/", "Not Found: /audits/[secret]/"),
    (f"/shared/{TOKEN}/export.md", "/shared/[secret]/export.md"),
    (f'"GET /audits/{TOKEN} HTTP/1.1"', '"GET /audits/[secret] HTTP/1.1"'),
    (f"http://h/audits/{TOKEN}#backoff", "http://h/audits/[secret]#backoff"),
    (f"/audits/{TOKEN}?x=1 and /shared/{TOKEN}", "/audits/[secret]?x=1 and /shared/[secret]"),
    ("/checklists/celery-tasks/audits/", "/checklists/celery-tasks/audits/"),
    ("/healthz", "/healthz"),
    (f"https%3A%2F%2Fh%2Faudits%2F{TOKEN}%2Flinks", "https%3A%2F%2Fh%2Faudits%2F[secret]%2Flinks"),
    (f"/audits//{TOKEN}/", "/audits//[secret]/"),
    (f"/Audits/{TOKEN}/", "/Audits/[secret]/"),
    (f"/audit/{TOKEN}/", "/audit/[secret]/"),
    (f"/{TOKEN}/", "/[secret]/"),
    ("/checklists/deploy-compatible-signature/", "/checklists/deploy-compatible-signature/"),
]


@pytest.mark.parametrize(("line", "redacted"), LINES)
def test_the_secret_part_of_a_path_is_taken_out(line: str, redacted: str) -> None:
    assert redact(line) == redacted


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise ValueError(f"/audits/{TOKEN}/")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", None, info)
    assert TOKEN not in RedactingFormatter().format(record)


@pytest.mark.parametrize("name", settings.LOGGING["handlers"])
def test_every_handler_of_the_settings_redacts(name: str) -> None:
    formatter = settings.LOGGING["handlers"][name]["formatter"]
    assert settings.LOGGING["formatters"][formatter]["()"] == "checklist.logs.RedactingFormatter"


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Server]:
    """A real server."""
    with project.serving() as running:
        yield running


@pytest.fixture(scope="module")
def secrets(server: Server) -> dict[str, str]:
    """The tokens of an audit on the server."""
    edit = re.search(
        "/audits/([^/]+)/", server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").headers["Location"]
    )
    assert edit
    view = re.search("/shared/([^/]+)/", server.ask("GET", f"/audits/{edit[1]}/").text)
    assert view
    return {"edit": edit[1], "view": view[1]}


REQUESTS = [
    ("GET", "/audits/{edit}/", 200),
    ("POST", "/audits/{edit}/items/known-options-only/", 400),
    ("GET", "/audits/{edit}/export.pdf", 404),
    ("GET", "/audits/{edit}/nothing", 404),
    ("GET", "/audits/{edit}", 301),
    ("GET", "/audits//{edit}/", 404),
    ("GET", "/audit/{edit}/", 404),
    ("GET", "/{edit}", 404),
    ("GET", "/audits/{view}/", 404),
    ("GET", "/shared/{edit}/", 404),
    ("PUT", "/audits/{edit}/", 405),
    ("GET", "/shared/{view}/x?y={edit}", 404),
    ("GET", "/shared/%2e%2e/audits/{edit}/nothing", 404),
    ("GET", "/%61udits/{edit}/nothing", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_no_answer_leaves_a_token_in_the_log(
    server: Server, secrets: dict[str, str], method: str, path: str, status: int
) -> None:
    assert server.ask(method, path.format(**secrets)).status == status
    assert not [name for name, token in secrets.items() if token in server.output.read_text()]


MALFORMED = [
    "GET /audits/{edit}/ HTTP/9.9\r\n\r\n",
    "GET /audits/{edit}/ \r\n\r\n",
    "GET  /audits/{edit}/ HTTP/1.1\r\n\r\n",
    "/audits/{edit}/\r\n\r\n",
    "G@T /audits/{edit}/ HTTP/1.1\r\n\r\n",
    "GET /audits/{edit}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nbroken header {edit}\r\n\r\n",
    "GET /audits/{edit}/ HTTP/1.1\r\nHost: /audits/{edit}/\r\n\r\n",
    "GET /audits/{edit}/ HTTP/1.1\r\nHost: evil.example\r\nReferer: http://127.0.0.1/audits/{edit}/\r\n\r\n",
    "POST /audits/{edit}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {edit}\r\n\r\n",
    "POST /audits/{edit}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n/audits/{edit}/\r\n",
    "POST /audits/{edit}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
    "GET /audits/{edit}/" + "x" * 9000 + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
]


@pytest.mark.parametrize("request_text", MALFORMED)
def test_a_malformed_request_leaves_no_token_in_the_log(
    server: Server, secrets: dict[str, str], request_text: str
) -> None:
    send(server.port, request_text.format(**secrets).encode())
    assert server.is_well()
    assert not [name for name, token in secrets.items() if token in server.output.read_text()]


def broken(project: Project, folder: Path) -> Project:
    """A copy of the project in which the page of an audit cannot be made."""
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("output-*"))
    (folder / "templates" / "audits" / "audit.html").unlink()
    return Project(folder, project.environment)


def test_a_failing_page_is_500_and_its_traceback_holds_no_token(
    project: Project, secrets: dict[str, str], tmp_path: Path
) -> None:
    with broken(project, tmp_path / "broken").serving() as failing:
        assert failing.ask("GET", f"/audits/{secrets['edit']}/").status == 500
        output = failing.output.read_text()
    assert "TemplateDoesNotExist" in output
    assert secrets["edit"] not in output
