"""What the rules about retries say of short sources."""

from __future__ import annotations

import pytest
from asking import ask

from checklist.scan.found import Kind, Suggested

FAIL, PASS, NA, NOT_FOUND, CANNOT_TELL = (
    Suggested.FAIL,
    Suggested.PASS,
    Suggested.NA,
    Kind.NOT_FOUND,
    Kind.CANNOT_TELL,
)
AUTO = "autoretry_for=(ConnectionError,)"
RETRIES = "def charge(self, pk):\n    try:\n        pay(pk)\n    except OSError as exc:\n        raise self.retry(exc=exc{})\n"
PLAIN = "def charge(pk):\n    pay(pk)\n"


def auto(options: str) -> str:
    """A task that retries by itself, with these options besides."""
    return f"from elsewhere import UNSEEN, Unseen\n@app.task({AUTO}, {options})\n{PLAIN}"


def manual(options: str, given: str = "") -> str:
    """A bound task that calls `self.retry` with these further arguments."""
    return f"from elsewhere import UNSEEN, Unseen\n@app.task(bind=True, {options})\n{RETRIES.format(given)}"


MOST = {
    "endless": (manual("max_retries=None"), FAIL, "never stops"),
    "not set": (manual(""), FAIL, "Celery's default is 3 retries"),
    "not set, automatic": (auto(""), FAIL, "`autoretry_for` retries"),
    "endless in retry_kwargs": (auto("max_retries=3, retry_kwargs={'max_retries': None}"), FAIL, "never stops"),
    "set": (manual("max_retries=5"), PASS, "`max_retries=5`"),
    "in retry_kwargs": (auto("retry_kwargs={'max_retries': 4}"), PASS, "`max_retries` in `retry_kwargs"),
    "at the call": (manual("", ", max_retries=2"), PASS, "each `self.retry`"),
    "an unseen base": (manual("base=Unseen"), CANNOT_TELL, "`Unseen`"),
    "an unseen value": (manual("max_retries=UNSEEN"), CANNOT_TELL, "`max_retries=UNSEEN`"),
    "nothing retries": (f"@app.task\n{PLAIN}", NOT_FOUND, "nothing retries"),
    "an empty tuple": (f"@app.task(autoretry_for=())\n{PLAIN}", NOT_FOUND, "nothing retries"),
    "another's retry": ("@app.task\ndef charge(job):\n    job.retry()\n", NOT_FOUND, "nothing retries"),
}


@pytest.mark.parametrize(("source", "says", "words"), MOST.values(), ids=MOST)
def test_how_often_a_task_retries_is_told(source: str, says: object, words: str) -> None:
    finding = ask("max-retries", source)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_a_base_class_may_say_how_often() -> None:
    source = "class Five(app.Task):\n    max_retries = 5\n\n" + manual("base=Five")
    finding = ask("max-retries", source)
    assert finding.suggests is PASS
    assert "inherited from `Five`, shop/tasks.py:3" in finding.text


WIDE = "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        pay(pk)\n    except Exception as exc:\n"
NETS = {
    "every Exception": (f"@app.task(autoretry_for=(Exception,))\n{PLAIN}", FAIL, "retries every error"),
    "a wide except": (WIDE + "        raise self.retry(exc=exc)\n", FAIL, "`except Exception as exc:`"),
    "named": (auto(""), PASS, "`ConnectionError`"),
    "a named except": (manual(""), PASS, "`OSError`"),
    "spared errors": (
        f"@app.task(autoretry_for=(Exception,), dont_autoretry_for=(SoftTimeLimitExceeded,))\n{PLAIN}",
        CANNOT_TELL,
        "spares errors",
    ),
    "a choice in the handler": (
        WIDE + "        if is_passing(exc):\n            raise self.retry(exc=exc)\n        raise\n",
        CANNOT_TELL,
        "chooses",
    ),
    "an unseen tuple": (
        f"from elsewhere import ERRORS\n@app.task(autoretry_for=ERRORS)\n{PLAIN}",
        CANNOT_TELL,
        "`autoretry_for=ERRORS`",
    ),
    "a wide except that logs": (WIDE + "        log(exc)\n", NOT_FOUND, "nothing retries"),
    "an exception of one's own": (f"@app.task(autoretry_for=(PaymentException,))\n{PLAIN}", PASS, "`PaymentException`"),
    "nothing": (f"@app.task\n{PLAIN}", NOT_FOUND, "nothing retries"),
}


@pytest.mark.parametrize(("source", "says", "words"), NETS.values(), ids=NETS)
def test_which_errors_are_retried_is_told(source: str, says: object, words: str) -> None:
    finding = ask("retry-transient-only", source)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


WINDOWS = {
    "seven seconds": (auto("retry_backoff=True"), FAIL, "3 retries within 7 seconds"),
    "a fraction is cut": (auto("retry_backoff=1.9, max_retries=2"), FAIL, "2 retries within 3 seconds"),
    "no backoff": (auto("max_retries=5"), FAIL, "the same 180 seconds"),
    "a countdown in retry_kwargs": (auto("retry_kwargs={'countdown': 5}"), FAIL, "the same 5 seconds"),
    "no jitter": (auto("retry_backoff=9, retry_jitter=False"), FAIL, "`retry_jitter=False`"),
    "long enough": (auto("retry_backoff=5, max_retries=8"), PASS, "8 retries within 1235 seconds"),
    "retry_kwargs wins": (
        auto("retry_backoff=5, max_retries=8, retry_kwargs={'max_retries': 1}"),
        FAIL,
        "1 retry within 5",
    ),
    "a low cap": (auto("retry_backoff=5, retry_backoff_max=10, max_retries=4"), FAIL, "4 retries within 35 seconds"),
    "endless": (auto("retry_backoff=5, max_retries=None"), PASS, "never gives up"),
    "by hand, backoff ignored": (manual("retry_backoff=True"), FAIL, "read by `autoretry_for` only"),
    "by hand, always the same": (manual("", ", countdown=30"), FAIL, "the same 30 seconds"),
    "by hand, the default": (manual(""), FAIL, "the same 180 seconds"),
    "by hand, somebody waits": (manual("", ", countdown=1"), CANNOT_TELL, "somebody waits"),
    "by hand, growing": (manual("", ", countdown=2 ** self.request.retries"), CANNOT_TELL, "computed"),
    "an unseen number": (auto("retry_backoff=True, max_retries=UNSEEN"), CANNOT_TELL, "`max_retries=UNSEEN`"),
    "nothing": (f"@app.task(retry_backoff=True)\n{PLAIN}", NOT_FOUND, "nothing retries"),
}


@pytest.mark.parametrize(("source", "says", "words"), WINDOWS.values(), ids=WINDOWS)
def test_how_long_retries_last_is_told(source: str, says: object, words: str) -> None:
    finding = ask("retry-window", source)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


TRY = "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        pay(pk)\n    except OSError as exc:\n        "
CALLS = {
    "the error in its place": (TRY + "raise self.retry(exc)\n", FAIL, "argument list"),
    "not raised": (TRY + "self.retry(exc=exc)\n", FAIL, "is not raised"),
    "not bound": (TRY.replace("bind=True", "") + "raise self.retry(exc=exc)\n", FAIL, "`bind=True`"),
    "caught": (
        (
            "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        if not pay(pk):\n            raise self.retry()\n"
            "    except Exception:\n        log(pk)\n"
        ),
        FAIL,
        "is caught by `except Exception:` of line 7",
    ),
    "right": (TRY + "raise self.retry(exc=exc, countdown=9)\n", PASS, "`raise self.retry"),
    "raised later": (TRY + "again = self.retry(exc=exc, throw=False)\n        raise again\n", PASS, "`raise"),
    "raised again": (
        "@app.task(bind=True)\ndef charge(self, pk):\n    try:\n        raise self.retry()\n    except Exception:\n        raise\n",
        PASS,
        "`raise self.retry()`",
    ),
    "automatic only": (auto(""), NA, "only `autoretry_for`"),
    "an unseen base": (
        "from elsewhere import OPTIONS\n" + TRY.replace("bind=True", "**OPTIONS") + "raise self.retry(exc=exc)\n",
        CANNOT_TELL,
        "OPTIONS",
    ),
    "another's retry": ("@app.task\ndef charge(job):\n    job.retry(1)\n", NOT_FOUND, "no call"),
    "nothing": (f"@app.task\n{PLAIN}", NOT_FOUND, "no call"),
}


@pytest.mark.parametrize(("source", "says", "words"), CALLS.values(), ids=CALLS)
def test_calls_of_retry_that_miss_are_told(source: str, says: object, words: str) -> None:
    finding = ask("retry-call", source)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


LEFT = "def charge(pk):\n    Order.objects.filter(pk=pk).update(status='sending')\n    pay(pk)\n"
HOOK = "class Hooked(app.Task):\n    def on_failure(self, *args):\n        {}\n\n@app.task(base=Hooked)\n"
LAST = {
    "left as sending": (f"@app.task\n{LEFT}", FAIL, "status='sending'"),
    "an attribute": (
        "@app.task\ndef charge(pk):\n    o = get(pk)\n    o.state = State.IN_PROGRESS\n    o.save()\n    pay(o)\n",
        FAIL,
        "IN_PROGRESS",
    ),
    "a hook": (HOOK.format("Order.objects.update(status='failed')") + LEFT, PASS, "`Hooked.on_failure`"),
    "a hook that counts": (HOOK.format("counter.inc()") + LEFT, CANNOT_TELL, "hears of it"),
    "a link": (f"@app.task\n{LEFT}\ncharge.apply_async((1,), link_error=alert.s())\n", PASS, "`link_error`"),
    "a receiver": (
        f"from celery.signals import task_failure\n\n@task_failure.connect\ndef f(**kw):\n    log(kw)\n\n@app.task\n{LEFT}",
        CANNOT_TELL,
        "`task_failure` receiver",
    ),
    "an unseen base": (f"from elsewhere import Unseen\n\n@app.task(base=Unseen)\n{LEFT}", CANNOT_TELL, "`Unseen`"),
    "set back": (
        (
            "@app.task\ndef charge(pk):\n    o = get(pk)\n    o.status = 'sending'\n    try:\n        pay(o)\n"
            "    except OSError:\n        o.status = 'failed'\n"
        ),
        NOT_FOUND,
        "no state",
    ),
    "done at the end": (
        "@app.task\ndef charge(o):\n    pay(o)\n    o.status = 'sending'\n    o.save()\n",
        NOT_FOUND,
        "no state",
    ),
    "a state that is final": ("@app.task\ndef charge(o):\n    o.status = 'paid'\n    pay(o)\n", NOT_FOUND, "no state"),
    "a heading": ("@app.task\ndef charge(o):\n    o.title = 'sending'\n    pay(o)\n", NOT_FOUND, "no state"),
}


@pytest.mark.parametrize(("source", "says", "words"), LAST.values(), ids=LAST)
def test_what_a_last_failure_leaves_is_told(source: str, says: object, words: str) -> None:
    finding = ask("final-failure", source)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_without_settings_a_receiver_may_be_elsewhere() -> None:
    finding = ask("final-failure", f"@app.task\n{LEFT}", settings=None)
    assert finding.kind is CANNOT_TELL
    assert "a `task_failure` receiver may be there" in finding.text
