"""A real Walkaround on a loopback port of its own, served by gunicorn as `make run` does."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0  # seconds until a server that does not answer counts as broken

# Nothing of the caller's service may reach the one that is tested.
SETTINGS = {
    *("DATABASE_URL", "SECRET_KEY", "VAR_DIR", "HOST", "PORT", "PUBLIC_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES"),
    *("CONTENT_DIRS", "DEBUG", "STARTS_PER_HOUR", "WEB_CONCURRENCY", "DJANGO_SETTINGS_MODULE"),
}


def environment(var: Path, **more: str) -> dict[str, str]:
    """The environment of a process that keeps its database in `var`."""
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return inherited | {"VAR_DIR": str(var)} | more


def copy_project(to: Path) -> None:
    """Copy to `to` what runs. The tests collect static files, which would pull them away from under a server of yours."""
    for folder in ("checklist", "templates", "static", "content"):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("manage.py", "gunicorn.conf.py"):
        shutil.copy(ROOT / file, to)


def prepare(project: Path) -> None:
    """Migrate, load and collect in a copied project."""
    command = [sys.executable, "manage.py", "prepare"]
    subprocess.run(command, cwd=project, env=environment(project / "var"), check=True)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """gunicorn on a prepared project, with a copy of its database in `var`.

    It keeps port and database when it is stopped and started.
    """

    def __init__(self, project: Path, var: Path) -> None:
        self.project = project
        self.var = shutil.copytree(project / "var", var)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when the database answers."""
        command = [sys.executable, "-m", "gunicorn", "checklist.wsgi:application"]
        variables = environment(self.var, HOST="127.0.0.1", PORT=str(self.port), PUBLIC_URL=self.url)
        with (self.var / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.project, env=variables, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {(self.var / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def stop(self) -> None:
        """End it as a crash would: at once, every process of it, no request finished."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)

    def restart(self) -> None:
        """Stop and start it as an operator would: with SIGTERM, requests finished."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.start()
