"""Proofs of the section "Logs, alerts and tests" that need no real worker."""

from __future__ import annotations

from types import SimpleNamespace

from celery.signals import task_failure

from content.examples import Code
from content.memory import Calls, Shop, always
from content.proofs import proves


class User:
    """A table without the user that is looked for."""

    class DoesNotExist(Exception):  # noqa: N818 - the name that Django gives it
        pass

    @classmethod
    def get(cls, pk: int) -> None:
        raise cls.DoesNotExist(pk)


def state_for_a_missing_user(code: Code) -> str:
    model = SimpleNamespace(objects=User, DoesNotExist=User.DoesNotExist)
    greet = Shop().run(code, User=model, send_mail=Calls(), log_failure=Calls()).greet
    return str(greet.apply((1,)).state)


@proves("celery-tasks", "errors-not-swallowed")
def a_caught_error_is_success_for_celery(bad: Code, good: Code) -> None:
    """The user to be greeted does not exist."""
    assert state_for_a_missing_user(bad) == "SUCCESS", "Celery noticed the error that was caught"
    assert state_for_a_missing_user(good) == "FAILURE", "the error did not reach Celery"


def alerts_for_one_failing_task(code: Code) -> tuple[int, int]:
    api, alert = Calls(always(ConnectionError("no answer"))), Calls()
    before = list(task_failure.receivers or [])
    try:
        Shop().run(code, call_api=api, alert=alert).push.apply((1,))
    finally:
        task_failure.receivers = before
    return len(api), len(alert)


@proves("celery-tasks", "failure-and-backlog-alerts")
def an_alert_in_the_body_comes_with_each_attempt(bad: Code, good: Code) -> None:
    """A task fails four times, its retries included."""
    assert alerts_for_one_failing_task(bad) == (4, 4), "not every attempt gave an alert"
    assert alerts_for_one_failing_task(good) == (4, 1), "the final failure did not give one alert"


def outcome_and_messages(code: Code, *, broken: bool) -> tuple[str, int]:
    def greet(user_id: int) -> str:
        if broken:
            raise ValueError("a bug")
        return "Hello Ann"

    shop = Shop()
    task = shop.task("greet", greet)
    module = shop.run(code, greet=task)
    try:
        module.test_greet()
        outcome = "passes"
    except Exception as error:
        outcome = type(error).__name__
    task.delay(7)
    return outcome, len(shop.messages())


@proves("celery-tasks", "tests-beyond-eager")
def eager_tests_pass_whatever_the_task_does(bad: Code, good: Code) -> None:
    """The example's test on a broken task and on a sound one, and whether `.delay()` queues a message."""
    assert outcome_and_messages(bad, broken=True) == ("passes", 0), "the eager test noticed the bug"
    assert outcome_and_messages(good, broken=True) == ("ValueError", 1), "the test did not notice the bug"
    assert outcome_and_messages(good, broken=False) == ("passes", 1), "the test fails on a sound task"
