"""A Redis of its own for each proof that needs one: on a free loopback port, in memory only, gone with the block."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import redis
from running import free_port

from content.process_group import ProcessGroup


@dataclass(frozen=True)
class RedisServer:
    """A running server. Its databases are numbered from 0 to 15."""

    port: int

    def url(self, database: int) -> str:
        """What Celery calls a broker URL."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def client(self, database: int) -> redis.Redis:
        """A client that answers text; close it."""
        return redis.Redis(port=self.port, db=database, decode_responses=True)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A new, empty server until the block ends. Skips the test, or fails it under CI, where none is installed."""
    group, server = _started(_binary())
    try:
        yield server
    finally:
        group.kill()


def _binary() -> str:
    found = os.environ.get("REDIS_SERVER") or shutil.which("redis-server")
    if found is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("needs redis-server (on Debian: apt-get install redis-server)")
    return found


def _started(binary: str) -> tuple[ProcessGroup, RedisServer]:
    """Another test can take the free port before our server does; then the server ends at once and we try again."""
    for _ in range(5):
        server = RedisServer(free_port())
        options = ["--port", str(server.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        group = ProcessGroup.start([binary, *options], stdout=subprocess.DEVNULL)
        if _answers(server, group):
            return group, server
        group.kill()
    raise RuntimeError("redis-server does not start")


def _answers(server: RedisServer, group: ProcessGroup) -> bool:
    """Whether this very process answers, within half a minute; on a lost port it would be somebody else's."""
    deadline = time.monotonic() + 30
    with server.client(0) as client:
        while group.is_running and time.monotonic() < deadline:
            try:
                return bool(client.info("server")["process_id"] == group.leader.pid)
            except redis.ConnectionError:
                time.sleep(0.05)
    return False
