"""The rules about acknowledgement, redelivery and time limits, and what they do not take for a fault."""

from __future__ import annotations

from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

PLAIN = "@app.task\ndef charge():\n    pay()\n"


def task(options: str) -> str:
    """A task with these options."""
    return f"@app.task({options})\ndef charge():\n    pay()\n"


def handling(clause: str, options: str = "soft_time_limit=50, time_limit=60", before: str = "") -> str:
    """A task with a loop whose `try` ends in `clause`."""
    body = "".join(
        f"        {line}\n" for line in ["try:", "    pay(card)", *before.splitlines(), *clause.splitlines()]
    )
    return f"@app.task(bind=True, {options})\ndef charge(self, cards):\n    for card in cards:\n{body}"


ACK_MODE = [
    Case(
        "nothing is written", PLAIN, "fail", "`acks_late` is set neither for the task nor in the settings", "@app.task"
    ),
    Case("under other decorators", "@app.task\n@quietly()\ndef charge(): ...\n", "fail", "", "@app.task"),
    Lookalike("written off", task("acks_late=False"), "pass", "early acknowledgement is written down", "acks_late"),
    Case("with a lost process", task("acks_late=True, retry_on_worker_lost=True"), "pass", "retry_on_worker_lost"),
    Case("for the project", PLAIN, "pass", "shop/celery.py", settings="app.conf.task_acks_late = False\n"),
    Case("killed processes stay lost", task("acks_late=True"), CANNOT_TELL, "a killed process still loses the task"),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
    Case(
        "a base class of the app's own", "class Base(app.Task): ...\n@app.task(base=Base)\ndef charge(): ...\n", "fail"
    ),
    Lookalike(
        "in a base class",
        "class Base(app.Task):\n    acks_late = False\n@app.task(base=Base)\ndef charge(): ...\n",
        "pass",
        "`Base`",
    ),
    Lookalike("in a mapping", "OPTIONS = {'acks_late': False}\n@app.task(**OPTIONS)\ndef charge(): ...\n", "pass"),
    Lookalike("in settings that are updated", PLAIN, "pass", settings="app.conf.update(task_acks_late=False)\n"),
    Case("value is not in the text", task("acks_late=LATE"), CANNOT_TELL, "`acks_late=LATE` (line 2)"),
    Lookalike("old name of the setting", PLAIN, "pass", settings="CELERY_ACKS_LATE = False\n"),
    Case(
        "unseen base class",
        "from lib import Base\n@app.task(base=Base)\ndef charge(): ...\n",
        CANNOT_TELL,
        "`Base` is not among",
    ),
]


@table("ack-mode", ACK_MODE)
def test_the_choice_of_acknowledgement_is_written_down_or_missing(case: Case) -> None:
    case.check("ack-mode")


BOUNDED = [
    Case(
        "for ever",
        task("acks_late=True, reject_on_worker_lost=True"),
        "fail",
        "a task that kills its process",
        "reject_on_w",
    ),
    Case("past the hard limit", task("acks_late=True, acks_on_timeout=False"), "fail", "past its hard time limit"),
    Case("retries without end", task("retry_on_worker_lost=True, max_retries=None"), "fail", "without end"),
    Case("counted retries", task("acks_late=True, retry_on_worker_lost=True"), "pass", "at most 3 times"),
    Lookalike("retries win", task("acks_late=True, reject_on_worker_lost=True, retry_on_worker_lost=True"), "pass"),
    Case("nothing comes back", task("acks_late=True"), "na", "no crashing message comes back"),
    Lookalike("early acknowledgement rejects nothing", task("reject_on_worker_lost=True"), "na"),
    Lookalike("early acknowledgement and timeouts", task("acks_on_timeout=False"), "na"),
    Lookalike(
        "rejects in the body", "@app.task(acks_late=True)\ndef charge():\n    raise Reject(requeue=False)\n", "na"
    ),
    Lookalike("the default of timeouts written out", task("acks_late=True, acks_on_timeout=True"), "na"),
    Case("settings were not seen", task("acks_late=True, reject_on_worker_lost=True"), CANNOT_TELL, settings=None),
    Case(
        "a queue that counts",
        task("acks_late=True, reject_on_worker_lost=True"),
        CANNOT_TELL,
        "count deliveries",
        settings='app.conf.task_default_queue_type = "quorum"\n',
    ),
]


@table("bounded-redelivery", BOUNDED)
def test_a_crashing_message_needs_a_cap(case: Case) -> None:
    case.check("bounded-redelivery")


LIMITS = [
    Case("none", PLAIN, "fail", "no `soft_time_limit` and no `time_limit`", "@app.task"),
    Case("none written out", task("time_limit=None"), "fail", "no `soft_time_limit` and no `time_limit`"),
    Case("no soft one", task("time_limit=60"), "fail", "`time_limit=60` (line 2) but no `soft_time_limit`"),
    Case("no hard one", task("soft_time_limit=60"), "fail", "`soft_time_limit=60` (line 2) but no `time_limit`"),
    Case(
        "no room",
        task("time_limit=60, soft_time_limit=60"),
        "fail",
        "`time_limit=60` (line 2) with `soft_time_limit=60` (line 2): no room between them",
    ),
    Case("the soft one later", task("time_limit=60, soft_time_limit=2 * 60"), "fail", "no room between them"),
    Case("room", task("time_limit=60, soft_time_limit=50"), "pass", "comes 10 s before"),
    Lookalike("one from the settings", task("soft_time_limit=50"), "pass", settings="app.conf.task_time_limit = 60\n"),
    Lookalike(
        "from a base class",
        "class Base(app.Task):\n    soft_time_limit = 50\n    time_limit = 60\n@app.task(base=Base)\ndef charge(): ...\n",
        "pass",
        "comes 10 s before",
    ),
    Lookalike(
        "old names of the settings",
        PLAIN,
        "pass",
        settings="CELERYD_TASK_TIME_LIMIT = 60\nCELERYD_TASK_SOFT_TIME_LIMIT = 50\n",
    ),
    Lookalike("numbers that are computed", task("time_limit=2 * 3600, soft_time_limit=3600"), "pass", "3600 s before"),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
    Case("one of two seen", task("time_limit=60"), CANNOT_TELL, "`time_limit=60` (line 2), but", settings=None),
    Case("value is not in the text", task("time_limit=LONG, soft_time_limit=5"), CANNOT_TELL, "`time_limit=LONG`"),
    Case("no number", task("time_limit='60', soft_time_limit=5"), CANNOT_TELL, "is no number"),
    Case(
        "soft limit set by the call",
        PLAIN + "charge.delay()\ncharge.apply_async(soft_time_limit=60)\n",
        CANNOT_TELL,
        "a call",
    ),
    Case("sent without a limit", PLAIN + "charge.apply_async(countdown=60)\n", "fail", "no `soft_time_limit`"),
    Case("a soft limit that is no number", task("time_limit=60, soft_time_limit='5'"), CANNOT_TELL, "is no number"),
    Case("set by the call", PLAIN + "charge.apply_async(time_limit=60)\n", CANNOT_TELL, "a call that sends it"),
]


@table("time-limits", LIMITS)
def test_the_soft_limit_comes_clearly_before_the_hard_one(case: Case) -> None:
    case.check("time-limits")


LOG = "except Exception:\n    log(card)\n"
SWALLOWED = [
    Case("in a loop", handling(LOG), "fail", "`except Exception` (line 7) catches the error of", "except Exception:"),
    Case("bare", handling("except:\n    pass\n"), "fail", "a bare `except` (line 7)"),
    Case("among others", handling("except (KeyError, Exception):\n    pass\n"), "fail", "line 7"),
    Case(
        "soft limit of the project", handling(LOG, "name='x'"), "fail", settings="app.conf.task_soft_time_limit = 9\n"
    ),
    Lookalike("raised before", handling(LOG, before="except SoftTimeLimitExceeded:\n    raise\n"), NOT_FOUND),
    Lookalike("raised again", handling("except Exception:\n    log(card)\n    raise\n"), NOT_FOUND),
    Lookalike("retried", handling("except Exception as exc:\n    self.retry(exc=exc)\n"), NOT_FOUND),
    Lookalike("a narrow clause", handling("except ValueError:\n    pass\n"), NOT_FOUND),
    Case(
        "all of the body",
        "@app.task(soft_time_limit=5, time_limit=9)\ndef charge():\n    try:\n        pay()\n    except Exception:\n        log(1)\n",
        "fail",
        "line 6",
    ),
    Case(
        "a part of the body",
        "@app.task(soft_time_limit=5, time_limit=9)\ndef charge():\n    try:\n        pay()\n    except Exception:\n        log(1)\n"
        + "    pay()\n" * 9,
        CANNOT_TELL,
        "line 6",
    ),
    Lookalike("nothing called", handling(LOG).replace("pay(card)", "card.paid"), NOT_FOUND),
    Case("a limit that is not told", handling(LOG, "soft_time_limit=SOFT"), "fail", "`soft_time_limit=SOFT`"),
    Case("settings were not seen, and nothing is eaten", PLAIN, NOT_FOUND, settings=None),
    Case("no soft limit", handling(LOG, "time_limit=60"), "na", "no soft time limit"),
    Case("settings were not seen", handling(LOG, "name='x'"), CANNOT_TELL, "not among the files", settings=None),
    Case("raised sometimes", handling("except Exception:\n    if card:\n        raise\n"), CANNOT_TELL, "line 7"),
    Case("the loop ends", handling("except Exception:\n    mark_failed(card)\n    return\n"), CANNOT_TELL),
]


@table("soft-limit-swallowed", SWALLOWED)
def test_a_wide_except_eats_the_soft_limit(case: Case) -> None:
    case.check("soft-limit-swallowed")
