"""A shop to run an example in: a fresh Celery application on the memory broker, and stand-ins that note what happened.

Celery keeps shared tasks per process, and the memory broker its queues: without a reset the good example would quietly
run the bad one's body. `Shop` resets both.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import celery.app.builtins  # noqa: F401 - registers Celery's own tasks, which every reset keeps
from celery import Celery, _state
from celery.contrib.testing.worker import start_worker
from celery.worker import state as worker_state
from kombu.transport.memory import Channel

from content.examples import Code

CELERYS_OWN = set(_state._on_app_finalizers)

PATIENCE = 60  # seconds until a worker that should be done counts as stuck


class Shop:
    """One application with empty queues; `after` another one, with what that one has queued."""

    def __init__(self, module: str = "shop.tasks", *, after: Shop | None = None) -> None:
        _state._on_app_finalizers.intersection_update(CELERYS_OWN)
        if after is None:
            Channel.queues.clear()
        self.module = module
        # Without fixups: Celery would run the checks of the Django around the tests, and those of Django 6 ask the database.
        self.app = Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False, fixups=())
        self.app.conf.broker_connection_retry_on_startup = True
        self.app.conf.broker_transport_options = {"polling_interval": 0.01}
        self.app.conf.worker_hijack_root_logger = False

    def run(self, code: Code, **names: Any) -> SimpleNamespace:
        """Execute an example as a module of this application, with these names in it; what it defined."""
        namespace = code.run(app=self.app, **{"__name__": self.module} | names)
        self.app.finalize()
        return SimpleNamespace(**namespace)

    def task(self, name: str, function: Callable[..., Any]) -> Any:
        """Register a task that an example takes for granted."""

        def body(*args: Any) -> Any:
            return function(*args)

        return self.app.task(name=name)(body)

    def messages(self) -> list[Message]:
        """Take every waiting message out of all queues."""
        return [Message(queue.get()) for queue in Channel.queues.values() for _ in range(queue.qsize())]

    def work_off(self) -> None:
        """Let a worker of one thread run what is queued, and what that queues in turn, in order."""
        done = threading.Event()

        def last() -> None:
            waiting = sum(Channel.queues[name].qsize() for name in self.app.amqp.queues.consume_from)
            if done.is_set():
                return
            if not waiting:
                worker_state.should_terminate = 0
                done.set()
            last_task.delay()  # Also when done: the worker stops after one more message, or two seconds without one.

        last_task = self.task("shop.last", last)
        with start_worker(self.app, perform_ping_check=False, loglevel="CRITICAL", shutdown_timeout=PATIENCE):
            last_task.delay()
            assert done.wait(PATIENCE), "the worker did not get through its queue"


class Message:
    """A message as it lies in the broker."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.headers = raw["headers"]
        self.body = base64.b64decode(raw["body"]).decode()


class Calls:
    """A function that notes the arguments of each call, and raises what `error` gives for the number of the call."""

    def __init__(self, error: Callable[[int], Exception | None] = lambda _: None) -> None:
        self.args: list[tuple[Any, ...]] = []
        self.error = error

    def __call__(self, *args: Any, **_: Any) -> None:
        self.args.append(args)
        error = self.error(len(self.args))
        if error:
            raise error

    def __len__(self) -> int:
        return len(self.args)


def always(error: Exception) -> Callable[[int], Exception]:
    """For `Calls`: every call raises the error."""
    return lambda _: error


def first(count: int, error: Exception) -> Callable[[int], Exception | None]:
    """For `Calls`: the first `count` calls raise the error."""
    return lambda number: error if number <= count else None


def rows(**verbs: Any) -> SimpleNamespace:
    """A stand-in for a model: its manager has these verbs, such as `get`."""
    return SimpleNamespace(objects=SimpleNamespace(**verbs))
