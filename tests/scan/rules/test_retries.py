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


LEFT = "def charge(pk):\n    Order.objects.filter(pk=pk).update(status='sending')\n    pay(pk)\n"
HOOK = "class Hooked(app.Task):\n    def on_failure(self, *args):\n        {}\n\n@app.task(base=Hooked)\n"
MAX = "except MaxRetriesExceededError:\n"
DEAD = f"`{MAX[:-2]}`, line {{}}, never runs: `self.retry(exc=exc)` raises `exc` when retries are used up"


def resort(
    retry: str, clause: str = MAX, options: str = "bind=True, max_retries=5", between: str = "", after: str = ""
) -> str:
    """A task whose retry stands in the `try` of a clause for used up retries, `between` in a nearer one; it begins as "sending"."""
    nearer = (
        f"            try:\n                {retry}\n            {between}" if between else f"            {retry}\n"
    )
    return (
        "from celery.exceptions import MaxRetriesExceededError, CeleryError\nfrom elsewhere import OPTIONS\n"
        f"@app.task({options})\ndef charge(self, pk):\n    begin(pk, status='x')\n    try:\n        try:\n            pay(pk)\n"
        f"        except OSError as exc:\n{nearer}    {clause}        fail(pk)\n{after}"
    )


BESIDE = f"{{}}def charge({{}}):\n    o = get(1)\n    o.status = 'sending'\n    try:\n        {{}}\n{{}}    {MAX}        o.status = 'failed'\n"
LAST = [
    Case("used up", resort("raise self.retry(countdown=9)"), "pass", "`except MaxRetriesExceededError`, line 12", MAX[:-1]),
    Case("used up, with no exc", resort("raise self.retry(exc=None)"), "pass", "`except MaxRetriesExceededError`, line 12"),
    Case("used up, among other errors", resort("raise self.retry()", "except (MaxRetriesExceededError, Busy):\n"), "pass", "`except (MaxRetriesExceededError, Busy)`, line 12"),
    Case("one of two retries", resort("log()\n            if pk:\n                raise self.retry(exc=exc)\n            raise self.retry()"), "pass", "line 15"),
    Case("a limit for the call", resort("raise self.retry(max_retries=2)", options="bind=True, max_retries=None"), "pass", "line 12"),
    Case("exc is raised instead", resort("raise self.retry(exc=exc)"), "fail", DEAD.format(12), MAX[:-1]),
    Case("exc is raised instead, and more is given", resort("raise self.retry(countdown=9, exc=exc)"), "fail", "`self.retry(..., exc=exc)` raises `exc`"),
    Case("an error that is made there", resort("raise self.retry(exc=RuntimeError(pk))"), "fail", "raises `RuntimeError(pk)`"),
    Case("an error of the project that is made there", "class Late(Exception):\n    pass\n" + resort("raise self.retry(exc=Late())"), "fail", "raises `Late()`"),
    Case("the error as an attribute", resort("raise self.retry(exc=exc)", "except self.MaxRetriesExceededError:\n"), "fail", "`except self.MaxRetriesExceededError`, line 12, never runs"),
    Case("never reached, but a link", resort("raise self.retry(exc=exc)", after="charge.apply_async((1,), link_error=alert.s())\n"), "pass", "`link_error`"),
    Case("never reached, but a hook", HOOK.format("Order.objects.update(status='failed')").replace("@app.task(base=Hooked)\n", "") + resort("raise self.retry(exc=exc)", options="bind=True, base=Hooked"), "pass", "`Hooked.on_failure`"),
    Case("never reached, but a receiver", "from celery.signals import task_failure\n@task_failure.connect\ndef f(**kw):\n    log(kw)\n" + resort("raise self.retry(exc=exc)"), CANNOT_TELL, "`task_failure` receiver"),
    Case("never reached, and an unseen base", "from elsewhere import Unseen\n" + resort("raise self.retry(exc=exc)", options="bind=True, base=Unseen"), CANNOT_TELL, "are used up, but the base class `Unseen`"),
    Case("never reached, among other errors", resort("raise self.retry(exc=exc)", "except (MaxRetriesExceededError, OSError):\n"), CANNOT_TELL, "it names other errors as well"),
    Case("open options", resort("raise self.retry(**OPTIONS)"), CANNOT_TELL, "which `exc` line 11 gives `retry`", MAX[:-1]),
    Case("an exc by its place", resort("raise self.retry((pk,), {}, exc)"), CANNOT_TELL, "which `exc` line 11"),
    Case("an exc from somewhere", resort("raise self.retry(exc=self.last)"), CANNOT_TELL, "`exc` of line 11 may be that error"),
    Case("an exc of the error itself", resort("raise self.retry(exc=MaxRetriesExceededError(pk))"), CANNOT_TELL, "`exc` of line 11"),
    Case("an exc of a child of the error", "from celery.exceptions import MaxRetriesExceededError\nclass Late(MaxRetriesExceededError):\n    pass\n" + resort("raise self.retry(exc=Late())"), CANNOT_TELL, "`exc` of line 14"),
    Case("an exc that was caught as such", resort("raise self.retry(exc=exc)").replace("OSError as", "CeleryError as"), CANNOT_TELL, "`exc` of line 11"),
    Case("taken by a nearer clause", resort("raise self.retry()", between="except Exception:\n                log(pk)\n"), CANNOT_TELL, "`except Exception:` of line 13 may take it first"),
    Case("taken by a clause above", resort("raise self.retry()", f"except CeleryError:\n        log(pk)\n    {MAX}"), CANNOT_TELL, "`except CeleryError:` of line 12 may take it first"),
    Case("exc is taken by a nearer clause", resort("raise self.retry(exc=exc)", between="except OSError:\n                fail(pk)\n"), CANNOT_TELL, "never runs, but `except OSError:` of line 13 may take"),
    Case("exc is taken by a clause below", resort("raise self.retry(exc=exc)", after="    except OSError:\n        fail(pk)\n"), CANNOT_TELL, "never runs, but `except OSError:` of line 14 may take"),
    Case("exc is taken by a clause farther out", resort("raise self.retry(exc=exc)").replace("    try:\n        try:", "    try:\n     try:\n        try:").replace(f"    {MAX}", f"     {MAX}") + "    except OSError:\n        fail(pk)\n", CANNOT_TELL, "never runs, but `except OSError:` of line 15 may take"),
    Case("retries without end", resort("raise self.retry()", options="bind=True, max_retries=None"), CANNOT_TELL, "`max_retries=None`"),
    Case("raised by hand as well", resort("raise self.retry(exc=exc)").replace("pay(pk)", "raise MaxRetriesExceededError"), CANNOT_TELL, "`raise MaxRetriesExceededError` of line 9 may raise"),
    Case("handed on as well", resort("raise self.retry(exc=exc)").replace("pay(pk)", "pay(self)"), CANNOT_TELL, "`pay(self)` of line 9 may raise"),
    Case("its retry handed on", BESIDE.format("@app.task(bind=True)\n", "self", "pay(again=self.retry)", ""), CANNOT_TELL, "`pay(again=self.retry)` of line 7"),
    Case("a function that retries", "from celery import current_task\ndef pay(o):\n    current_task.retry()\n" + BESIDE.format("@app.task\n", "pk", "pay(o)", ""), CANNOT_TELL, "`pay(o)` of line 10 may raise"),
    Case("automatic", BESIDE.format(f"@app.task({AUTO})\n", "pk", "pay(o)", ""), "fail", "stays so when the task fails for the last time", "'sending'"),
    Case("a decorator", CAUGHT + BESIDE.format("@app.task\n@again(OSError)\n", "pk", "pay(o)", ""), "fail", "stays so", "'sending'"),
    Case("beside the retry", BESIDE.format("@app.task(bind=True)\n", "self", "pay(o)", "    except OSError:\n        self.retry()\n"), "fail", "stays so", "'sending'"),
    Case("in the else of the try", BESIDE.format("@app.task(bind=True)\n", "self", "pay(o)", "") + "    else:\n        self.retry()\n", "fail", "stays so", "'sending'"),
    Lookalike("nothing that is seen retries", BESIDE.format("@app.task\n", "pk", "pay(o)", ""), NOT_FOUND, "no state"),
    Lookalike("automatic, and another error beside", BESIDE.format(f"@app.task({AUTO})\n", "pk", "pay(o)", "").replace(MAX, "except (MaxRetriesExceededError, OSError):\n"), NOT_FOUND, "no state"),
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
