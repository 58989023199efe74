"""Proofs about what people can see of running workers: their logs and their events."""

from __future__ import annotations

import time
from contextlib import suppress

from kombu import Connection

from content.examples import Code
from content.proofs import proves
from content.worker import Shop, shop, wait_until

REPORTS = """
class Report:
    email = "ann@example.com"

Report.objects = SimpleNamespace(get=lambda pk: Report)
"""


@proves("celery-tasks", "correlated-logs", kind="worker")
def a_printed_line_names_a_person_and_no_task(bad: Code, good: Code) -> None:
    """What a worker logs about an export: with `print` an address and no task id, with the task's logger the id alone."""
    words, task_id = _logged(bad)
    assert "ann@example.com" in words, f"the bad example logs an address: {words}"
    assert task_id not in words, f"the bad example logs no task id: {words}"
    words, task_id = _logged(good)
    assert "ann@example.com" not in words, f"the good example logs no address: {words}"
    assert f"[{task_id}]: exporting report_id=7" in words, (
        f"the good example logs which task exports which report: {words}"
    )


def _logged(example: Code) -> tuple[str, str]:
    """What the process of the task logs while the task runs, and the id of the task."""
    with shop(example, REPORTS) as project:
        worker = project.start_worker()
        result = project.send("export", 7)
        wait_until(result.ready, "the export is done")
        lines = [
            line for line in worker.output.splitlines() if "/ForkPoolWorker" in line and " succeeded in " not in line
        ]
        return "\n".join(lines), result.id


HELLO = """
@app.task
def hello():
    pass
"""

LIFE_OF_A_TASK = {"task-sent", "task-received", "task-started", "task-succeeded"}


@proves("celery-tasks", "watched-workers", kind="worker")
def workers_without_events_show_a_monitor_nothing(bad: Code, good: Code) -> None:
    """A monitor listens while a task runs: it sees nothing of it, or each step from sent to succeeded."""
    assert _steps_seen(bad) == set(), "the bad example: the monitor sees nothing of the task"
    assert _steps_seen(good) == LIFE_OF_A_TASK, "the good example: the monitor sees the task go by"


def _steps_seen(example: Code) -> set[str]:
    """The kinds of task events that reach a monitor before our own word "over", which we send when the task is done."""
    seen: set[str] = set()
    with shop(example, after=HELLO) as project, project.app.connection_for_read() as connection:
        monitor = project.app.events.Receiver(connection, handlers={"*": lambda event: seen.add(event["type"])})
        with monitor.consumer_context(wakeup=False) as (wire, _, _):
            _hear(project, wire, seen, "listening")
            project.start_worker("--pool=solo")
            task_id = project.call("print(hello.delay().id)")
            wait_until(project.app.AsyncResult(task_id).ready, "the task is done")
            time.sleep(1)  # A worker sends its last event just after it stored the result.
            _hear(project, wire, seen, "over")
    return {kind for kind in seen if kind.startswith("task-")}


def _hear(project: Shop, wire: Connection, seen: set[str], word: str) -> None:
    """Send events of this kind until the monitor has seen one: then nothing that was sent before is still on its way."""
    with project.app.events.default_dispatcher() as sender:

        def heard() -> bool:
            sender.send(word)
            with suppress(TimeoutError):
                wire.drain_events(timeout=0.2)
            return word in seen

        wait_until(heard, f"the monitor hears {word!r}")
