"""Which settings a scan finds, and when it says that it has not seen them."""

from __future__ import annotations

import pytest

from checklist.scan.found import Origin
from checklist.scan.subject import Subject

from .test_finder import scanned

HEAD = "from celery import Celery\napp = Celery()\n"
TASK = "@app.task\ndef charge(): ...\n"
FLASK = "def make(flask):\n    app.config_from_object(flask.config['CELERY'])\n"

SET = {
    "in a module of the project": "app.config_from_object('shop.conf')\n## shop/conf.py\ntask_time_limit = 60\n",
    "in a class of a module": "app.config_from_object('shop.conf:Config')\n## shop/conf.py\nclass Config:\n    task_time_limit = 60\n",
    "in a mapping of a module": "app.config_from_object('shop.conf.CONFIG')\n## shop/conf.py\nCONFIG = dict(task_time_limit=60)\n",
    "in a class of a settings module": "## shop/settings.py\nclass Defaults:\n    CELERY_TASK_TIME_LIMIT = 60\n",
    "in a mapping that is poured into another": "LIMITS = {'task_time_limit': 60}\napp.conf.update({**LIMITS, 'task_acks_late': True})\n",
    "under a key of Flask's configuration": f"{FLASK}    flask.config.from_mapping(CELERY=dict(task_time_limit=60))\n",
    "in an entry of Flask's configuration": f"{FLASK}    flask.config['CELERY'] = {{'task_time_limit': 60}}\n",
    "by a class that Flask's configuration names": f"{FLASK}## shop/config.py\nclass Limits:\n    task_time_limit = 60\nCELERY = Limits\n",
}


def limit(text: str, head: str = HEAD) -> tuple[Subject, object, Origin]:
    """The task of the files in `text`, and where its time limit comes from; the head and the task stand in the first file."""
    first, more, others = text.partition("## ")
    found = scanned(f"{head}{first}{TASK}{more}{others}")
    subject = Subject(found.declarations[0], found)
    option = subject.option("time_limit")
    return subject, option.value, option.origin


@pytest.mark.parametrize("text", SET.values(), ids=SET)
def test_a_setting_is_found(text: str) -> None:
    subject, value, origin = limit(text)
    assert (value, origin) == (60, Origin.SETTINGS)
    assert subject.settings.seen


def test_a_mapping_that_is_poured_into_others_again_and_again_is_read_once() -> None:
    layers = "".join(f"M{n} = {{**M{n + 1}, **M{n + 1}, **M{n + 1}}}\n" for n in range(40))
    assert limit(f"{layers}M40 = {{'task_time_limit': 60}}\napp.conf.update(M0)\n")[1] == 60


UNSEEN = {
    "a key that nothing is kept under": (FLASK, "flask.config['CELERY']"),
    "a mapping that was not read": ("app.conf.update({**LIMITS})\n", "`LIMITS`"),
    "a module that was not read": ("app.config_from_object('shop.conf')\n", "'shop.conf'"),
    "a variable of the environment": ("app.config_from_envvar('CONFIG')\n", "config_from_envvar"),
}


@pytest.mark.parametrize("text, why", UNSEEN.values(), ids=UNSEEN)
def test_settings_that_were_not_read_are_told_of(text: str, why: str) -> None:
    subject, _, origin = limit(text)
    assert origin is Origin.UNKNOWN
    assert why in subject.settings.why_unseen


def test_what_is_configured_as_an_app_is_one() -> None:
    head = "app = import_string('shop.apps.Main')(main='shop')\napp.config_from_object('django.conf:settings')\n"
    subject, value, _ = limit("## shop/settings.py\nCELERY_TASK_TIME_LIMIT = 60\n", head)
    assert subject.settings.seen
    assert value == 60


def test_classes_of_a_settings_module_that_differ_leave_a_setting_unknown() -> None:
    text = "## shop/settings.py\nclass Live:\n    CELERY_TASK_TIME_LIMIT = 60\nclass Trial:\n    CELERY_TASK_TIME_LIMIT = 6\n"
    subject, value, origin = limit(text)
    assert (value, origin) == (None, Origin.SETTINGS)
    assert subject.settings.seen


@pytest.mark.parametrize("name", ["Testing", "TestConfig", "DevelopmentConfig", "Debug"])
def test_a_class_of_settings_that_is_named_for_tests_or_development_does_not_hold(name: str) -> None:
    text = f"## shop/settings.py\nclass Live:\n    CELERY_TASK_TIME_LIMIT = 60\nclass {name}:\n    CELERY_TASK_TIME_LIMIT = 6\n"
    assert limit(text)[1] == 60


def test_a_class_in_another_module_does_not_set_anything() -> None:
    _, value, origin = limit("## shop/models.py\nclass ShopConf(AppConf):\n    CELERY_TASK_TIME_LIMIT = 60\n")
    assert (value, origin) == (None, Origin.DEFAULT)
