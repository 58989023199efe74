"""Proofs about when a Redis broker hands which message to which worker."""

from __future__ import annotations

from content.examples import Code
from content.proofs import proves
from content.worker import BROKER, Shop, shop, wait_until

# Scene 1 takes as long as we like, any other one no time.
SCENES = """
def render_scene(scene_id):
    notes.incr(f"runs {scene_id}")
    time.sleep(120 if scene_id == 1 else 0)
"""

NOTE_THE_LIMIT = """
notes.set("time limit", render.time_limit)
"""


@proves("celery-tasks", "visibility-timeout-covers-task", kind="worker")
def a_visibility_timeout_below_the_time_limit_runs_a_task_twice(bad: Code, good: Code) -> None:
    """A task has run for nearly its hard limit when another worker looks for work: that one runs it too, or leaves it alone."""
    assert _runs_of_one_long_task(bad) == 2, "the bad example: the second worker runs what the first one still works on"
    assert _runs_of_one_long_task(good) == 1, "the good example: the second worker does only other work"


def _runs_of_one_long_task(example: Code) -> int:
    """How many workers run scene 1 when the second one has looked through the messages that are out."""
    with shop(example, SCENES, NOTE_THE_LIMIT) as project:
        project.start_worker("--prefetch-multiplier=1")
        project.send("render", 1)
        wait_until(lambda: project.count("runs 1"), "the first worker renders scene 1")
        _age_what_is_out(project, seconds=project.count("time limit") - 60)
        project.start_worker("--prefetch-multiplier=1")
        project.send("render", 2)
        wait_until(
            lambda: project.count("runs 2") or project.count("runs 1") > 1, "the second worker renders something"
        )
        return project.count("runs 1")


def _age_what_is_out(project: Shop, seconds: int) -> None:
    """Spare us the hours: date the delivery of each message that is not acknowledged back, in kombu's own index of them."""
    with project.redis.client(BROKER) as broker:
        tags = broker.zrange("unacked_index", 0, -1)
        assert len(tags) == 1, f"one message is out, not {len(tags)}"
        broker.zincrby("unacked_index", -seconds, tags[0])


LONG_AND_SHORT = """
@app.task
def long():
    notes.incr("long")
    time.sleep(120)

@app.task
def short():
    notes.incr("short")
"""


@proves("celery-tasks", "prefetch-matches-duration", kind="worker")
def short_tasks_wait_behind_a_long_one_that_prefetched_them(bad: Code, good: Code) -> None:
    """Three short tasks behind a long one: reserved by its worker, out of reach for others; or done by a second worker."""
    with shop(bad, after=LONG_AND_SHORT) as project:
        _enqueue_a_long_and_three_short_ones(project)
        wait_until(lambda: _unacknowledged(project) == 4, "the bad example: one process reserved all four messages", 10)
        assert project.count("short") == 0, "the bad example: the short ones wait"
    with shop(good, after=LONG_AND_SHORT) as project:
        _enqueue_a_long_and_three_short_ones(project)
        project.start_worker()
        wait_until(lambda: project.count("short") == 3, "the good example: a second worker did the short tasks")
        wait_until(lambda: _unacknowledged(project) == 1, "the good example: only the long one is reserved")


def _enqueue_a_long_and_three_short_ones(project: Shop) -> None:
    project.start_worker()
    project.send("long")
    wait_until(lambda: project.count("long"), "the long task runs")
    for _ in range(3):
        project.send("short")


def _unacknowledged(project: Shop) -> int:
    with project.redis.client(BROKER) as broker:
        return broker.hlen("unacked")
