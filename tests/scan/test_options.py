"""Where the value of an option comes from, and what cannot be known of it."""

from __future__ import annotations

import pytest

from checklist.scan.celery_tables import version
from checklist.scan.found import Origin
from checklist.scan.subject import Subject

from . import celery_tables
from .test_finder import scanned

HEAD = "from celery import Celery, Task\napp = Celery()\n"

ORIGINS = {
    "decorator": ("@app.task(max_retries=5)\ndef charge(): ...", "max_retries", 5, Origin.DECORATOR, "line 3"),
    "arithmetic": (
        "@app.task(time_limit=2 * 60 * 60)\ndef charge(): ...",
        "time_limit",
        7200,
        Origin.DECORATOR,
        "line 3",
    ),
    "a constant": (
        "HOUR = 3600\n@app.task(time_limit=HOUR * 2)\ndef charge(): ...",
        "time_limit",
        7200,
        Origin.DECORATOR,
        "line 4",
    ),
    "a constant of another file": (
        "from limits import HOUR\n@app.task(time_limit=HOUR)\ndef charge(): ...\n## limits.py\nHOUR = 3600\n",
        "time_limit",
        3600,
        Origin.DECORATOR,
        "line 4",
    ),
    "texts put together": (
        "SHOP = 'shop'\n@app.task(name=f'{SHOP}.{SHOP}.charge')\ndef charge(): ...",
        "name",
        "shop.shop.charge",
        Origin.DECORATOR,
        "line 4",
    ),
    "timedelta": (
        "from datetime import timedelta\n@app.task(expires=timedelta(minutes=2).total_seconds())\ndef charge(): ...",
        "expires",
        120,
        Origin.DECORATOR,
        "line 4",
    ),
    "preset": (
        "quick = app.task(acks_late=True)\n@quick\ndef charge(): ...",
        "acks_late",
        True,
        Origin.PRESET,
        "from tasks.py:3",
    ),
    "splat": (
        "LATE = {'acks_late': True}\n@app.task(**LATE)\ndef charge(): ...",
        "acks_late",
        True,
        Origin.SPLAT,
        "from `LATE`, tasks.py:3",
    ),
    "splat of a splat": (
        "A = dict(max_retries=3)\nB = {**A, 'max_retries': 7}\n@app.task(**B)\ndef charge(): ...",
        "max_retries",
        7,
        Origin.SPLAT,
        "from `B`, tasks.py:4",
    ),
    "base class": (
        "class Retried(Task):\n    max_retries = 9\n@app.task(base=Retried)\ndef charge(): ...",
        "max_retries",
        9,
        Origin.BASE,
        "inherited from `Retried`, tasks.py:4",
    ),
    "base class of a base class": (
        "from base import Retried\nclass Mine(Retried): ...\n@app.task(base=Mine)\ndef charge(): ...\n## base.py\nfrom celery import Task\nclass Retried(Task):\n    max_retries: int = 9\n",
        "max_retries",
        9,
        Origin.BASE,
        "inherited from `Retried`, base.py:3",
    ),
    "the app's class": (
        "class Limited(Task):\n    time_limit = 60\nmain = Celery(task_cls=Limited)\n@main.task\ndef charge(): ...",
        "time_limit",
        60,
        Origin.BASE,
        "inherited from `Limited`, tasks.py:4",
    ),
    "body of a class": (
        "class Charge(Task):\n    name = 'x'\n    max_retries = 4\n    def run(self): ...\napp.register_task(Charge())",
        "max_retries",
        4,
        Origin.CLASS,
        "line 5",
    ),
    "header of a class": (
        "class Base(Task): ...\nclass Charge(Base, name='x'):\n    def run(self): ...\napp.register_task(Charge())",
        "name",
        "x",
        Origin.CLASS,
        "line 4",
    ),
    "setdefault in a wrapper": (
        "def job(**kwargs):\n    kwargs.setdefault('acks_late', True)\n    return app.task(**kwargs)\n@job()\ndef charge(): ...",
        "acks_late",
        True,
        Origin.WRAPPER,
        "set by `job`, tasks.py:4",
    ),
    "setdefault loses": (
        "def job(**kwargs):\n    kwargs.setdefault('acks_late', True)\n    return app.task(**kwargs)\n@job(acks_late=False)\ndef charge(): ...",
        "acks_late",
        False,
        Origin.DECORATOR,
        "line 6",
    ),
    "an assignment in a wrapper wins": (
        "def job(**kwargs):\n    kwargs['trail'] = False\n    return app.task(**kwargs)\n@job(trail=True)\ndef charge(): ...",
        "trail",
        False,
        Origin.WRAPPER,
        "set by `job`, tasks.py:4",
    ),
    "a keyword in a wrapper": (
        "def job(func):\n    return app.task(max_retries=2)(func)\n@job\ndef charge(): ...",
        "max_retries",
        2,
        Origin.WRAPPER,
        "set by `job`, tasks.py:4",
    ),
    "a wrapper's own parameter": (
        "def job(tries=6):\n    return app.task(max_retries=tries)\n@job(tries=8)\ndef charge(): ...",
        "max_retries",
        8,
        Origin.DECORATOR,
        "line 5",
    ),
    "the default of a wrapper's parameter": (
        "def job(tries=6):\n    return app.task(max_retries=tries)\n@job()\ndef charge(): ...",
        "max_retries",
        6,
        Origin.WRAPPER,
        "set by `job`, tasks.py:3",
    ),
    "positional in a wrapper": (
        "def job(name, **kwargs):\n    return app.task(name=name, **kwargs)\n@job('x')\ndef charge(): ...",
        "name",
        "x",
        Origin.DECORATOR,
        "line 5",
    ),
    "settings": (
        "app.conf.task_time_limit = 30\n@app.task\ndef charge(): ...",
        "time_limit",
        30,
        Origin.SETTINGS,
        "set in `task_time_limit`, tasks.py:3",
    ),
    "settings of Django": (
        "app.config_from_object('django.conf:settings', namespace='CELERY')\n@app.task\ndef charge(): ...\n## shop/settings.py\nCELERY_TASK_TIME_LIMIT = 45\n",
        "time_limit",
        45,
        Origin.SETTINGS,
        "set in `task_time_limit`, shop/settings.py:1",
    ),
    "settings by their old names": (
        "@app.task\ndef charge(): ...\n## shop/settings.py\nCELERYD_TASK_SOFT_TIME_LIMIT = 45\n",
        "soft_time_limit",
        45,
        Origin.SETTINGS,
        "set in `task_soft_time_limit`, shop/settings.py:1",
    ),
    "a module of settings": (
        "app.config_from_object('shop.celeryconfig')\n@app.task\ndef charge(): ...\n## shop/celeryconfig.py\ntask_acks_late = True\n",
        "acks_late",
        True,
        Origin.SETTINGS,
        "set in `task_acks_late`, shop/celeryconfig.py:1",
    ),
    "update of settings": (
        "app.conf.update(task_acks_late=True)\n@app.task\ndef charge(): ...",
        "acks_late",
        True,
        Origin.SETTINGS,
        "set in `task_acks_late`, tasks.py:3",
    ),
    "Celery's default": ("@app.task\ndef charge(): ...", "max_retries", 3, Origin.DEFAULT, "Celery's default"),
    "Celery's default for what a setting may set": (
        "@app.task\ndef charge(): ...",
        "acks_late",
        False,
        Origin.DEFAULT,
        "Celery's default",
    ),
}


def subject_of(text: str) -> Subject:
    """What rules see of the only task."""
    found = scanned(HEAD + text)
    (declaration,) = found.declarations
    return Subject(declaration, found)


@pytest.mark.parametrize("text, name, value, origin, said", ORIGINS.values(), ids=ORIGINS)
def test_an_option_says_its_value_and_where_it_comes_from(
    text: str, name: str, value: object, origin: Origin, said: str
) -> None:
    option = subject_of(text).option(name)
    assert (option.value, option.origin, option.said()) == (value, origin, said)
    assert option.is_known


UNKNOWN = {
    "a base class that was not read": (
        "from shop.base import Own\n@app.task(base=Own)\ndef charge(): ...",
        "`Own` is not among the files",
    ),
    "a splat that was not read": (
        "from shop.base import LATE\n@app.task(**LATE)\ndef charge(): ...",
        "`**LATE` cannot be followed",
    ),
    "settings that were not read": (
        "app.config_from_object('shop.settings')\n@app.task\ndef charge(): ...",
        "the settings in `'shop.settings'` are not among the files",
    ),
    "Django's settings that were not read": (
        "app.config_from_object('django.conf:settings', namespace='CELERY')\n@app.task\ndef charge(): ...",
        "Django's settings module",
    ),
}


@pytest.mark.parametrize("text, why", UNKNOWN.values(), ids=UNKNOWN)
def test_what_was_not_read_is_not_taken_for_not_set(text: str, why: str) -> None:
    option = subject_of(text).option("time_limit")
    assert option.origin is Origin.UNKNOWN and not option.is_known
    assert why in option.note
    assert subject_of(text).task.options["time_limit"] == option  # and so in JSON


def test_without_the_app_nothing_is_said_of_settings() -> None:
    found = scanned("from celery import shared_task\n@shared_task\ndef charge(): ...")
    subject = Subject(found.declarations[0], found)
    assert subject.option("time_limit").origin is Origin.UNKNOWN
    assert subject.option("max_retries").origin is Origin.DEFAULT  # no setting has it


def test_an_expression_that_only_running_would_tell_keeps_its_source() -> None:
    option = subject_of("@app.task(time_limit=int(os.environ['LIMIT']))\ndef charge(): ...").option("time_limit")
    assert (option.source, option.is_literal, option.is_known) == ("int(os.environ['LIMIT'])", False, False)


def test_names_that_a_wrapper_or_a_base_class_reads_are_declared() -> None:
    subject = subject_of(
        "class Once(Task):\n    once = {}\n    def apply_async(self): self.lane\n"
        "def job(silo=None, **kwargs):\n    kwargs.pop('stat')\n    return app.task(base=Once, **kwargs)\n@job()\ndef charge(): ...",
    )
    assert {"once", "lane", "silo", "stat"} <= subject.declared_names


def test_the_tables_are_those_of_the_installed_celery() -> None:
    assert celery_tables.FILE.read_text() == celery_tables.text(), "run tests/scan/celery_tables.py"
    assert version() in celery_tables.text()


CHANGED = {
    "computed anew": "LIMIT = 10\nLIMIT *= 100\n@app.task(max_retries=LIMIT)\ndef charge(): ...",
    "bound again by a function": "LIMIT = 10\ndef more():\n    global LIMIT\n    LIMIT = 9\n@app.task(max_retries=LIMIT)\ndef charge(): ...",
    "bound twice": "if DEBUG:\n    LIMIT = 30\nelse:\n    LIMIT = 60\n@app.task(max_retries=LIMIT)\ndef charge(): ...",
    "changed in another file": "from limits import LIMIT\n@app.task(max_retries=LIMIT)\ndef charge(): ...\n## limits.py\nLIMIT = 1\nLIMIT += 2\n",
    "an entry replaced": "O = {'max_retries': 3}\nO['max_retries'] = None\n@app.task(**O)\ndef charge(): ...",
    "an update": "O = {'max_retries': 3}\nO.update(max_retries=None)\n@app.task(**O)\ndef charge(): ...",
    "an entry taken out": "O = {'max_retries': 3}\nO.pop('max_retries')\n@app.task(**O)\ndef charge(): ...",
    "an entry deleted": "O = {'max_retries': 3}\ndel O['max_retries']\n@app.task(**O)\ndef charge(): ...",
    "in a splat of a splat": "A = {'max_retries': 3}\nA |= B\n@app.task(**{'max_retries': 4, **A})\ndef charge(): ...",
    "mappings of two conditions": "if DEBUG:\n    O = {'max_retries': 3}\nelse:\n    O = {}\n@app.task(**O)\ndef charge(): ...",
}


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_a_value_that_is_changed_later_is_not_known(text: str) -> None:
    assert not subject_of(text).option("max_retries").is_known


def test_a_name_that_is_changed_in_another_scope_keeps_its_value() -> None:
    text = (
        "O = {'max_retries': 5}\ndef other():\n    O = {}\n    O['max_retries'] = 1\n@app.task(**O)\ndef charge(): ..."
    )
    assert subject_of(text).option("max_retries").value == 5


def test_defaults_of_a_wrapper_that_its_own_keywords_update_are_known() -> None:
    text = "def job(**kw):\n    given = {'max_retries': 5}\n    given.update(kw)\n    return app.task(**given)\n@job()\ndef charge(): ..."
    assert subject_of(text).option("max_retries").value == 5


BODIES = {
    "the last one wins": ("    max_retries = 3\n    max_retries = None\n", None, True),
    "after a condition": ("    if DEBUG:\n        max_retries = 1\n    max_retries = 7\n", 7, True),
    "under a condition only": ("    if DEBUG:\n        max_retries = 1\n", None, False),
    "in a try": ("    try:\n        max_retries = env()\n    except KeyError:\n        max_retries = 1\n", None, False),
    "either": ("    if DEBUG:\n        max_retries = 1\n    else:\n        max_retries = 7\n", None, False),
    "may be replaced": ("    max_retries = 3\n    if DEBUG:\n        max_retries = 1\n", None, False),
    "computed anew": ("    max_retries = 3\n    max_retries += 1\n", None, False),
}


@pytest.mark.parametrize("body, value, is_known", BODIES.values(), ids=BODIES)
def test_the_last_value_in_the_body_of_a_class_holds_unless_a_condition_decides(
    body: str, value: object, is_known: bool
) -> None:
    option = subject_of(f"class Base(Task):\n{body}@app.task(base=Base)\ndef charge(): ...").option("max_retries")
    assert (option.value, option.is_known, option.origin) == (value, is_known, Origin.BASE)


SET = {
    "twice, unequal": ("if DEBUG:\n    app.conf.task_time_limit = 30\nelse:\n    app.conf.task_time_limit = 60\n", None, False),
    "twice, equal": ("if DEBUG:\n    app.conf.task_time_limit = 30\nelse:\n    app.conf.task_time_limit = 30\n", 30, True),
    "of two apps": ("app.conf.task_time_limit = 30\nb = Celery()\nb.conf.update(task_time_limit=60)\n", None, False),
    "computed anew": ("CELERY_TASK_TIME_LIMIT = 30\nCELERY_TASK_TIME_LIMIT *= 2\n", None, False),
    "computed anew on the app": ("app.conf.task_time_limit = 30\napp.conf.task_time_limit *= 2\n", None, False),
    "computed anew in a settings module": ("## shop/settings.py\nCELERY_TASK_TIME_LIMIT = 30\n## shop/live_settings.py\nfrom .settings import *\nCELERY_TASK_TIME_LIMIT *= 2\n## tasks.py\n", None, False),
    "computed in one place": ("app.conf.task_time_limit = unseen()\napp.conf.task_time_limit = 60\n", None, False),
    "differently in development": ("app.conf.task_time_limit = 30\n## shop/settings/dev.py\nCELERY_TASK_TIME_LIMIT = 9\n## tasks.py\n", 30, True),
}  # fmt: skip


@pytest.mark.parametrize("text, value, is_known", SET.values(), ids=SET)
def test_settings_that_differ_are_not_known_but_shown(text: str, value: object, is_known: bool) -> None:
    option = subject_of(f"{text}@app.task\ndef charge(): ...").option("time_limit")
    assert (option.value, option.is_known, option.origin) == (value, is_known, Origin.SETTINGS)
    assert option.place


@pytest.mark.parametrize(
    "text",
    [
        "def test_limit():\n    app.conf.task_time_limit = 30\n    app.conf.update(task_time_limit=30)\n",
        "## shop/tests/test_tasks.py\nfrom tasks import app\n@fixture\ndef limited():\n    app.conf.task_time_limit = 30\n## tasks.py\n",
    ],
)
def test_what_a_test_sets_is_not_set(text: str) -> None:
    assert subject_of(f"{text}@app.task\ndef charge(): ...").option("time_limit").origin is Origin.DEFAULT


DECORATED = {
    "a mapping above": "LATE = {'acks_late': True}\n\n@app.task(**LATE)\ndef charge(): ...",
    "a mapping above, and more decorators": "LATE = {'acks_late': True}\n@timed\n@app.task(**LATE)\n@counted\ndef charge(): ...",
    "a mapping above and an option": "LATE = {'acks_late': True}\n@app.task(\n    bind=True, **LATE\n)\n@counted\ndef charge(self): ...",
    "a mapping below": "def late(): ...\n@app.task(**LATE)\ndef charge(): ...\nLATE = {'acks_late': True}",
    "a decorator under another name": "task = app.task\n@counted\n@task(\n    bind=True)\ndef charge(self): ...",
}


@pytest.mark.parametrize("text", DECORATED.values(), ids=DECORATED)
def test_a_task_is_declared_where_its_decorator_stands(text: str) -> None:
    assert subject_of(text).declared_at.text.startswith(("@app.task", "@task"))


HANDLING = "def job(**options):\n    def decorate(func):\n        def handle(*args, **kwargs):\n            {}\n            return func(*args, **kwargs)\n        return app.task(**options)(handle)\n    return decorate\n@job()\ndef charge(**kwargs): ..."
ARGUMENTS = {
    "a default": HANDLING.format("kwargs.setdefault('max_retries', 9)"),
    "an entry": HANDLING.format("kwargs['max_retries'] = 9"),
    "an entry under a condition": HANDLING.format("if args:\n                kwargs['max_retries'] = 9"),
    "in a function under the decorator": "def job(func):\n    @app.task\n    def handle(*args, **kwargs):\n        kwargs['max_retries'] = 9\n        return func(*args, **kwargs)\n    return handle\n@job\ndef charge(): ...",
    "of a call that sends": HANDLING.format(
        "options = {}\n            options['max_retries'] = 9\n            other.apply_async(**options)"
    ),
}


@pytest.mark.parametrize("text", ARGUMENTS.values(), ids=ARGUMENTS)
def test_what_a_wrapper_gives_the_function_as_arguments_is_no_option(text: str) -> None:
    option = subject_of(text).option("max_retries")
    assert (option.value, option.origin) == (3, Origin.DEFAULT)


@pytest.mark.parametrize(
    "text",
    [
        "def job(name):\n    def decorate(**kwargs):\n        kwargs.setdefault('max_retries', 9)\n        return app.task(**kwargs)\n    return decorate\n@job('x')()\ndef charge(): ...",
        HANDLING.format("pass").replace("    def decorate", "    options['max_retries'] = 9\n    def decorate"),
        HANDLING.format("pass").replace(
            "        return app", "        options.setdefault('max_retries', 9)\n        return app"
        ),
    ],
)
def test_what_a_wrapper_pours_into_the_task_is_an_option(text: str) -> None:
    option = subject_of(text).option("max_retries")
    assert (option.value, option.origin) == (9, Origin.WRAPPER)


LIMITED = "class Limited(Task):\n    time_limit = 60\n"
FACTORY = "def make(flask):\n    made = Celery()\n    made.Task = Limited\n    return made\nmain = make(flask)\n@main.task\ndef charge(): ..."
CLASSES = {
    "of its own app": ("main = Celery(task_cls=Limited)\n@main.task\ndef charge(): ...", 60),
    "of its own app, set later": ("main = Celery()\nmain.Task = Limited\n@main.task\ndef charge(): ...", 60),
    "of its own app, which a function makes": (FACTORY, 60),
    "of its own app, through a decorator of the project": ("main = Celery(task_cls=Limited)\ndef job(func):\n    return main.task(func)\n@job\ndef charge(): ...", 60),
    "of its own app, through a preset": ("main = Celery(task_cls=Limited)\nquick = main.task(acks_late=True)\n@quick\ndef charge(): ...", 60),
    "of another app": ("other = Celery(task_cls=Limited)\n@app.task\ndef charge(): ...", None),
    "of another app, set later": ("other = Celery()\nother.Task = Limited\n@app.task\ndef charge(): ...", None),
    "of an app of a test": ("@app.task\ndef charge(): ...\n## tests/test_app.py\nfrom celery import Celery\nfrom tasks import Limited\nother = Celery(task_cls=Limited)\n", None),
    "of its own app in a test": ("@app.task\ndef charge(): ...\n## tests/test_app.py\nfrom tasks import Limited, app\napp.Task = Limited\n", None),
    "of an app of a test, and shared": ("from celery import shared_task\n@shared_task\ndef charge(): ...\n## tests/test_app.py\nfrom celery import Celery\nfrom tasks import Limited\nother = Celery(task_cls=Limited)\n", None),
}  # fmt: skip


@pytest.mark.parametrize("text, limit", CLASSES.values(), ids=CLASSES)
def test_only_the_class_of_the_app_that_makes_a_task_counts(text: str, limit: object) -> None:
    option = subject_of(LIMITED + text).option("time_limit")
    assert (option.value, option.is_known) == (limit, True)


ANY_APP = {
    "shared": "other = Celery(task_cls=Limited)\nfrom celery import shared_task\n@shared_task\ndef charge(): ...",
    "of the current app": "other = Celery(task_cls=Limited)\nfrom celery import current_app\n@current_app.task\ndef charge(): ...",
    "of the current app, by a function": "other = Celery(task_cls=Limited)\nfrom celery.app import app_or_default\nmain = app_or_default()\n@main.task\ndef charge(): ...",
    "of an app that is given": "other = Celery(task_cls=Limited)\ndef make(celery):\n    @celery.task\n    def charge(): ...\n",
    "of an app that was not read": "other = Celery(task_cls=Limited)\nfrom shop.unread import main_app\n@main_app.task\ndef charge(): ...",
    "of an app that may be one that is given a class": "other = Celery()\ndef setup(celery):\n    celery.Task = Limited\n@app.task\ndef charge(): ...",
}


@pytest.mark.parametrize("text", ANY_APP.values(), ids=ANY_APP)
def test_the_class_of_an_app_that_may_make_a_task_leaves_its_options_unknown(text: str) -> None:
    option = subject_of(LIMITED + text).option("time_limit")
    assert option.origin is Origin.UNKNOWN
    assert "`Limited`" in option.note and "which app" in option.note


def test_the_class_of_the_only_app_is_that_of_shared_tasks() -> None:
    found = scanned(
        f"from celery import Celery, Task, shared_task\n{LIMITED}app = Celery(task_cls=Limited)\n@shared_task\ndef charge(): ..."
    )
    assert Subject(found.declarations[0], found).option("time_limit").value == 60
