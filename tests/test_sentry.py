"""What leaves for a Sentry when something fails: a real server sends to a Sentry of our own, which reads everything."""

from __future__ import annotations

import gzip
import json
import queue
import shutil
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import brotli
import pytest
from running import ROOT, Project, clean_environment

UNPACK = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress, "deflate": zlib.decompress}
NOTE = "a note that nobody else may read"
# Correcting an audit fails: with secrets in the error's text, in a line of the log before it, and in local variables.
BROKEN = """

def correct(request, token):
    import logging
    note = request.POST["note"]
    logging.getLogger("checklist").warning("about to fail at %s", request.get_full_path())
    raise ValueError(f"{token} with {request.COOKIES} from {request.headers['Referer']} in {request.build_absolute_uri()}")
"""


@dataclass
class Sentry:
    """A Sentry on this machine; every envelope that it got is in `envelopes`, unpacked."""

    envelopes: queue.Queue[str] = field(default_factory=queue.Queue)
    port: int = 0
    delay: float = 0

    @property
    def dsn(self) -> str:
        """Where to send to."""
        return f"http://key@127.0.0.1:{self.port}/1"

    def event(self) -> tuple[str, dict[str, Any]]:
        """The next envelope as it came, and the event in it."""
        text = self.envelopes.get(timeout=20)
        return text, json.loads(text.splitlines()[2])


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    """A Sentry that listens."""
    received = Sentry()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            time.sleep(received.delay)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.envelopes.put(UNPACK[self.headers.get("Content-Encoding", "")](body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()


@pytest.fixture(scope="module")
def failing(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project in which correcting an audit fails."""
    folder = tmp_path_factory.mktemp("failing") / "project"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("output-*"))
    with (folder / "checklist" / "audits" / "views" / "audit.py").open("a") as views:
        views.write(BROKEN)
    return Project(folder, project.environment)


@pytest.fixture
def secrets(project: Project) -> dict[str, str]:
    """What nobody may find: an audit's token, and cookies."""
    with project.serving() as server:
        answer = server.ask("POST", "/checklists/celery-tasks/audits/", "task=t")
    visitor = answer.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    return {
        "edit": answer.headers["Location"].split("/")[2],
        "visitor": visitor,
        "csrftoken": "Qx7" * 10 + "Qx",
        "note": NOTE,
    }


@pytest.fixture
def sent(failing: Project, sentry: Sentry, secrets: dict[str, str]) -> tuple[str, dict[str, Any], str]:
    """What a failing request sends, as text and as an event, and the id of the request."""
    path = f"/audits/{secrets['edit']}/"
    headers = {
        "Cookie": f"visitor={secrets['visitor']}; csrftoken={secrets['csrftoken']}",
        "Referer": f"http://127.0.0.1{path}",
        "X_CSRFToken": secrets["csrftoken"],
    }
    with failing.serving(SENTRY_DSN=sentry.dsn, LOG_LEVEL="debug") as server:
        answer = server.ask("POST", f"{path}?again={secrets['edit']}", urlencode({"note": NOTE}), **headers)
        text, event = sentry.event()
        output = server.output.read_text()
    assert (answer.status, sentry.envelopes.qsize()) == (500, 0)
    assert not [name for name, secret in secrets.items() if secret in output]
    return text, event, answer.headers["X-Request-ID"]


def test_an_error_arrives_once_with_the_id_of_its_request_and_without_any_secret(
    sent: tuple[str, dict[str, Any], str], secrets: dict[str, str]
) -> None:
    text, event, request_id = sent
    assert (event["tags"]["request_id"], event["transaction"]) == (request_id, "/audits/[secret]/")
    assert [(error["type"], error["value"][:13]) for error in event["exception"]["values"]] == [
        ("ValueError", "[secret] with")
    ]
    assert [crumb["message"] for crumb in event["breadcrumbs"]["values"] if crumb["category"] == "checklist"] == [
        "about to fail at /audits/[secret]/?again=[secret]"
    ]
    assert event["request"]["url"].endswith("/audits/[secret]/")
    assert not event["request"].get("cookies") and not event["request"].get("data")
    assert "user" not in event
    assert not [name for name, secret in secrets.items() if secret in text or quote_plus(secret) in text]


def test_a_command_that_fails_sends_its_error_too_and_waits_for_that_in_silence(
    project: Project, sentry: Sentry
) -> None:
    sentry.delay = 0.5
    process = project.start("shell", "--no-imports", "-c", "raise ValueError('in a command')", SENTRY_DSN=sentry.dsn)
    output, _ = process.communicate(timeout=60)
    assert sentry.event()[1]["exception"]["values"][0]["value"] == "in a command"
    assert "Sentry" not in output


def test_without_an_address_nothing_of_sentry_is_loaded(project: Project) -> None:
    assert "False" in project.manage("shell", "--no-imports", "-c", "import sys; print('sentry_sdk' in sys.modules)")


def test_an_address_without_the_package_is_one_line_that_says_how_to_install_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['sentry_sdk'] = None; import checklist.settings"
    environment = clean_environment(VAR_DIR=str(tmp_path), SENTRY_DSN="http://key@127.0.0.1:9/1")
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("walkaround: SENTRY_DSN: ")
    assert "pip install -r requirements-sentry.txt" in result.stderr
