"""Proofs about workflows, whose steps go through a worker and a result backend."""

from __future__ import annotations

from content.examples import Code
from content.proofs import proves
from content.worker import shop, wait_until

TOTALS = """
@app.task
def total(shop_id):
    if shop_id == 2:
        raise ValueError("no figures")
    return shop_id

@app.task
def report(totals):
    notes.incr("reports")

@app.task
def alert_failure(request, exc, traceback):
    notes.incr("alerts")
"""


@proves("celery-tasks", "chord-results-and-errback", kind="worker")
def a_failed_part_of_a_chord_is_told_to_nobody(bad: Code, good: Code) -> None:
    """One of three parts fails: the report is never made, and only a workflow with an error handler tells somebody."""
    assert _reports_and_alerts(bad) == (0, 0), "the bad example: no report, and nobody is told"
    assert _reports_and_alerts(good) == (0, 1), "the good example: no report, and one alert"


def _reports_and_alerts(example: Code) -> tuple[int, int]:
    """How many there were of each when the chord had failed."""
    with shop(example, before=TOTALS) as project:
        project.start_worker("--pool=solo")
        chord_id = project.call("print(monthly([1, 2, 3]).id)")
        result = project.app.AsyncResult(chord_id)
        wait_until(result.ready, "the chord has come to its end")
        assert result.failed(), "one part failed, so the chord did"
        return project.count("reports"), project.count("alerts")
