"""A PostgreSQL server for this process alone, where it is installed and none is running: a free loopback port, a temporary folder."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from running import free_port

LONGEST_START = 60  # seconds


@dataclass
class PrivateServer:
    """A PostgreSQL with an empty folder of data and a port of its own; it can be stopped and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers while it runs."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make the folder of data. Raises FileNotFoundError where PostgreSQL is not installed."""
        initdb = [_programs() / "initdb", "-D", self.folder / "data"]
        options = ["-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C"]
        subprocess.run([*initdb, *options], cwd=self.folder, check=True, capture_output=True, **_owner(self.folder))

    def start(self) -> None:
        """Start, and return when it answers."""
        # The data are thrown away, so nothing waits for the disk.
        sockets = f"unix_socket_directories={self.folder}"
        options = ["listen_addresses=127.0.0.1", sockets, "fsync=off", f"port={self.port}"]
        command = [_programs() / "postgres", "-D", self.folder / "data"]
        command += [part for option in options for part in ("-c", option)]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stderr=subprocess.DEVNULL, start_new_session=True, **_owner(self.folder)
        )
        _wait_for(self.url)

    def stop(self) -> None:
        """Stop at once, whoever is connected."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()


def start() -> str:
    """The URL of a new server, which ends with this process. Raises FileNotFoundError where PostgreSQL is not installed."""
    server = PrivateServer(Path(tempfile.mkdtemp(prefix="postgres")))
    server.make()
    atexit.register(shutil.rmtree, server.folder, ignore_errors=True)
    atexit.register(server.stop)
    server.start()
    return server.url


def _programs() -> Path:
    """The newest folder with `initdb`: Debian keeps one for each version, outside of PATH."""
    by_version = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = by_version[-1] if by_version else shutil.which("initdb")
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    return Path(found).parent


def _owner(folder: Path) -> dict[str, Any]:
    """How to start the programs: PostgreSQL refuses to run as root, Debian's package brings the user postgres."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + LONGEST_START
    while True:
        try:
            return psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
