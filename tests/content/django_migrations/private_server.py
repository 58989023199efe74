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
from pathlib import Path
from typing import Any

import psycopg
from running import free_port

LONGEST_START = 60  # seconds


def start() -> str:
    """The URL of a new server, which ends with this process. Raises FileNotFoundError where PostgreSQL is not installed."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    owner = _owner(folder)
    initdb = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C"]
    subprocess.run(initdb, cwd=folder, check=True, capture_output=True, **owner)
    port = free_port()
    # The data are thrown away, so nothing waits for the disk.
    options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "fsync=off", f"port={port}"]
    command = [programs / "postgres", "-D", folder / "data", *(part for option in options for part in ("-c", option))]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True, **owner)
    atexit.register(_stop, process, folder)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    _wait_for(url)
    return url


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


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.send_signal(signal.SIGQUIT)  # to PostgreSQL: stop at once
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)
