"""Every example is well-formed, and the good ones for Celery use only names that the installed Celery knows."""

from __future__ import annotations

import json

import pytest
import yaml

from content import celery_options
from content.examples import Code, all_codes, pair

pytestmark = pytest.mark.content

CODES = list(all_codes())
GOOD_FOR_CELERY = [
    code
    for code in CODES
    if code.label.startswith("celery-") and code.label.endswith(": good") and code.language == "python"
]


@pytest.mark.parametrize("code", [code for code in CODES if code.language == "python"], ids=repr)
def test_python_examples_compile(code: Code) -> None:
    assert code.compiled()


@pytest.mark.parametrize("code", [code for code in CODES if code.language in ("yaml", "json")], ids=repr)
def test_yaml_and_json_examples_can_be_read(code: Code) -> None:
    assert json.loads(code.source) if code.language == "json" else yaml.safe_load(code.source)


@pytest.mark.parametrize("code", GOOD_FOR_CELERY, ids=repr)
def test_good_examples_use_only_task_options_that_celery_knows(code: Code) -> None:
    assert celery_options.task_options(code.source) - celery_options.known_task_options() == set()


@pytest.mark.parametrize("code", GOOD_FOR_CELERY, ids=repr)
def test_good_examples_use_only_settings_that_celery_knows(code: Code) -> None:
    assert celery_options.settings(code.source) - celery_options.known_settings() == set()


def test_a_misspelt_task_option_would_be_found() -> None:
    bad, _ = pair("celery-tasks", "known-options-only")
    strangers = celery_options.task_options(bad.source) - celery_options.known_task_options()
    assert strangers == {"retry_limit", "task_time_limit"}


def test_a_misspelt_setting_would_be_found() -> None:
    source = "app.conf.timezon = 'UTC'\napp.conf.update(task_acks_lat=True, task_acks_late=True)"
    assert celery_options.settings(source) - celery_options.known_settings() == {"timezon", "task_acks_lat"}


def test_the_options_that_the_examples_lean_on_are_read_from_celery() -> None:
    named = {"autoretry_for", "retry_backoff_max", "max_retries", "time_limit", "bind", "base", "name", "throws"}
    assert named <= celery_options.known_task_options()
