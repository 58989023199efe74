"""What retries a task from outside of its body is found, and what only looks like it is not."""

from __future__ import annotations

import pytest
from asking import ask
from rule_cases import CANNOT_TELL, NOT_FOUND, Case

CHARGE = "def charge(pk):\n    pay(pk)\n"
WRAPPED = "    def wrapped(*args):\n        try:\n            return func(*args)\n        except OSError as exc:\n            {}\n    return wrapped\n"
AGAIN = "from celery import current_task\ndef again(func):\n" + WRAPPED
BASE = "class Again(app.Task):\n    def {}(self, *args):\n        try:\n            return super().{}(*args)\n        except OSError as exc:\n            raise self.retry(exc=exc)\n\n"
RUN = "class charge({}):\n    def run(self, pk):\n        {}\n\napp.register_task(charge())\n"
OWN = "class again:\n    def __init__(self, func):\n        self.func = func\n    def retry(self):\n        wait()\n    def __call__(self, *args):\n        self.retry()\n"


def around(retry: str, made: str = "@app.task\n@again\n") -> str:
    """A decorator that calls `retry` when a function fails, and a task of which it makes something."""
    return f"{AGAIN.format(retry)}{made}{CHARGE}"


RETRIERS = [
    Case("current_task", around("current_task.retry()"), CANNOT_TELL, "`again` may retry it, line 8"),
    Case("exc= of something else", around("args[0].retry(exc=exc)"), CANNOT_TELL, "`again` may retry it, line 8"),
    Case("under a name", around("current_task.retry()", "often = again(OSError)\n@app.task\n@often\n"), CANNOT_TELL, "`again`"),
    Case("through partial", around("current_task.retry()", "from functools import partial\n@app.task\n@partial(again, 1)\n"), CANNOT_TELL, "`again`"),
    Case("in a function that it calls", "def handle(task):\n    task.retry()\n" + around("handle(args[0])"), CANNOT_TELL, "`again` may retry it, line 3"),
    Case("in another decorator", around("current_task.retry()", "def twice(func):\n    @again\n    def inner():\n        func()\n    return inner\n@app.task\n@twice\n"), CANNOT_TELL, "`twice` may retry it, line 8"),
    Case("the wrapper that makes the task", around("current_task.retry()", "def quick(func):\n    return app.task(again(func))\n@quick\n"), CANNOT_TELL, "`quick` may retry it, line 8"),
    Case("a wrapper inside of the wrapper", around("current_task.retry()", "def quick(func):\n    return app.task(again(func))\ndef slow(func):\n    return quick(func)\n@slow\n"), CANNOT_TELL, "`quick` may retry it, line 8"),
    Case("a base class", BASE.format("__call__", "__call__") + f"@app.task(base=Again)\n{CHARGE}", CANNOT_TELL, "`Again.__call__` may retry it, line 7"),
    Case("a base class of the base class", BASE.format("__call__", "__call__") + f"class Timed(Again):\n    def __call__(self):\n        with timed():\n            super().__call__()\n\n@app.task(base=Timed)\n{CHARGE}", CANNOT_TELL, "`Again.__call__`"),
    Case("a base class with a retry of its own", BASE.format("__call__", "__call__").replace("exc=exc", "").replace("    def", "    def retry(self):\n        return super().retry(countdown=9)\n    def") + f"@app.task(base=Again)\n{CHARGE}", CANNOT_TELL, "`Again.__call__` may retry it, line 9"),
    Case("the run of a base class", BASE.format("run", "run") + RUN.format("Again", "super().run(pk)"), CANNOT_TELL, "`Again.run` may retry it, line 7"),
    Case("a decorator of run", AGAIN.format("current_task.retry()") + RUN.format("app.Task", "pay(pk)").replace("    def run", "    @again\n    def run"), CANNOT_TELL, "`again`"),
    Case("a function that it calls", "def push(task):\n    task.retry()\n@app.task(bind=True)\ndef charge(self):\n    push(self)\n", CANNOT_TELL, "`push` may retry it, line 3"),
    Case("a method that it calls", BASE.format("push", "push") + "@app.task(bind=True, base=Again)\ndef charge(self):\n    self.push()\n", CANNOT_TELL, "`Again.push` may retry it, line 7"),
    Case("its retry as an argument", "@app.task(bind=True)\ndef charge(self):\n    push(self.retry)\n", CANNOT_TELL, "`self.retry` may retry it, line 4"),
    Case("its retry in a function inside", "@app.task(bind=True)\ndef charge(self):\n    def again():\n        self.retry()\n    push(again)\n", CANNOT_TELL, "`self.retry` may retry it, line 5"),
    Case("an unread decorator by its name", f"from tenacity import retry\n@app.task\n@retry(stop=5)\n{CHARGE}", CANNOT_TELL, "`retry` may retry it, line 4"),
    Case("an unread decorator by its module", f"import backoff\n@app.task\n@backoff.on_exception(OSError)\n{CHARGE}", CANNOT_TELL, "`backoff.on_exception` may retry it, line 4"),
    Case("an unread decorator of another name", f"from elsewhere import retrieved\n@app.task\n@retrieved\n{CHARGE}", NOT_FOUND),
    Case("a decorator that retries nothing", around("raise"), NOT_FOUND),
    Case("the retry of something else", around("client.retry(args)"), NOT_FOUND),
    Case("the retry of another library", "from urllib3 import current_task\n" + around("current_task.retry()").replace("from celery import current_task\n", ""), NOT_FOUND),
    Case("the retry of the decorator itself", f"{OWN}@app.task\n@again\n{CHARGE}", NOT_FOUND),
    Case("a decorator that the worker never runs", around("current_task.retry()", "@again\n@app.task\n"), NOT_FOUND),
    Case("a task that it calls", "@app.task(bind=True)\ndef push(self):\n    self.retry()\n@app.task\ndef charge(pk):\n    push(pk)\n", NOT_FOUND),
    Case("a class that it makes", "class Push:\n    def run(self):\n        self.retry()\n@app.task\ndef charge(pk):\n    Push(pk)\n", NOT_FOUND),
    Case("a method of something else", BASE.format("push", "push") + "@app.task(base=Again)\ndef charge(pk):\n    gate.push()\n", NOT_FOUND),
    Case("the retry of an argument", "@app.task\ndef charge(job):\n    push(job.retry)\n", NOT_FOUND),
    Case("the run that the function replaces", BASE.format("run", "run") + f"@app.task(base=Again)\n{CHARGE}", NOT_FOUND),
    Case("the run that a class replaces", BASE.format("run", "run") + RUN.format("Again", "pay(pk)"), NOT_FOUND),
    Case("the method of a base class that is not called", BASE.format("__call__", "__call__") + f"class Bare(Again):\n    def __call__(self):\n        pay()\n\n@app.task(base=Bare)\n{CHARGE}", NOT_FOUND),
]  # fmt: skip


@pytest.mark.parametrize("case", RETRIERS, ids=str)
def test_what_retries_a_task_from_outside_is_told(case: Case) -> None:
    case.check("max-retries")


def test_a_decorator_of_another_file_is_named_with_its_place() -> None:
    source = f"from shop.retries import again\n@app.task\n@again\n{CHARGE}"
    finding = ask("retry-call", source, retries=AGAIN.format("current_task.retry(exc=exc)"))
    assert finding.text == "`again` may retry it, shop/retries.py:7"
    assert [(line.path, line.line) for line in finding.evidence] == [("shop/retries.py", 7)]
