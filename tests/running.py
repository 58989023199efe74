"""Real processes for tests: a copy of the project with a database of its own, its commands and its server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("checklist", "content", "static", "templates", "manage.py", "gunicorn.conf.py")
OURS = {
    "ALLOWED_HOSTS", "CONTENT_DIRS", "DATABASE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "HOST", "LOG_FORMAT", "LOG_LEVEL", "PORT",
    "PUBLIC_URL", "SECRET_KEY", "SENTRY_DSN", "STARTS_PER_HOUR", "TRUSTED_PROXIES", "VAR_DIR", "WEB_CONCURRENCY",
    # With this one a copy of the project would be compiled anew by every command.
    "PYTHONDONTWRITEBYTECODE",
}  # fmt: skip


def clean_environment(**variables: str) -> dict[str, str]:
    """The environment of this process without our settings, and `variables` besides."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | variables


def free_port() -> int:
    """A TCP port on which nobody listens just now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


def send(port: int, raw: bytes, patience: float = 1) -> bytes:
    """Send `raw` as it is and read until the server closes or says nothing: for `patience` seconds at first, later for one."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=patience)) as connection:
        connection.sendall(raw)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
                connection.settimeout(1)
        except TimeoutError:
            pass
    return received


@dataclass
class Server:
    """A running gunicorn; everything that it printed is in `output`."""

    port: int
    output: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that the others are children of."""
        assert self.process
        return self.process.pid

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> HTTPResponse:
        """One request; the body is sent as a form. Read the answer at once: the connection is closed."""
        named = {"Content-Type": "application/x-www-form-urlencoded"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body.encode(), named)
            response = connection.getresponse()
            response.text = response.read().decode()  # type: ignore[attr-defined]
        return response

    def is_well(self) -> bool:
        """Whether it answers."""
        try:
            return self.ask("GET", "/healthz").status == 200
        except (OSError, HTTPException):
            return False


@dataclass
class Project:
    """A copy of the project in `folder`, and the environment that names its database."""

    folder: Path
    environment: dict[str, str]
    prefix: tuple[str, ...] = ()  # a program that runs the others, with its arguments

    @classmethod
    @contextmanager
    def copied_to(cls, folder: Path) -> Iterator[Project]:
        """A copy with an empty database of the kind that the tests run on; the database is gone afterwards."""
        for name in PARTS:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        with temporary_database(folder / "var") as variables:
            yield cls(folder, clean_environment(VAR_DIR=str(folder / "var"), **variables))

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Begin a command of `manage.py`; both its outputs are one pipe."""
        command = [*self.prefix, sys.executable, "manage.py", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment | variables, text=True, **pipes)

    def manage(self, *arguments: str, **variables: str) -> str:
        """Run a command of `manage.py` that must succeed: its output."""
        process = self.start(*arguments, **variables)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output

    def files(self) -> list[Path]:
        """The files of a SQLite database: itself, its write-ahead log and its index."""
        return sorted((self.folder / "var").glob("walkaround.sqlite3*"))

    def count(self, model: str) -> int:
        """How many rows a model has, for instance `catalogue.Edition`."""
        code = f"from django.apps import apps; print(apps.get_model('{model}').objects.count())"
        return int(self.manage("shell", "--no-imports", "-c", code).split()[-1])

    @contextmanager
    def serving(self, **variables: str) -> Iterator[Server]:
        """gunicorn as `make run` starts it, on a free port, until the block ends."""
        server = Server(free_port(), Path(self.environment["VAR_DIR"], f"output-{uuid.uuid4().hex}"))
        environment = self.environment | {"PORT": str(server.port)} | variables
        with server.output.open("w") as output:
            command = [*self.prefix, sys.executable, "-m", "gunicorn", "checklist.wsgi:application"]
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=output, stderr=output)
        server.process = process
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=40)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if server.is_well():
            return
        assert process.poll() is None, server.output.read_text()
        time.sleep(0.1)
    raise AssertionError(server.output.read_text())


@contextmanager
def temporary_database(folder: Path) -> Iterator[dict[str, str]]:
    """The variables that name a new, empty database: on the PostgreSQL of `DATABASE_URL`, else a SQLite file in `folder`."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {"DATABASE_URL": f"sqlite:///{folder / 'walkaround.sqlite3'}"}
        return
    name = f"walkaround_{uuid.uuid4().hex}"
    _at_server(url, f"CREATE DATABASE {name}")
    try:
        yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl(), "SECRET_KEY": "only for tests"}
    finally:
        _at_server(url, f"DROP DATABASE {name} WITH (FORCE)")


def _at_server(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
