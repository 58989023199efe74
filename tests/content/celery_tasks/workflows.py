"""Proofs of the section "Results, workflows and schedules" that need no real worker."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

from content.celery_tasks.effects import at_once
from content.examples import Code
from content.memory import Calls, Shop, rows
from content.proofs import proves


def state_key_and_state_of_failure(code: Code) -> tuple[bool, str]:
    def filter_users(pk: int) -> SimpleNamespace:
        if pk == 404:
            raise LookupError(pk)
        return SimpleNamespace(update=lambda **_: 1)

    shop = Shop()
    touch = shop.run(code, User=rows(filter=filter_users)).touch
    fine, failing = touch.delay(1), touch.delay(404)
    shop.work_off()
    stored = shop.app.backend.get(shop.app.backend.get_key_for_task(fine.id))
    return stored is not None, failing.state


@proves("celery-tasks", "ignore-unused-results")
def results_are_stored_unless_ignored_and_errors_can_be_kept(bad: Code, good: Code) -> None:
    """The result backend has the number that nobody reads, or not; the failure is there in both."""
    assert state_key_and_state_of_failure(bad) == (True, "FAILURE"), "the result was not stored"
    assert state_key_and_state_of_failure(good) == (False, "FAILURE"), "not only the error was stored"


class Cache:
    """The two verbs of Django's cache that make a lock."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.lock = threading.Lock()

    def add(self, key: str, value: int, **_: float) -> bool:
        with self.lock:
            new = key not in self.values
            self.values.setdefault(key, value)
            return new

    def delete(self, key: str) -> None:
        del self.values[key]


def most_runs_at_once(code: Code) -> int:
    running: list[int] = []
    peaks: list[int] = []

    def do_sync() -> None:
        running.append(1)
        time.sleep(0.5)
        peaks.append(len(running))
        running.pop()

    at_once(Shop().run(code, do_sync=do_sync, cache=Cache()).sync)
    return max(peaks)


@proves("celery-tasks", "single-beat-no-overlap")
def runs_overlap_without_a_lock(bad: Code, good: Code) -> None:
    """The task is due again while it still runs."""
    assert most_runs_at_once(bad) == 2, "the second run waited by itself"
    assert most_runs_at_once(good) == 1, "the lock let a second run in"


def runs_on_a_day_and_zone(code: Code) -> tuple[int, str]:
    shop = Shop()
    shop.run(code)
    schedule = shop.app.conf.beat_schedule["daily"]["schedule"]
    return len(schedule.hour) * len(schedule.minute), str(shop.app.timezone)


@proves("celery-tasks", "complete-crontab")
def an_hour_without_a_minute_means_every_minute(bad: Code, good: Code) -> None:
    """How often the schedule fires on one day, and by which clock."""
    assert runs_on_a_day_and_zone(bad) == (60, "UTC"), "the missing minute is not every minute"
    assert runs_on_a_day_and_zone(good) == (1, "Europe/Berlin"), "the complete schedule fires otherwise"


def state_error_and_words(code: Code) -> tuple[str, str, int]:
    count_words = Calls()
    shop = Shop()
    shop.app.conf.task_always_eager = True
    names = {"download": shop.task("download", lambda _: "two words"), "count_words": shop.task("count", count_words)}
    result = shop.run(code, **names).analyse.delay("a page")
    return result.state, type(result.result).__name__, len(count_words)


@proves("celery-tasks", "no-blocking-on-results")
def celery_refuses_to_wait_for_a_task_in_a_task(bad: Code, good: Code) -> None:
    """One task asks for the other's result, or hands it on in a chain."""
    assert state_error_and_words(bad) == ("FAILURE", "RuntimeError", 0), "Celery let the task wait"
    assert state_error_and_words(good)[2] == 1, "the chain did not hand the page on"
