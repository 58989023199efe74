"""A gunicorn that can be killed and started again, on a database of its own."""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from unittest.mock import patch

from content.django_migrations import server as postgresql
from content.process_group import ProcessGroup
from running import Project

PATIENCE = 60.0  # seconds until a server that does not answer counts as broken
DATABASES = ("sqlite", "postgresql")


@contextmanager
def prepared_project(database: str, folder: Path) -> Iterator[Project]:
    """A copy of the project in `folder` with a new database of that kind, which is gone afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    url = "" if database == "sqlite" else given if given.startswith("postgres") else postgresql.server_url()
    with patch.dict(os.environ, {"DATABASE_URL": url}), Project.copied_to(folder) as project:
        project.manage("prepare")
        yield project


def lasting_port() -> int:
    """A port on which nobody listens, and which the system gives to no outgoing connection while the server is down."""
    for port in random.sample(range(20_000, 30_000), 100):
        with suppress(OSError), closing(socket.create_server(("127.0.0.1", port))):
            return port
    raise RuntimeError("no free port between 20000 and 30000")


class Service:
    """gunicorn as `make run` starts it; every process of it ends with this one, even when this one is killed."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.port = lasting_port()
        self.output = project.folder / "server.log"
        self.group: ProcessGroup | None = None

    @contextmanager
    def running(self) -> Iterator[Service]:
        """Started, until the block ends."""
        try:
            self.start()
            yield self
        finally:
            self.kill()

    def start(self) -> None:
        """Start, and return when the database answers."""
        command = [sys.executable, "-m", "gunicorn", "checklist.wsgi:application"]
        variables = self.project.environment | {"HOST": "127.0.0.1", "PORT": str(self.port)}
        with self.output.open("ab") as output:
            self.group = ProcessGroup.start(
                command, cwd=self.project.folder, env=variables, stdout=output, stderr=output
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_well():
            if not self.group.is_running or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {self.output.read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to every process of it, whatever they are doing."""
        if self.group:
            self.group.kill()

    def stop(self) -> None:
        """SIGTERM, as a container runtime ends it, and the time to finish what it has."""
        if self.group:
            self.group.stop(PATIENCE)

    def errors(self) -> list[str]:
        """What its log says went wrong, also in answers that nobody received."""
        text = self.output.read_text()
        return [line for line in text.splitlines() if " ERROR " in line or "Error: " in line or "[ERROR]" in line]

    def _is_well(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with suppress(OSError, HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False
