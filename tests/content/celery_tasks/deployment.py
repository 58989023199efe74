"""Proofs of the section "Broker and deployment" that need no real worker."""

from __future__ import annotations

from collections.abc import Callable

from content.examples import Code
from content.memory import Calls, Shop
from content.proofs import proves


def routed_and_misspelt(code: Code) -> tuple[int, str]:
    build = Calls()
    shop = Shop()
    shop.run(code)
    task = shop.task("reports.build", build)
    task.delay()
    try:
        task.apply_async(queue="solw")
        misspelt = "accepted"
    except KeyError as error:
        misspelt = type(error).__name__
    shop.work_off()
    return len(build), misspelt


@proves("celery-tasks", "dedicated-existing-queue")
def a_misspelt_queue_swallows_its_tasks(bad: Code, good: Code) -> None:
    """A worker reads the project's queues; then a call names a queue that does not exist."""
    assert routed_and_misspelt(bad) == (0, "accepted"), "the misspelt queue was read or refused"
    assert routed_and_misspelt(good) == (1, "QueueNotFound"), "the queue is not read, or a stranger was accepted"


class Payload:
    """What an attacker puts in a message: whoever unpickles it calls `explode`."""

    explosions = 0

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return explode, ()


def explode() -> None:
    Payload.explosions += 1


def code_in_a_pickled_message_runs(code: Code) -> bool:
    shop = Shop()
    shop.run(code)
    task = shop.task("shop.any", Calls())
    Payload.explosions = 0
    task.apply_async((Payload(),), serializer="pickle")
    shop.work_off()
    return Payload.explosions > 0


@proves("celery-tasks", "json-only-content")
def unpickling_runs_what_the_author_of_a_message_put_in(bad: Code, good: Code) -> None:
    """A message with a pickled object arrives; its code runs in the worker, or the worker drops it."""
    assert code_in_a_pickled_message_runs(bad), "the worker did not unpickle"
    assert not code_in_a_pickled_message_runs(good), "the worker unpickled although it accepts JSON only"
