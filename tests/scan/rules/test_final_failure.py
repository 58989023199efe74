"""What the rule about the last failure says of short sources, and which `except MaxRetriesExceededError` it believes."""

from __future__ import annotations

from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case, Lookalike, table

from checklist.scan.found import Kind

AGAIN = "from celery import current_task\ndef again(func):\n    def inner(*args):\n        try:\n            func(*args)\n        except OSError as exc:\n            current_task.retry(exc=exc)\n    return inner\n"
AUTO = "autoretry_for=(ConnectionError,)"
LEFT = "def charge(pk):\n    Order.objects.filter(pk=pk).update(status='sending')\n    pay(pk)\n"
HOOK = "class Hooked(app.Task):\n    def on_failure(self, *args):\n        {}\n\n@app.task(base=Hooked)\n"
ATOMIC = "from django.db.transaction import atomic\n"
MAX = "except MaxRetriesExceededError:\n"
DEAD = f"`{MAX[:-2]}`, line {{}}, never runs: `self.retry(exc=exc)` raises `exc` when retries are used up"


def resort(
    retry: str, clause: str = MAX, options: str = "bind=True, max_retries=5", between: str = "", after: str = ""
) -> str:
    """A task whose retry stands in the `try` of a clause for used up retries, `between` in a nearer one."""
    nearer = (
        f"            try:\n                {retry}\n            {between}" if between else f"            {retry}\n"
    )
    return (
        "from celery.exceptions import MaxRetriesExceededError, CeleryError\nfrom elsewhere import OPTIONS\n"
        f"@app.task({options})\ndef charge(self, pk):\n    begin(pk)\n    try:\n        try:\n            pay(pk)\n"
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
    Case("an exc that is bound again", resort("exc = wrapped(exc)\n            raise self.retry(exc=exc)"), CANNOT_TELL, "`exc` of line 12 may be that error"),
    Case("used up inside of a transaction", resort("raise self.retry()").replace("        fail(pk)", "        with atomic():\n            fail(pk)").replace("from elsewhere", "from django.db.transaction import atomic\nfrom elsewhere"), "pass", "line 13"),
    Case("used up, and rolled back", resort("raise self.retry()").replace("        fail(pk)", "        with atomic():\n            fail(pk)\n            raise").replace("from elsewhere", "from django.db.transaction import atomic\nfrom elsewhere"), CANNOT_TELL, "rolls back what `except MaxRetriesExceededError`, line 13, writes"),
    Case("raised by hand as well", resort("raise self.retry(exc=exc)").replace("pay(pk)", "raise MaxRetriesExceededError"), CANNOT_TELL, "`raise MaxRetriesExceededError` of line 9 may raise"),
    Case("handed on as well", resort("raise self.retry(exc=exc)").replace("pay(pk)", "pay(self)"), CANNOT_TELL, "`pay(self)` of line 9 may raise"),
    Case("its retry handed on", BESIDE.format("@app.task(bind=True)\n", "self", "pay(again=self.retry)", ""), CANNOT_TELL, "`pay(again=self.retry)` of line 7"),
    Case("a function that retries", "from celery import current_task\ndef pay(o):\n    current_task.retry()\n" + BESIDE.format("@app.task\n", "pk", "pay(o)", ""), CANNOT_TELL, "`pay(o)` of line 10 may raise"),
    Case("automatic", BESIDE.format(f"@app.task({AUTO})\n", "pk", "pay(o)", ""), "fail", "stays so when the task fails for the last time", "'sending'"),
    Case("a decorator", AGAIN + BESIDE.format("@app.task\n@again\n", "pk", "pay(o)", ""), "fail", "stays so", "'sending'"),
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
    Case("a receiver of a star", f"from celery.signals import *\n\n@task_failure.connect\ndef f(**kw):\n    log(kw)\n\n@app.task\n{LEFT}", CANNOT_TELL, "`task_failure` receiver"),
    Case("a receiver of a star that was not read", f"from shop.unread import *\n\n@task_failure.connect\ndef f(**kw):\n    log(kw)\n\n@app.task\n{LEFT}", CANNOT_TELL, "`task_failure` receiver"),
    Case("a receiver of one's own beside a star", f"from celery.signals import *\nfrom shop.unread import task_failure\n\n@task_failure.connect\ndef f(**kw):\n    log(kw)\n\n@app.task\n{LEFT}", "fail", "status='sending'"),
    Case("an unseen base", f"from elsewhere import Unseen\n\n@app.task(base=Unseen)\n{LEFT}", CANNOT_TELL, "`Unseen`"),
    Lookalike("set back", "@app.task\ndef charge(pk):\n    o = get(pk)\n    o.status = 'sending'\n    try:\n        pay(o)\n"
            "    except OSError:\n        o.status = 'failed'\n", NOT_FOUND, "no state"),
    Case("set back, and rolled back by its own block", ATOMIC + "@app.task\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    try:\n        pay(o)\n    except OSError:\n        with atomic():\n            o.status = 'failed'\n            o.save()\n            raise\n", "fail", "stays so"),
    Case("set back, and rolled back by a block around", ATOMIC + "@app.task\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    with atomic():\n        try:\n            pay(o)\n        except Exception:\n            o.status = 'failed'\n            if o.pk:\n                o.save()\n            raise\n", "fail", "stays so"),
    Case("left in a block that ends before", ATOMIC + "@app.task\ndef charge(o):\n    with atomic():\n        o.status = 'sending'\n        o.save()\n    pay(o)\n", "fail", "stays so"),
    Lookalike("set back in a block, and raised outside", ATOMIC + "@app.task\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    try:\n        pay(o)\n    except OSError:\n        with atomic():\n            o.status = 'failed'\n            o.save()\n        raise\n", NOT_FOUND, "no state"),
    Lookalike("set back in a block, and raised to a clause inside of it", ATOMIC + "@app.task\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    with atomic():\n        try:\n            try:\n                pay(o)\n            except OSError:\n                o.status = 'failed'\n                raise\n        except OSError:\n            log(o)\n", NOT_FOUND, "no state"),
    Lookalike("everything caught, and only a part rolled back", ATOMIC + "@app.task\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    try:\n        pay(o)\n    except Exception:\n        mark(o)\n        with atomic():\n            note(o)\n            raise\n", NOT_FOUND, "no state"),
    Case("everything caught, and rolled back", ATOMIC + "@app.task\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    try:\n        pay(o)\n    except Exception:\n        with atomic():\n            note(o)\n            raise\n", "fail", "stays so"),
    Lookalike("left in a transaction that the failure rolls back", ATOMIC + "@app.task\n@atomic\ndef charge(o):\n    o.status = 'sending'\n    o.save()\n    pay(o)\n", NOT_FOUND, "no state"),
    Lookalike("left in a block that the failure rolls back", ATOMIC + "@app.task\ndef charge(o):\n    with atomic():\n        o.status = 'sending'\n        o.save()\n        pay(o)\n", NOT_FOUND, "no state"),
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
