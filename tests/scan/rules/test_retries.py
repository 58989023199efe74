"""What the rules about retries say of short sources."""

from __future__ import annotations

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Kind, Suggested

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
CALLS = [
    Case("caught by its own name", "from celery.exceptions import Retry\n@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        raise self.retry()\n    except Retry:\n        log(pk)\n", "fail", "is caught by `except Retry:`"),
    Case("the error in its place", TRY + "raise self.retry(exc)\n", "fail", "argument list"),
    Case("not raised", TRY + "self.retry(exc=exc)\n", CANNOT_TELL, "`retry()` raises by itself"),
    Case("returned", TRY + "return self.retry(exc=exc)\n", CANNOT_TELL, "`retry()` raises by itself"),
    Case("returned and not thrown", TRY + "return self.retry(exc=exc, throw=False)\n", CANNOT_TELL, "with `throw` given it may raise nothing"),
    Case("not thrown", TRY + "self.retry(exc=exc, throw=False)\n", CANNOT_TELL, "with `throw` given it may raise nothing"),
    Case("not bound", TRY.replace("bind=True", "") + "raise self.retry(exc=exc)\n", "fail", "`bind=True`"),
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
    Case("automatic, and a decorator", CAUGHT + under("again(OSError)", AUTO), CANNOT_TELL, SAID, "current_task.retry"),
]  # fmt: skip


@table("retry-call", CALLS)
def test_calls_of_retry_that_miss_are_told(case: Case) -> None:
    case.check("retry-call")


LEFT = "def charge(pk):\n    Order.objects.filter(pk=pk).update(status='sending')\n    pay(pk)\n"
HOOK = "class Hooked(app.Task):\n    def on_failure(self, *args):\n        {}\n\n@app.task(base=Hooked)\n"
LAST = [
    Case("left as sending", f"@app.task\n{LEFT}", "fail", "status='sending'"),
    Case("an attribute", "@app.task\ndef charge(pk):\n    o = get(pk)\n    o.state = State.IN_PROGRESS\n    o.save()\n    pay(o)\n", "fail", "IN_PROGRESS"),
    Case("a task that may finish it", f"@app.task\n{LEFT}    watch.delay(pk)\n", CANNOT_TELL, "that it sends"),
    Case("a hook", HOOK.format("Order.objects.update(status='failed')") + LEFT, "pass", "`Hooked.on_failure`"),
    Case("a hook that counts", HOOK.format("counter.inc()") + LEFT, CANNOT_TELL, "hears of it"),
    Case("a link", f"@app.task\n{LEFT}\ncharge.apply_async((1,), link_error=alert.s())\n", "pass", "`link_error`"),
    Case("a receiver", f"from celery.signals import task_failure\n\n@task_failure.connect\ndef f(**kw):\n    log(kw)\n\n@app.task\n{LEFT}", CANNOT_TELL, "`task_failure` receiver"),
    Case("an unseen base", f"from elsewhere import Unseen\n\n@app.task(base=Unseen)\n{LEFT}", CANNOT_TELL, "`Unseen`"),
    Lookalike("set back", "@app.task\ndef charge(pk):\n    o = get(pk)\n    o.status = 'sending'\n    try:\n        pay(o)\n"
            "    except OSError:\n        o.status = 'failed'\n", NOT_FOUND, "no state"),
    Lookalike("done at the end", "@app.task\ndef charge(o):\n    pay(o)\n    o.status = 'sending'\n    o.save()\n", NOT_FOUND, "no state"),
    Lookalike("a state that is final", "@app.task\ndef charge(o):\n    o.status = 'paid'\n    pay(o)\n", NOT_FOUND, "no state"),
    Lookalike("a heading", "@app.task\ndef charge(o):\n    o.title = 'sending'\n    pay(o)\n", NOT_FOUND, "no state"),
]  # fmt: skip


@table("final-failure", LAST)
def test_what_a_last_failure_leaves_is_told(case: Case) -> None:
    case.check("final-failure")


def test_without_settings_a_receiver_may_be_elsewhere() -> None:
    finding = ask("final-failure", f"@app.task\n{LEFT}", settings=None)
    assert finding.kind is Kind.CANNOT_TELL
    assert "a `task_failure` receiver may be there" in finding.text
