"""What the rules about a task's declaration say of short sources."""

from __future__ import annotations

import pytest
from asking import ask

from checklist.scan.found import Kind, Suggested

FAIL, PASS, NOT_FOUND, CANNOT_TELL = Suggested.FAIL, Suggested.PASS, Kind.NOT_FOUND, Kind.CANNOT_TELL
BODY = "\ndef charge(order_id):\n    pass\n"

OPTIONS = {
    "misspelt": ("@app.task(retry_limit=4)", FAIL, "did you mean `max_retries`?"),
    "a setting's name": ("@app.task(task_time_limit=60)", FAIL, "`task_time_limit=60` is ignored by Celery"),
    "a plural": ("@app.task(ignore_results=True)", FAIL, "did you mean `ignore_result`?"),
    "all known": ("@app.task(max_retries=3, time_limit=5)", NOT_FOUND, "each of 2 options is known"),
    "none": ("@app.task", NOT_FOUND, "no options"),
    "sent with the message": ("@app.task(queue='mail', priority=3)", NOT_FOUND, "each of 2 options"),
    "an unseen base class": ("@app.task(base=Unseen, colour=1)", CANNOT_TELL, "`colour`"),
    "read by the base class": (
        "class Coloured(app.Task):\n    colour = 1\n\n@app.task(base=Coloured, colour=2)",
        NOT_FOUND,
        "each of 2 options",
    ),
}


@pytest.mark.parametrize(("decorator", "says", "words"), OPTIONS.values(), ids=OPTIONS)
def test_options_that_celery_ignores_are_told(decorator: str, says: object, words: str) -> None:
    finding = ask("known-options", f"from elsewhere import Unseen\n{decorator}{BODY}")
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


NAMES = {
    "named": ('@app.task(name="shop.charge")', PASS, '`name="shop.charge"`'),
    "bare": ("@app.task", FAIL, "no `name=`"),
    "a base class gives no names": ("@app.task(base=Unseen)", FAIL, "no `name=`"),
    "unknown options": ("@app.task(**UNSEEN)", CANNOT_TELL, "UNSEEN"),
}


@pytest.mark.parametrize(("decorator", "says", "words"), NAMES.values(), ids=NAMES)
def test_a_missing_name_is_told(decorator: str, says: object, words: str) -> None:
    finding = ask("explicit-name", f"from elsewhere import UNSEEN, Unseen\n{decorator}{BODY}")
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


BODIES = {
    "async": ("@app.task\nasync def charge(x):\n    await pay(x)\n", FAIL, "`async def`"),
    "generator": ("@app.task\ndef charge(x):\n    yield x\n", FAIL, "`yield`"),
    "plain": ("@app.task\ndef charge(x):\n    pay(x)\n", NOT_FOUND, "no `async def`"),
    "a coroutine inside": (
        "@app.task\ndef charge(x):\n    async def work():\n        await pay(x)\n    run(work())\n",
        NOT_FOUND,
        "no `async def`",
    ),
    "a generator expression": ("@app.task\ndef charge(x):\n    return sum(y for y in x)\n", NOT_FOUND, "no `yield`"),
    "a generator inside": (
        "@app.task\ndef charge(x):\n    def rows():\n        yield x\n    pay(rows())\n",
        NOT_FOUND,
        "no `yield`",
    ),
    "a base class that runs it": (
        (
            "class Runs(app.Task):\n    def __call__(self, *args):\n        return run(self.run(*args))\n\n"
            "@app.task(base=Runs)\nasync def charge(x):\n    await pay(x)\n"
        ),
        CANNOT_TELL,
        "`Runs.__call__`",
    ),
    "a decorator that runs it": (
        "@app.task\n@to_sync\nasync def charge(x):\n    await pay(x)\n",
        CANNOT_TELL,
        "decorator",
    ),
}


@pytest.mark.parametrize(("source", "says", "words"), BODIES.values(), ids=BODIES)
def test_bodies_that_would_never_run_are_told(source: str, says: object, words: str) -> None:
    finding = ask("plain-body", source)
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_a_pool_of_ones_own_may_run_coroutines() -> None:
    source = "@app.task\nasync def charge(x):\n    await pay(x)\n"
    finding = ask("plain-body", source, settings='app.conf.worker_pool = "shop.pool:Pool"')
    assert finding.kind is CANNOT_TELL
    assert "the worker's pool" in finding.text


ORDERS = {
    "a wrapper above": ("@measured\n@app.task", FAIL, "`@measured` stands above"),
    "a wrapper of the project above": (
        "def locked(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n\n@locked\n@app.task",
        FAIL,
        "`@locked` stands above",
    ),
    "below": ("@app.task\n@measured", PASS, "stands above 1 other"),
    "alone": ("@app.task(max_retries=1)", PASS, "the only one"),
    "a signal above": ("@ready.connect\n@app.task", PASS, "the task decorator"),
    "a register of the project above": (
        "ALL = []\n\ndef known(f):\n    ALL.append(f)\n    return f\n\n@known\n@app.task",
        PASS,
        "the task decorator",
    ),
    "something opaque above": ("def odd(f):\n    return make(f)\n\n@odd\n@app.task", CANNOT_TELL, "`@odd`"),
}


@pytest.mark.parametrize(("decorators", "says", "words"), ORDERS.values(), ids=ORDERS)
def test_decorators_above_the_task_are_told(decorators: str, says: object, words: str) -> None:
    finding = ask("decorator-order", f"{decorators}{BODY}")
    assert says in {finding.kind, finding.suggests}
    assert words in finding.text


def test_a_task_that_a_call_makes_has_no_decorator() -> None:
    finding = ask("decorator-order", "@measured\ndef charge(x):\n    pass\n\napp.task(charge)\n")
    assert finding.kind is NOT_FOUND
