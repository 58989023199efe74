"""Forms of tasks, and of their options, that are rarer than those of `test_finder.py`; each occurs in published code."""

from __future__ import annotations

import pytest

from checklist.scan.found import Option

from .test_finder import scanned

HEAD = "from celery import Celery, Task, shared_task\nfrom functools import wraps\napp = Celery()\n"
WRAPPER = "        @wraps(fn)\n        {}def inner(*a, **k):\n            return {}\n        return inner\n    return decorate\n"
MADE = "def job(**kw):\n    def decorate(fn):\n        @shared_task(**kw)\n"
USED = "@job(queue='q')\ndef charge(): ...\n"
LOOP = "class Charge(Task):\n    def run(self): ...\n{}\nfor one in {}:\n    app.register_task(one())\n"

FORMS = {
    "a wrapper that hands the function on": (MADE + WRAPPER.format("", "run_with_lock(fn, *a)") + USED, ["charge"]),
    "a wrapper that is async": (MADE + WRAPPER.format("async ", "await fn(*a)") + USED, ["charge"]),
    "a wrapper around something made of the function": (
        "def job(func):\n    sync = AsyncToSync(func)\n    @shared_task\n    @wraps(func)\n    def inner(*a):\n        return sync(*a)\n    return inner\n@job\ndef charge(): ...\n",
        ["charge"],
    ),
    "a wrapper that is given with options": (
        "def job(function):\n    def wrapper(*a):\n        return function(*a)\n    return shared_task(wrapper, name=function.__name__)\n@job\ndef charge(): ...\n",
        ["charge"],
    ),
    "a function that makes tasks of texts": (
        "def make(name):\n    @app.task(name=name)\n    def run():\n        work(name)\n    return run\nmake('a')\n",
        ["run"],
    ),
    "a decorator behind a cast": (
        "from typing import cast\ndef job(*a, **kw) -> Task:\n    return cast(Task, shared_task(*a, **kw))\n@job\ndef charge(): ...\n",
        ["charge"],
    ),
    "a decorator under a name of its own": (
        "def job(**kw):\n    decorator = shared_task(bind=True, **kw)\n    return decorator\n@job()\ndef charge(self): ...\n",
        ["charge"],
    ),
    "a class whose making makes the task": (
        "class Retryable:\n    def __init__(self, func, **kw):\n        self.func = app.task(max_retries=3, **kw)(func)\n@Retryable\ndef charge(): ...\n",
        ["charge"],
    ),
    "register_task above a class": ("@app.register_task\nclass Charge(app.Task):\n    def run(self): ...\n", ["Charge"]),
    "register_task with a keyword": ("class Charge(Task):\n    def run(self): ...\napp.register_task(task=Charge())\n", ["Charge"]),
    "Celery's old registry": (
        "from celery.registry import tasks\nclass Charge(Task):\n    def run(self): ...\ntasks.register(Charge)\n",
        ["Charge"],
    ),
    "registered from a list": (LOOP.format("ALL = [Charge]", "ALL"), ["Charge"]),
    "registered from a sum of lists": (LOOP.format("A = [Charge]\nALL = (*A, *B)", "A + ALL"), ["Charge"]),
    "registered from a mapping": (LOOP.format("ALL = {'charge': Charge}", "ALL.values()"), ["Charge"]),
    "functions of a list": ("def charge(): ...\nJOBS = [charge]\nfor one in JOBS:\n    app.task(one)\n", ["charge"]),
    "a function that a factory hands out": (
        "def callable_of(stage):\n    def run(): ...\n    return run\nfor one in STAGES:\n    app.task(name=one)(callable_of(one))\n",
        ["run"],
    ),
    "a method of an instance": (
        "class Ingest:\n    def run(self): ...\nload = shared_task(bind=True)(Ingest().run)\n",
        ["Ingest.run"],
    ),
    "an app in Django's settings": ("from django.conf import settings\n@settings.CELERY_APP.task\ndef charge(): ...\n", ["charge"]),
    "methods as tasks in old releases": (
        "from celery.contrib.methods import task\nclass Shop:\n    @task()\n    def charge(self): ...\n",
        ["Shop.charge"],
    ),
    "an old class that inherits its run": (
        "from celery.task import Task as Old\nclass Base(Old):\n    abstract = True\n    def run(self): ...\nclass Charge(Base): ...\n",
        ["Charge"],
    ),
    "tasks in a package among the fixtures of tests": (
        "## tests/fixtures/shop/__init__.py\nNAME = 1\n## tests/fixtures/shop/tasks.py\nfrom celery import shared_task\n@shared_task\ndef charge(): ...\n",
        ["charge"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", FORMS.values(), ids=FORMS)
def test_a_task_is_found_in_each_rarer_form(text: str, expected: list[str]) -> None:
    found = scanned(HEAD + text)
    assert [task.name for task in found.tasks] == expected
    assert not found.unread


LOOKALIKES = {
    "another framework, made by a chain": "from taskiq_redis import ListQueueBroker\nbroker = ListQueueBroker(u).with_result_backend(b)\n@broker.task\nasync def load(): ...\n",
    "another framework, made by a function": "from taskiq import InMemoryBroker\ndef made():\n    return InMemoryBroker().with_id(3)\nbroker = made()\n@broker.task\ndef load(): ...\n",
    "another framework, either of two": "from huey import MemoryHuey, RedisHuey\nhuey = MemoryHuey() if TESTING else RedisHuey()\n@huey.task()\ndef load(): ...\n",
    "another framework's part": "from hatchet_sdk import Hatchet\nhatchet = Hatchet()\nflow = hatchet.workflow(name='x')\n@flow.task()\ndef load(): ...\n",
    "a framework of the project, behind an attribute": "class Flow:\n    def task(self, func):\n        return func\nclass Host:\n    def __init__(self):\n        self.flow = Flow()\nhost = Host()\n@host.flow.task\ndef load(): ...\n",
    "a function around what a decorator is given": "def closing(fn):\n    @wraps(fn)\n    def inner(*a):\n        return fn(*a)\n    return inner\ndef job(*args):\n    def decorator(fn):\n        done = app.task(*args)(closing(fn))\n        return done\n    return decorator\n",
    "a class that another library registers": "@register_task\nclass Squad(Base):\n    def load(self): ...\n",
}


@pytest.mark.parametrize("text", LOOKALIKES.values(), ids=LOOKALIKES)
def test_what_only_looks_like_a_rarer_form_is_none(text: str) -> None:
    assert scanned(HEAD + text).tasks == ()


@pytest.mark.parametrize(
    "text",
    [
        "for one in [one]:\n    app.task(one)\n    app.register_task(one())\n",
        "one = deco(one)\nother = app.task(one)\n",
        "def make():\n    return make\napp.task(make())\n",
    ],
)
def test_names_that_lead_to_themselves_lose_nothing_else(text: str) -> None:
    found = scanned(f"{HEAD}{text}@app.task\ndef charge(): ...\n")
    assert "charge" in [task.name for task in found.tasks]
    assert not found.unread


def test_what_a_rule_of_a_linter_must_find_is_only_a_possible_task() -> None:
    found = scanned(f"{HEAD}# ruleid: celery-name\n@app.task\ndef charge(): ...\n")
    assert [each.name for each in found.possible] == ["charge"]
    assert found.tasks == ()


INSIDE = "def job(queue='q', rate=None, **options):\n{}    return shared_task(**options)\n@job({})\ndef charge(): ...\n"


def option(text: str, name: str) -> Option | None:
    """An option of the only task of a text, `None` where nobody wrote it."""
    (task,) = scanned(HEAD + text).tasks
    found = task.options.get(name)
    return found if found and found.is_written else None


VALUES = {
    "a default that the use replaces": (INSIDE.format("    if 'lane' not in options:\n        options['lane'] = 'slow'\n", "lane='fast'"), "lane", "fast"),
    "a default that nothing replaces": (INSIDE.format("    if not options.get('lane'):\n        options['lane'] = 'slow'\n", ""), "lane", "slow"),
    "an update with a mapping": (INSIDE.format("    options.update({'acks_late': True})\n", ""), "acks_late", True),
    "a union with a mapping": (INSIDE.format("    options |= {'acks_late': True}\n", ""), "acks_late", True),
    "a parameter that is handed on under a condition": (INSIDE.format("    if rate:\n        options['rate_limit'] = rate\n", "rate='3/m'"), "rate_limit", "3/m"),
    "the first argument of a method": ("class Jobs:\n    def job(self, name, **kw):\n        return app.task(name=name, **kw)\njobs = Jobs()\n@jobs.job('shop.charge')\ndef charge(): ...\n", "name", "shop.charge"),
    "the first argument of a class": ("class Job:\n    def __init__(self, name, **kw):\n        self.kw = kw\n    def __call__(self, func):\n        return app.task(**self.kw)(func)\n@Job('shop.charge')\ndef charge(): ...\n", "name", "shop.charge"),
    "beside the class that is registered": ("class Charge(Task):\n    def run(self): ...\napp.register_task(Charge(), acks_late=True)\n", "acks_late", True),
    "several names at once": ("class Charge(Task):\n    acks_late, track_started = True, False\n    def run(self): ...\napp.register_task(Charge())\n", "track_started", False),
}  # fmt: skip


@pytest.mark.parametrize("text, name, value", VALUES.values(), ids=VALUES)
def test_an_option_has_its_value_in_each_rarer_form(text: str, name: str, value: object) -> None:
    found = option(text, name)
    assert found and found.is_known
    assert found.value == value


NAMED = {
    "a mapping that is changed later": "KEPT = {'acks_late': True}\nKEPT['queue'] = 'q'\n@app.task(**KEPT)\ndef charge(): ...\n",
    "a mapping that another one may replace": "@app.task(**{'acks_late': True, **load()})\ndef charge(): ...\n",
    "a union with what was not read": "from shop.conf import MORE\n@app.task(**({'acks_late': True} | MORE))\ndef charge(): ...\n",
    "a mapping of a function": "def kept(name):\n    return {'acks_late': True}\n@app.task(**kept('x'))\ndef charge(): ...\n",
    "either of two mappings": "@app.task(**({'acks_late': True} if X else {}))\ndef charge(): ...\n",
    "a parameter that the wrapper fills in": "def job(acks_late=None):\n    if acks_late is None:\n        acks_late = True\n    return shared_task(acks_late=acks_late)\n@job()\ndef charge(): ...\n",
    "a condition that replaces it": INSIDE.format(
        "    if X:\n        options['acks_late'] = False\n", "acks_late=True"
    ),
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED)
def test_the_name_of_an_option_is_told_where_its_value_is_not_known(text: str) -> None:
    found = option(text, "acks_late")
    assert found and not found.is_known


NOBODYS = {
    "a parameter that nobody gave": (INSIDE.format("    if rate:\n        options['rate_limit'] = rate\n", ""), "rate_limit"),
    "an argument that is no option": ("def job(signal, **kw):\n    return app.task(**kw)\n@job(saved)\ndef charge(): ...\n", "signal"),
    "what a base class says of itself": ("class Base(Task):\n    abstract = True\n    Request = Own\n    _kept = 1\n@app.task(base=Base)\ndef charge(): ...\n", "abstract"),
}  # fmt: skip


@pytest.mark.parametrize("text, name", NOBODYS.values(), ids=NOBODYS)
def test_what_is_no_option_is_not_told(text: str, name: str) -> None:
    assert option(text, name) is None
