"""Proofs about worker processes that are killed in the middle of a task."""

from __future__ import annotations

from content.examples import Code
from content.proofs import proves
from content.worker import shop, wait_until

# A pool looks for dead processes every five seconds; twice a second spares us the wait.
LOOK_OFTEN = """
from celery.concurrency.asynpool import AsynPool
AsynPool.timers = property(lambda pool: {pool.maintain_pool: 0.5})
"""

DIES_ONCE = """
def do_settle(order_id):
    if notes.incr("runs") == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    notes.incr("settled")
"""

DIES_ALWAYS = """
def render_scene(scene_id):
    notes.incr("runs")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@proves("celery-tasks", "deliberate-ack-mode", kind="worker")
def early_acknowledgement_loses_the_task_of_a_killed_process(bad: Code, good: Code) -> None:
    """A process is killed in the first run of a task: with the default the order is never settled, else in a second run."""
    assert _settled_after_a_kill(bad) == (1, 0), "the bad example: one run, which the worker never made up for"
    assert _settled_after_a_kill(good) == (2, 1), "the good example: a second run, which settled the order"


def _settled_after_a_kill(example: Code) -> tuple[int, int]:
    """How many runs there were when the task had come to its end, and how many of them settled the order."""
    with shop(example, before=LOOK_OFTEN + DIES_ONCE) as project:
        project.start_worker()
        result = project.send("settle", 1)
        wait_until(result.ready, "the task has failed or succeeded for good")
        return project.count("runs"), project.count("settled")


@proves("celery-tasks", "bounded-redelivery", kind="worker")
def rejection_brings_a_crashing_task_back_without_end(bad: Code, good: Code) -> None:
    """A task kills its process in each run: with `reject_on_worker_lost` the runs go on, else they end at the third."""
    assert _runs_of_a_crashing_task(bad) >= 5, "the bad example keeps coming back"
    assert _runs_of_a_crashing_task(good) == 3, "the good example has a first run and two retries"


def _runs_of_a_crashing_task(example: Code) -> int:
    """How many runs there were when the task failed for good; if it does not, we stop counting at five."""
    with shop(example, before=LOOK_OFTEN + DIES_ALWAYS) as project:
        project.start_worker()
        result = project.send("render", 1)
        wait_until(lambda: result.ready() or project.count("runs") >= 5, "the task has failed, or run five times")
        return project.count("runs")
