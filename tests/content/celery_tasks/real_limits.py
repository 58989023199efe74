"""Proofs about time limits, and about what must outlast them: locks and the time that a worker has to stop."""

from __future__ import annotations

import time

import pytest
from celery import Celery
from celery.result import AsyncResult

from content.examples import Code
from content.proofs import proves
from content.redis_server import redis_server
from content.worker import Shop, shop, wait_until

# Image 1 hangs until something interrupts it, image 2 even ignores that, image 3 is a good one.
IMAGES = """
from celery.exceptions import SoftTimeLimitExceeded

def make_thumbnail(image_id):
    notes.incr(f"started {image_id}")
    try:
        time.sleep(0 if image_id == 3 else 120)
    except SoftTimeLimitExceeded:
        notes.incr(f"interrupted {image_id}")
        if image_id == 1:
            raise
        time.sleep(120)
    notes.incr(f"done {image_id}")
"""


@proves("celery-tasks", "hard-and-soft-limits", kind="worker")
def hanging_tasks_keep_their_processes_unless_limits_end_them(bad: Code, good: Code) -> None:
    """Two tasks hang in two processes: without limits the third waits for ever, with them it runs and the hanging ones end."""
    with shop(bad, IMAGES) as project:
        _enqueue_three_images(project)
        time.sleep(5)  # Longer than the soft limit of the good example.
        assert not project.count("interrupted 1"), "the bad example: nothing interrupts the hanging image"
        assert not project.count("done 3"), "the bad example: the image behind it waits"
    with shop(good, IMAGES) as project:
        deaf = _enqueue_three_images(project)
        wait_until(lambda: project.count("done 3"), "the good example: the image behind two hanging ones is done")
        assert project.count("interrupted 1"), "the good example: the soft limit was raised in the task"
        wait_until(deaf.failed, "the good example: the hard limit ends the image that ignores the soft one")


def _enqueue_three_images(project: Shop) -> AsyncResult:
    """Start two processes, and wait until two images hang in them: the result of the one that nothing but a kill ends."""
    project.start_worker("-c", "2")
    _, deaf, _ = [project.send("thumbnail", image_id) for image_id in (1, 2, 3)]
    wait_until(lambda: project.count("started 1") and project.count("started 2"), "two images are begun")
    return deaf


WORK = """
@app.task
def work():
    notes.incr("started")
    time.sleep(4)
    notes.incr("done")
"""


@proves("celery-tasks", "graceful-shutdown-budget", kind="worker")
def a_short_grace_period_kills_the_running_task(bad: Code, good: Code) -> None:
    """SIGTERM, the grace period, SIGKILL: a task within its limit is lost, or is finished. All times are a tenth."""
    assert _finished_at_a_deploy(bad) == (1, 0), (
        "the bad example: the running task was killed and is not queued any more"
    )
    assert _finished_at_a_deploy(good) == (1, 1), "the good example: the worker finished its task"


def _finished_at_a_deploy(example: Code) -> tuple[int, int]:
    """How many tasks were started and done; the example gives the command and, with an "s" behind it, the grace period."""
    settings = example.data()["worker"]
    program, *command = settings["command"]
    limits = [
        int(argument.removeprefix("--time-limit=")) for argument in command if argument.startswith("--time-limit=")
    ]
    assert program == "celery" and len(limits) == 1, f"{example.label} starts a worker with one hard time limit"
    with shop(example, WORK) as project:
        worker = project.start_worker("-c", "1", f"--time-limit={limits[0] / 10}", command=command)
        project.send("work")
        wait_until(lambda: project.count("started"), "the task is running")
        worker.group.stop(grace=int(settings["stop_grace_period"].removesuffix("s")) / 10)
        return project.count("started"), project.count("done")


@proves("celery-tasks", "lock-outlives-task", kind="worker")
def a_lock_without_expiry_stays_after_its_task_failed(bad: Code, good: Code) -> None:
    """A run that fails leaves its lock, for ever, so that the next one does nothing; or releases it, and it expires anyway."""
    runs, seconds = _runs_after_a_failure(bad)
    assert (runs, seconds) == (1, -1), "the bad example: the lock never expires and keeps the second run out"
    runs, seconds = _runs_after_a_failure(good)
    assert runs == 2, "the good example: the second run is not kept out"
    assert seconds > 60, "the good example: the lock expires, but later than the hard time limit"


def _runs_after_a_failure(example: Code) -> tuple[int, int]:
    """Run the task twice, the first run fails: how often it got past the lock, and how long that lock would have lived."""
    lives: list[int] = []

    def do_rebuild(index_id: int) -> None:
        lives.append(client.ttl(f"rebuild:{index_id}"))
        if len(lives) == 1:
            raise ValueError("the first run fails")

    with redis_server() as server, server.client(0) as client:
        app = Celery("shop", set_as_current=False)
        rebuild = example.run(app=app, redis_client=client, do_rebuild=do_rebuild)["rebuild"]
        with pytest.raises(ValueError, match="the first run fails"):
            rebuild(1)
        rebuild(1)
    return len(lives), lives[0]
