"""Proofs of the section "Declaration and name"."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from celery.signals import task_success

from content.examples import Code
from content.memory import Calls, Shop, always
from content.proofs import proves


def runs_and_time_limit(code: Code) -> tuple[int, int | None]:
    api = Calls(always(ConnectionError()))
    task = Shop().run(code, call_api=api).sync_profile
    task.apply((1,))
    return len(api), task.time_limit


@proves("celery-tasks", "known-options-only")
def unknown_options_limit_nothing(bad: Code, good: Code) -> None:
    """Against a service that is down, one runs four times and without a time limit, the other twice and within 60 s."""
    assert runs_and_time_limit(bad) == (4, None), "Celery obeys an option that it does not know"
    assert runs_and_time_limit(good) == (2, 60), "the known options do not limit the task"


def delivered_after_moving_the_module(code: Code) -> list[tuple[Any, ...]]:
    deliver = Calls()
    old = Shop("billing.tasks")
    old.run(code, deliver=deliver).send_invoice.delay(7)
    new = Shop("invoices.tasks", after=old)
    new.run(code, deliver=deliver)
    new.work_off()
    return deliver.args


@proves("celery-tasks", "stable-explicit-name")
def default_names_do_not_survive_moving_the_code(bad: Code, good: Code) -> None:
    """A message from module `billing.tasks` meets a worker that has the code as `invoices.tasks`."""
    assert delivered_after_moving_the_module(bad) == [], "the default name survived"
    assert delivered_after_moving_the_module(good) == [(7,)], "the message was lost in spite of the fixed name"


def fate_of_an_older_message(code: Code) -> tuple[str, list[tuple[Any, ...]]]:
    deliver = Calls()
    shop = Shop()
    shop.run(code, deliver=deliver)
    result = shop.app.send_task("mail.send", (7,))
    shop.work_off()
    return result.state, deliver.args


@proves("celery-tasks", "deploy-compatible-signature")
def new_required_parameters_fail_queued_messages(bad: Code, good: Code) -> None:
    """A message with one argument, as the code before the deploy sent it, meets the worker after it."""
    assert fate_of_an_older_message(bad) == ("FAILURE", []), "the new parameter was not required"
    assert fate_of_an_older_message(good) == ("SUCCESS", [(7, "en")]), "the older message was not delivered"


def rebuilt_and_measured(code: Code) -> tuple[int, int]:
    rebuild, measurements = Calls(), Calls()

    def measured(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(*args: Any) -> Any:
            measurements()
            return function(*args)

        return inner

    shop = Shop()
    shop.run(code, do_rebuild=rebuild, measured=measured)
    shop.app.send_task("search.rebuild", (7,))
    shop.work_off()
    return len(rebuild), len(measurements)


@proves("celery-tasks", "task-decorator-outermost")
def decorators_above_the_task_are_skipped(bad: Code, good: Code) -> None:
    """A worker runs the body in both; the decorator's own code only when it stands below `@app.task`."""
    assert rebuilt_and_measured(bad) == (1, 0), "the worker ran the decorator above the task"
    assert rebuilt_and_measured(good) == (1, 1), "the worker did not run the decorator below the task"


def successes_and_fetched(code: Code) -> tuple[int, list[str]]:
    fetched: list[str] = []

    async def fetch(url: str) -> None:
        fetched.append(url)

    shop = Shop()
    task = shop.run(code, fetch=fetch).fetch_pages
    successes = Calls()
    task_success.connect(successes, sender=task)
    task.delay("a page")
    shop.work_off()
    return len(successes), fetched


@proves("celery-tasks", "plain-synchronous-body")
def coroutines_are_never_run(bad: Code, good: Code) -> None:
    """The task succeeds in both; the page is fetched only by the plain function."""
    assert successes_and_fetched(bad) == (1, []), "the worker awaited the coroutine"
    assert successes_and_fetched(good) == (1, ["a page"]), "the plain function did not fetch"
