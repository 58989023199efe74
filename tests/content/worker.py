"""A small project "shop" around one example: its module, its real workers and its own Redis, all gone with the block.

The proofs in `real_*.py` use it. The task `settle` of an example is called `shop.settle` there. What the tasks do beside
the example is counted in `notes`, a Redis database that both the workers and the proof see.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from celery import Celery
from celery.result import AsyncResult
from running import clean_environment

from content.examples import Code
from content.process_group import ProcessGroup
from content.redis_server import RedisServer, redis_server

BROKER, RESULTS, NOTES = 0, 1, 2  # databases of the shop's Redis
PATIENCE = 60.0  # seconds that anything may take on a busy machine before we call it a failure
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")

PRELUDE = """\
import os, signal, time
from types import SimpleNamespace
import redis
from celery import Celery

app = Celery("shop", broker={broker!r}, backend={results!r})
app.conf.broker_connection_retry_on_startup = True
notes = redis.Redis.from_url({notes!r})
"""


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Look until the condition holds. Raises AssertionError, which says `what` was awaited, after that many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"within {seconds:.0f} seconds it did not come to this: {what}"
        time.sleep(0.05)


@dataclass
class Worker:
    """A worker with its pool processes, and the file of all that they print."""

    group: ProcessGroup
    log: Path

    @property
    def output(self) -> str:
        """All that it printed so far."""
        return self.log.read_text()

    def await_ready(self) -> None:
        """Wait until it consumes. Raises AssertionError with its output when it ends instead."""
        wait_until(lambda: " ready." in self.output or not self.group.is_running, "the worker is ready")
        assert self.group.is_running, self.output


@dataclass
class Shop:
    """The project: `app` sends to its workers, `notes` holds what they noted."""

    example: Code
    folder: Path
    redis: RedisServer
    app: Celery
    notes: redis.Redis
    workers: list[Worker] = field(default_factory=list)

    def start_worker(self, *flags: str, command: Sequence[str] = ("-A", "shop", "worker", "-c", "1")) -> Worker:
        """Start a worker, of one process unless `command` says otherwise, and wait until it is ready."""
        number = len(self.workers)
        log = self.folder / f"worker{number}.log"
        line = [sys.executable, "-m", "celery", *command, "-n", f"worker{number}@shop", "-l", "INFO", *QUIET, *flags]
        with log.open("wb") as output:
            group = ProcessGroup.start(line, stdout=output, stderr=output, **self._here())
        worker = Worker(group, log)
        self.workers.append(worker)
        worker.await_ready()
        self.example.executed = True  # The worker has imported it with the module.
        return worker

    def call(self, code: str) -> str:
        """Run `code` after `from shop import *` in a process of its own: what it prints."""
        line = [sys.executable, "-c", f"from shop import *\n{code}"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False, **self._here())
        assert done.returncode == 0, done.stderr
        self.example.executed = True
        return done.stdout.strip()

    def send(self, task: str, *arguments: object) -> AsyncResult:
        """Enqueue a task of the shop by the name of its function."""
        return self.app.send_task(f"shop.{task}", arguments)

    def count(self, note: str) -> int:
        """How often the tasks incremented this note."""
        return int(self.notes.get(note) or 0)

    def _here(self) -> dict[str, object]:
        return {"cwd": self.folder, "env": clean_environment(PYTHONDONTWRITEBYTECODE="1")}


@contextmanager
def shop(example: Code, before: str = "", after: str = "") -> Iterator[Shop]:
    """A project whose module is our prelude, `before`, the example as it stands (if it is Python), and `after`."""
    with tempfile.TemporaryDirectory() as folder, redis_server() as server, server.client(NOTES) as notes:
        urls = {"broker": server.url(BROKER), "results": server.url(RESULTS), "notes": server.url(NOTES)}
        source = example.source if example.language == "python" else ""
        Path(folder, "shop.py").write_text("\n".join([PRELUDE.format(**urls), before, source, after]))
        app = Celery("caller", broker=urls["broker"], backend=urls["results"], set_as_current=False)
        project = Shop(example, Path(folder), server, app, notes)
        try:
            yield project
        except BaseException as error:
            for worker in project.workers:
                error.add_note(f"{worker.log.name} ends:\n{worker.output[-3000:]}")
            raise
        finally:
            for worker in project.workers:
                worker.group.kill()
            app.close()
