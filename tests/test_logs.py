"""Whoever reads a log must not be able to open an audit: a real server, and everything that it prints."""

from __future__ import annotations

import io
import logging
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from running import Project, Server, send

from checklist.logs import FORMATS, RedactingFormatter, redact

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
    ("request 0123456789abcdef0123456789abcdef", "request 0123456789abcdef0123456789abcdef"),
    (f"/{TOKEN[:-1]}/ and /{TOKEN[:24]}", "/[secret]/ and /[secret]"),
    (repr(f"\n{TOKEN}"), "'\\[secret]'"),
    (f"%0a{TOKEN}", "%[secret]"),
    (f"q{TOKEN}", "[secret]"),
    (f"visitor={TOKEN};csrftoken={'c' * 31}Q", "visitor=[secret];csrftoken=[secret]"),
]


@pytest.mark.parametrize(("line", "redacted"), LINES)
def test_the_secret_part_of_a_path_is_taken_out(line: str, redacted: str) -> None:
    assert redact(line) == redacted


def test_a_traceback_is_redacted_too() -> None:
    try:
        raise ValueError(f"/audits/{TOKEN}/")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    failed = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", None, info)
    assert not [form for form in FORMATS if TOKEN in RedactingFormatter(form).format(failed)]


def record(message: str, *arguments: object, **extras: object) -> logging.LogRecord:
    """What `logging` hands to a formatter."""
    return logging.makeLogRecord(
        {"name": "x", "msg": message, "args": arguments, "pathname": "f.py", "lineno": 7, **extras}
    )


@pytest.mark.parametrize("form", FORMATS)
def test_extra_fields_are_redacted_and_those_of_other_packages_left_out(form: str) -> None:
    line = RedactingFormatter(form).format(record("m", route=f"/audits/{TOKEN}/", request="their request"))
    assert "/audits/[secret]/" in line
    assert "their request" not in line


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x85", "\u2028", "\u202e"])
def test_nobody_can_begin_a_line_or_turn_one_around(form: str, character: str) -> None:
    line = RedactingFormatter(form).format(record("Not Found: %s", f"/{character}level=error"))
    assert (character not in line, len(line.splitlines())) == (True, 1)


@pytest.mark.parametrize("form", FORMATS)
def test_a_line_that_cannot_be_written_says_where_it_came_from_and_nothing_else(form: str) -> None:
    line = RedactingFormatter(form).format(record("%d answers", TOKEN))
    assert "a line from f.py:7 cannot be written: TypeError" in line
    assert TOKEN not in line


def test_a_stream_that_takes_no_line_gets_no_report_with_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    stream.close()
    logging.StreamHandler(stream).handle(record("%s", TOKEN))
    assert capsys.readouterr().err == ""


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


def test_a_failing_page_is_500_names_its_request_and_its_traceback_holds_no_token(
    project: Project, secrets: dict[str, str], tmp_path: Path
) -> None:
    with broken(project, tmp_path / "broken").serving() as failing:
        answer = failing.ask("GET", f"/audits/{secrets['edit']}/")
        output = failing.output.read_text()
    assert (answer.status, answer.text.count(answer.headers["X-Request-ID"])) == (500, 1)
    assert f"request_id={answer.headers['X-Request-ID']} " in output
    assert "TemplateDoesNotExist" in output
    assert secrets["edit"] not in output
