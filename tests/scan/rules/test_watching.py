"""The rules about logs, swallowed errors, events and eager mode, and what they do not take for a fault."""

from __future__ import annotations

from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

PLAIN = "@app.task\ndef charge():\n    pay()\n"


def task(body: str, before: str = "") -> str:
    """A task with this body after other lines."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{before}\n@app.task(bind=True)\ndef charge(self):\n{lines}"


TASK_LOGGER = "from celery.utils.log import get_task_logger\nlogger = get_task_logger(__name__)"
LOGGER = "import logging\nlogger = logging.getLogger(__name__)"
LOGS = [
    Case("print", task('print("paid")'), "fail", "`print` in the body (line 5)", 'print("paid")'),
    Case("print in a handler", task("try:\n    pay()\nexcept KeyError as e:\n    print(e)"), "fail", "line 8"),
    Case("a task logger", task('logger.info("paid")', TASK_LOGGER), NOT_FOUND, "a task logger (line 3)"),
    Case("a plain logger", task('logger.info("paid")', LOGGER), CANNOT_TELL, "no task logger", "getLogger"),
    Case("no logger that is known", task('log.info("paid")'), CANNOT_TELL, "no task logger"),
    Case("no function", "class charge(app.Task):\n    pass\napp.register_task(charge())\n", CANNOT_TELL, "`run`"),
    Lookalike("a catalogue is no logger", task("catalog.add(1)\nself.info(2)"), NOT_FOUND, "neither prints nor logs"),
    Case("silence", PLAIN, NOT_FOUND, "neither prints nor logs"),
    Lookalike("print of one's own", task("print(1)", "from shop.paper import print"), NOT_FOUND),
    Lookalike("a method of that name", task("printer.print(1)"), NOT_FOUND),
    Lookalike("into a file", task("print(1, file=out)"), NOT_FOUND),
    Lookalike("print somewhere else", task("pay()", "def show():\n    print(1)"), NOT_FOUND),
]


@table("task-logger", LOGS)
def test_print_has_no_task_id(case: Case) -> None:
    case.check("task-logger")


def handling(clause: str, after: str = "") -> str:
    """A task that is one `try` with this clause, and then more lines."""
    return task(f"try:\n    card = find()\n    pay(card)\n    close(card)\n{clause}\n{after}")


SWALLOWED = [
    Case(
        "logged",
        handling("except Exception:\n    logger.exception('x')"),
        "fail",
        "`except Exception` (line 9) only logs",
    ),
    Case(
        "a function that logs",
        handling("except Exception as e:\n    log_failure(e)"),
        "fail",
        "only logs",
        "except Exc",
    ),
    Case("passed over", handling("except:\n    pass"), "fail", "a bare `except` (line 9) does nothing"),
    Case("returned from", handling("except Exception:\n    return None"), "fail", "the task succeeded"),
    Lookalike("raised again", handling("except Exception:\n    logger.exception('x')\n    raise"), NOT_FOUND),
    Lookalike("retried", handling("except Exception as e:\n    return self.retry(exc=e)"), NOT_FOUND),
    Lookalike("a narrow clause", handling("except KeyError:\n    pass"), NOT_FOUND),
    Lookalike("another error raised", handling("except Exception as e:\n    raise Failed from e"), NOT_FOUND),
    Case("written down", handling("except Exception:\n    card.failed = True\n    card.save()"), CANNOT_TELL, "enough"),
    Case("told by its value", handling("except Exception:\n    return False"), CANNOT_TELL, "line 9"),
    Case("raised sometimes", handling("except Exception as e:\n    if bad(e):\n        raise"), CANNOT_TELL),
    Case("a small part", handling("except Exception:\n    pass", "pay()\n" * 12), CANNOT_TELL, "only a part"),
    Case("no function", "class charge(app.Task):\n    pass\napp.register_task(charge())\n", CANNOT_TELL, "`run`"),
]


@table("swallowed-errors", SWALLOWED)
def test_an_error_that_is_only_logged_is_swallowed(case: Case) -> None:
    case.check("swallowed-errors")


def eager(path: str, text: str) -> dict[str, str]:
    """A task, and a settings module with this text."""
    return {"shop/tasks.py": f"from shop.celery import app\n{PLAIN}", path: text}


EVENTS = [
    Case("off", PLAIN, "fail", "`worker_send_task_events` (shop/celery.py:4)", "send", "app.conf.worker_send_task_events = False\n"),
    Case("off by its old name", PLAIN, "fail", settings="CELERY_SEND_EVENTS = False\n"),
    Case("one of two off", PLAIN, "fail", settings="app.conf.worker_send_task_events = True\napp.conf.task_send_sent_event = False\n"),
    Case("on", PLAIN, CANNOT_TELL, "who reads the events", settings="app.conf.worker_send_task_events = True\n"),
    Case("not set", PLAIN, CANNOT_TELL, "`-E`"),
    Case("value is not in the text", PLAIN, CANNOT_TELL, settings="app.conf.worker_send_task_events = EVENTS\n"),
    Lookalike("an option of that name", "@app.task(send_events=False)\ndef charge(): ...\n", CANNOT_TELL),
    Lookalike("off in settings for tests", eager("tests/settings.py", "CELERY_WORKER_SEND_TASK_EVENTS = False\n"), CANNOT_TELL, "`-E`"),
    Lookalike("off in settings for development", eager("shop/settings_dev.py", "CELERY_SEND_EVENTS = False\n"), CANNOT_TELL, "`-E`"),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
]  # fmt: skip


@table("task-events", EVENTS)
def test_events_that_are_off_show_an_empty_picture(case: Case) -> None:
    case.check("task-events")


ON = "CELERY_TASK_ALWAYS_EAGER = True\n"
EAGER = [
    Case("in the settings", eager("shop/settings.py", ON), "fail", "shop/settings.py:1", "ALWAYS_EAGER"),
    Case("on the app", PLAIN, "fail", "the caller does the work", settings="app.conf.task_always_eager = True\n"),
    Lookalike("in settings for tests", eager("shop/settings/test.py", ON), NOT_FOUND, "those for tests left out"),
    Lookalike("in settings for development", eager("shop/settings_dev.py", ON), NOT_FOUND),
    Case("off", eager("shop/settings.py", ON.replace("True", "False")), NOT_FOUND),
    Case(
        "on in one and off in another",
        {**eager("shop/settings.py", ON), "shop/production.py": ON.replace("True", "False")},
        CANNOT_TELL,
    ),
    Case(
        "off for tests and on here",
        {**eager("shop/settings.py", ON), "shop/settings_test.py": ON.replace("True", "False")},
        "fail",
    ),
    Lookalike(
        "from the environment in tests", eager("shop/settings_test.py", ON.replace("True", "env('X')")), NOT_FOUND
    ),
    Case(
        "off, and no app",
        {"shop/tasks.py": "from shop import app\n" + PLAIN, "shop/settings.py": ON.replace("True", "False")},
        NOT_FOUND,
        settings=None,
    ),
    Case("under a condition", eager("shop/settings.py", f"if DEBUG:\n    {ON}"), CANNOT_TELL, "under a condition"),
    Case("in a function", PLAIN, CANNOT_TELL, settings="def eager():\n    app.conf.task_always_eager = True\n"),
    Case("from the environment", eager("shop/settings.py", ON.replace("True", "env('EAGER')")), CANNOT_TELL),
    Case("settings were not seen", PLAIN, CANNOT_TELL, "not among the files", settings=None),
]


@table("eager-mode", EAGER)
def test_eager_mode_stays_out_of_production(case: Case) -> None:
    case.check("eager-mode")
