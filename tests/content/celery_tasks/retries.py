"""Proofs of the section "Retries"."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from celery.exceptions import Retry

from content.examples import Code
from content.memory import Calls, Shop, always, first, rows
from content.proofs import proves

OUTAGE = ConnectionError("no answer")


def push_against(code: Code, api: Calls) -> str:
    """The state in which the example's `push` ends, retries included; `.apply` does not wait between them."""
    task = Shop().run(code, call_api=api).push
    return str(task.apply((1,)).state)


@proves("celery-tasks", "bounded-retries")
def none_as_max_retries_never_gives_up(bad: Code, good: Code) -> None:
    """The service is back for the fortieth call: one task goes on until then, the other fails after five retries."""
    patient, bounded = Calls(first(39, OUTAGE)), Calls(first(39, OUTAGE))
    assert (push_against(bad, patient), len(patient)) == ("SUCCESS", 40), "it gave up without a limit"
    assert (push_against(good, bounded), len(bounded)) == ("FAILURE", 6), "the limit did not hold"


def calls_for(code: Code, error: Exception) -> int:
    api = Calls(always(error))
    push_against(code, api)
    return len(api)


@proves("celery-tasks", "retry-transient-only")
def every_exception_repeats_bugs_too(bad: Code, good: Code) -> None:
    """A KeyError, which no retry mends, and an outage, each met again and again."""
    assert (calls_for(bad, KeyError("typo")), calls_for(bad, OUTAGE)) == (4, 4), "the bug was not repeated"
    assert (calls_for(good, KeyError("typo")), calls_for(good, OUTAGE)) == (1, 4), "not only the outage was repeated"


def longest_delays(code: Code) -> list[float]:
    """The delay before each retry in seconds, with jitter at its longest, until the task gives up."""
    task = Shop().run(code, call_api=Calls(always(OUTAGE))).push
    delays: list[float] = []
    with patch.object(random, "randrange", lambda stop: stop - 1):
        while (delay := _delay(task, retries=len(delays))) is not None:
            delays.append(delay)
    return delays


def _delay(task: Any, retries: int) -> float | None:
    """The delay after so many retries, or None when the task gives up."""
    task.push_request(args=(1,), kwargs={}, retries=retries, called_directly=False, id="1", delivery_info={})
    try:
        task.run(1)
    except Retry as retry:
        return float(retry.when)
    except ConnectionError:
        return None
    finally:
        task.pop_request()
    raise AssertionError("the outage went unnoticed")


@proves("celery-tasks", "retry-window-covers-outage")
def plain_backoff_gives_up_within_seconds(bad: Code, good: Code) -> None:
    """All delays together, at their longest: 7 seconds, or 1,235 (over twenty minutes)."""
    assert longest_delays(bad) == [1, 2, 4], "three retries with plain backoff took another time"
    assert longest_delays(good) == [5, 10, 20, 40, 80, 160, 320, 600], "the longer backoff took another time"


@proves("celery-tasks", "correct-retry-call")
def retry_takes_a_positional_error_for_the_arguments(bad: Code, good: Code) -> None:
    """The service fails once: one task ends there, the other succeeds with the second call."""
    broken, correct = Calls(first(1, OUTAGE)), Calls(first(1, OUTAGE))
    assert (push_against(bad, broken), len(broken)) == ("FAILURE", 1), "the positional error was understood"
    assert (push_against(good, correct), len(correct)) == ("SUCCESS", 2), "the retry did not happen"


def status_after_the_last_failure(code: Code) -> str:
    row: dict[str, str] = {}
    orders = rows(filter=lambda **_: SimpleNamespace(update=lambda **values: row.update(values)))
    Shop().run(code, call_api=Calls(always(OUTAGE)), Order=orders).submit.apply((1,))
    return row["status"]


@proves("celery-tasks", "final-failure-handled")
def an_order_stays_in_sending_without_a_hook(bad: Code, good: Code) -> None:
    """The order's status in the database after the task failed for good."""
    assert status_after_the_last_failure(bad) == "sending", "something handled the failure"
    assert status_after_the_last_failure(good) == "failed", "the hook did not run"
