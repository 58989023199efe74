"""What the rules about retries say of short sources."""

from __future__ import annotations

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Suggested

AUTO = "autoretry_for=(ConnectionError,)"
RETRIES = "def charge(self, pk):\n    try:\n        pay(pk)\n    except OSError as exc:\n        raise self.retry(exc=exc{})\n"
PLAIN = "def charge(pk):\n    pay(pk)\n"


def auto(options: str) -> str:
    """A task that retries by itself, with these options besides."""
    return f"from elsewhere import UNSEEN, Unseen\n@app.task({AUTO}, {options})\n{PLAIN}"


def manual(options: str, given: str = "") -> str:
    """A bound task that calls `self.retry` with these further arguments."""
    return f"from elsewhere import UNSEEN, Unseen\n@app.task(bind=True, {options})\n{RETRIES.format(given)}"


# A decorator of the project that retries what it is put on, and what it is called there.
AGAIN = """
from celery import current_task
def again(on):
    def inner(func):
        def wrapped(*args):
            try:
                return func(*args)
            except on as exc:
                current_task.retry({})
        return wrapped
    return inner
"""
CAUGHT = AGAIN.format("exc=exc")
SAID = "`again` may retry it, line 10"


def under(decorator: str, options: str = "", function: str = PLAIN) -> str:
    """A task with a decorator below the one that makes it."""
    return f"@app.task({options})\n@{decorator}\n{function}"


MOST = [
    Case("endless", manual("max_retries=None"), "fail", "never stops"),
    Case("not set", manual(""), "fail", "Celery's default is 3 retries"),
    Case("not set, automatic", auto(""), "fail", "`autoretry_for` retries"),
    Case("endless in retry_kwargs", auto("max_retries=3, retry_kwargs={'max_retries': None}"), "fail", "never stops"),
    Case("set", manual("max_retries=5"), "pass", "`max_retries=5`"),
    Case("in retry_kwargs", auto("retry_kwargs={'max_retries': 4}"), "pass", "`max_retries` in `retry_kwargs"),
    Case("at the call", manual("", ", max_retries=2"), "pass", "each `self.retry`"),
    Case("an unseen base", manual("base=Unseen"), CANNOT_TELL, "`Unseen`"),
    Case("an unseen value", manual("max_retries=UNSEEN"), CANNOT_TELL, "`max_retries=UNSEEN`"),
    Case("nothing retries", f"@app.task\n{PLAIN}", NOT_FOUND, "nothing retries"),
    Case("a decorator retries", CAUGHT + under("again(on=OSError)", "max_retries=5"), CANNOT_TELL, SAID, "current_task.retry(exc=exc)"),
    Case("each of the calls, and a decorator", CAUGHT + under("again(OSError)", "bind=True", RETRIES.format(", max_retries=2")), CANNOT_TELL, f"`max_retries`, but {SAID}"),
    Lookalike("an empty tuple", f"@app.task(autoretry_for=())\n{PLAIN}", NOT_FOUND, "nothing retries"),
    Lookalike("another's retry", "@app.task\ndef charge(job):\n    job.retry()\n", NOT_FOUND, "nothing retries"),
]  # fmt: skip


@table("max-retries", MOST)
def test_how_often_a_task_retries_is_told(case: Case) -> None:
    case.check("max-retries")


def test_a_base_class_may_say_how_often() -> None:
    source = "class Five(app.Task):\n    max_retries = 5\n\n" + manual("base=Five")
    finding = ask("max-retries", source)
    assert finding.suggests is Suggested.PASS
    assert "inherited from `Five`, shop/tasks.py:3" in finding.text


WIDE = "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        pay(pk)\n    except Exception as exc:\n"
NETS = [
    Case("every Exception", f"@app.task(autoretry_for=(Exception,))\n{PLAIN}", "fail", "retries every error"),
    Case("a wide except", WIDE + "        raise self.retry(exc=exc)\n", "fail", "`except Exception as exc:`"),
    Case("named", auto(""), "pass", "`ConnectionError`"),
    Case("a named except", manual(""), "pass", "`OSError`"),
    Case("spared errors", f"@app.task(autoretry_for=(Exception,), dont_autoretry_for=(SoftTimeLimitExceeded,))\n{PLAIN}", CANNOT_TELL, "spares errors"),
    Case("a choice in the handler", WIDE + "        if is_passing(exc):\n            raise self.retry(exc=exc)\n        raise\n", CANNOT_TELL, "chooses"),
    Case("an unseen tuple", f"from elsewhere import ERRORS\n@app.task(autoretry_for=ERRORS)\n{PLAIN}", CANNOT_TELL, "`autoretry_for=ERRORS`"),
    Lookalike("a wide except that logs", WIDE + "        log(exc)\n", NOT_FOUND, "nothing retries"),
    Lookalike("an exception of one's own", f"@app.task(autoretry_for=(PaymentException,))\n{PLAIN}", "pass", "`PaymentException`"),
    Case("nothing", f"@app.task\n{PLAIN}", NOT_FOUND, "nothing retries"),
    Case("a decorator that retries", CAUGHT + under("again(OSError)"), CANNOT_TELL, SAID, "current_task.retry"),
    Case("named, and a decorator", CAUGHT + under("again(Exception)", AUTO), CANNOT_TELL, f"retries `ConnectionError` only, but {SAID}", AUTO),
]  # fmt: skip


@table("retry-transient-only", NETS)
def test_which_errors_are_retried_is_told(case: Case) -> None:
    case.check("retry-transient-only")


WINDOWS = [
    Case("seven seconds", auto("retry_backoff=True"), "fail", "3 retries within 7 seconds"),
    Case("a fraction is cut", auto("retry_backoff=1.9, max_retries=2"), "fail", "2 retries within 3 seconds"),
    Case("no backoff", auto("max_retries=5"), "fail", "the same 180 seconds"),
    Case("a countdown in retry_kwargs", auto("retry_kwargs={'countdown': 5}"), "fail", "the same 5 seconds"),
    Case("no jitter", auto("retry_backoff=9, retry_jitter=False"), "fail", "`retry_jitter=False`"),
    Case("long enough", auto("retry_backoff=5, max_retries=8"), "pass", "8 retries within 1235 seconds"),
    Case("retry_kwargs wins", auto("retry_backoff=5, max_retries=8, retry_kwargs={'max_retries': 1}"), "fail", "1 retry within 5"),
    Case("a low cap", auto("retry_backoff=5, retry_backoff_max=10, max_retries=4"), "fail", "4 retries within 35 seconds"),
    Case("endless", auto("retry_backoff=5, max_retries=None"), "pass", "never gives up"),
    Case("by hand, backoff ignored", manual("retry_backoff=True"), "fail", "read by `autoretry_for` only"),
    Case("by hand, always the same", manual("", ", countdown=30"), "fail", "the same 30 seconds"),
    Case("by hand, the default", manual(""), "fail", "the same 180 seconds"),
    Case("by hand, somebody waits", manual("", ", countdown=1"), CANNOT_TELL, "somebody waits"),
    Case("by hand, growing", manual("", ", countdown=2 ** self.request.retries"), CANNOT_TELL, "computed"),
    Case("an unseen number", auto("retry_backoff=True, max_retries=UNSEEN"), CANNOT_TELL, "`max_retries=UNSEEN`"),
    Case("a decorator that retries", CAUGHT + under("again(OSError)", "retry_backoff=True"), CANNOT_TELL, SAID, "current_task.retry"),
    Case("no backoff, and a decorator", CAUGHT + under("again(OSError)", AUTO), "fail", "the same 180 seconds"),
    Case("long enough, and a decorator", CAUGHT + under("again(OSError)", f"{AUTO}, retry_backoff=5, max_retries=8"), CANNOT_TELL, f"on average, but {SAID}"),
    Lookalike("a backoff that nothing uses", f"@app.task(retry_backoff=True)\n{PLAIN}", NOT_FOUND, "nothing retries"),
    Lookalike("another's retry", "@app.task\ndef charge(job):\n    job.retry(countdown=30)\n", NOT_FOUND, "nothing retries"),
]  # fmt: skip


@table("retry-window", WINDOWS)
def test_how_long_retries_last_is_told(case: Case) -> None:
    case.check("retry-window")


TRY = "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        pay(pk)\n    except OSError as exc:\n        "
BOUND = "`bind=True` gives the task itself as the first argument, and `def charge({})` takes none ({})"
THIN = "def deco(func):\n    def inner(self, *args):\n        return func(*args)\n    return inner\n"
CALLS = [
    Case("caught by its own name", "from celery.exceptions import Retry\n@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        raise self.retry()\n    except Retry:\n        log(pk)\n", "fail", "is caught by `except Retry:`"),
    Case("the error in its place", TRY + "raise self.retry(exc)\n", "fail", "argument list"),
    Case("not raised", TRY + "self.retry(exc=exc)\n", CANNOT_TELL, "`retry()` raises by itself"),
    Case("returned", TRY + "return self.retry(exc=exc)\n", CANNOT_TELL, "`retry()` raises by itself"),
    Case("returned and not thrown", TRY + "return self.retry(exc=exc, throw=False)\n", CANNOT_TELL, "with `throw` given it may raise nothing"),
    Case("not thrown", TRY + "self.retry(exc=exc, throw=False)\n", CANNOT_TELL, "with `throw` given it may raise nothing"),
    Case("not bound", TRY.replace("bind=True", "") + "raise self.retry(exc=exc)\n", "fail", "`bind=True`"),
    Case("perhaps not bound", "from elsewhere import UNSEEN\n" + TRY.replace("bind=True", "bind=UNSEEN") + "raise self.retry(exc=exc)\n", CANNOT_TELL, "`bind=UNSEEN` (line 3)"),
    Case("caught", "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        if not pay(pk):\n            raise self.retry()\n"
            "    except Exception:\n        log(pk)\n", "fail", "is caught by `except Exception:` of line 7"),
    Case("right", TRY + "raise self.retry(exc=exc, countdown=9)\n", "pass", "`raise self.retry"),
    Lookalike("raised later", TRY + "again = self.retry(exc=exc, throw=False)\n        raise again\n", "pass", "`raise again`"),
    Lookalike("raised again", "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        raise self.retry()\n    except Exception:\n        raise\n", "pass", "`raise self.retry()`"),
    Case("automatic only", auto(""), "na", "only `autoretry_for`"),
    Case("an unseen base", "from elsewhere import OPTIONS\n" + TRY.replace("bind=True", "**OPTIONS") + "raise self.retry(exc=exc)\n", CANNOT_TELL, "OPTIONS"),
    Lookalike("another's retry", "@app.task\ndef charge(job):\n    job.retry(1)\n", NOT_FOUND, "no call"),
    Case("nothing", f"@app.task\n{PLAIN}", NOT_FOUND, "no call"),
    Case("a decorator that retries", CAUGHT + under("again(OSError)"), CANNOT_TELL, SAID, "current_task.retry"),
    Case("no place for the task", "@app.task(\n    bind=True,\n)\ndef charge():\n    pay()\n", "fail", BOUND.format("", "line 3"), "bind=True,"),
    Case("no place for the task, automatic", f"@app.task({AUTO}, bind=True)\ndef charge():\n    pay()\n", "fail", BOUND.format("", "line 2")),
    Case("a place by name only", "@app.task(bind=True)\ndef charge(*, task, **more):\n    pay()\n", "fail", BOUND.format("*, task, **more", "line 2")),
    Case("no place, bound by a preset", "quick = app.task(bind=True)\n@quick\ndef charge():\n    pay()\n", "fail", BOUND.format("", "from shop/tasks.py:2"), "quick ="),
    Case("no place, bound by options", "OPTIONS = {'bind': True}\n@app.task(**OPTIONS)\ndef charge():\n    pay()\n", "fail", BOUND.format("", "from `OPTIONS`, shop/tasks.py:2"), "OPTIONS ="),
    Lookalike("a place in *args", "@app.task(bind=True)\ndef charge(*args):\n    pay()\n", NOT_FOUND),
    Lookalike("a place without name", "@app.task(bind=True)\ndef charge(task, /):\n    pay()\n", NOT_FOUND),
    Lookalike("a decorator that takes the task away", f"{THIN}@app.task(bind=True)\n@deco\ndef charge():\n    pay()\n", NOT_FOUND),
    Lookalike("a wrapper that takes the task away", f"{THIN}def quick(func):\n    return app.task(bind=True)(deco(func))\n@quick\ndef charge():\n    pay()\n", NOT_FOUND),
    Lookalike("a wrapper in one line", f"{THIN}quick = lambda func: app.task(bind=True)(deco(func))\n@quick\ndef charge():\n    pay()\n", NOT_FOUND),
    Lookalike("a decorator in the call", f"{THIN}def charge():\n    pay()\nx = app.task(bind=True)(deco(charge))\n", NOT_FOUND),
    Lookalike("a base class that says bind", "class Bound(app.Task):\n    bind = True\n@app.task(base=Bound)\ndef charge():\n    pay()\n", NOT_FOUND),
    Lookalike("no place, and not bound", "@app.task(bind=False)\ndef charge():\n    pay()\n", NOT_FOUND),
    Lookalike("no place, and perhaps not bound", "from elsewhere import UNSEEN\n@app.task(bind=UNSEEN)\ndef charge():\n    pay()\n", NOT_FOUND),
    Lookalike("a class", "class charge(app.Task):\n    bind = True\n    def run():\n        pay()\napp.register_task(charge())\n", NOT_FOUND),
    Case("automatic, and a decorator", CAUGHT + under("again(OSError)", AUTO), CANNOT_TELL, SAID, "current_task.retry"),
]  # fmt: skip


@table("retry-call", CALLS)
def test_calls_of_retry_that_miss_are_told(case: Case) -> None:
    case.check("retry-call")
