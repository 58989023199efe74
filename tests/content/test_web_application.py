"""Celery and Redis are for proving checklists; the web application runs without them."""

from __future__ import annotations

import subprocess
import sys

from running import clean_environment

from content.examples import CONTENT

LOAD_EVERYTHING = """
import sys
import checklist.wsgi
from django.urls import get_resolver
assert get_resolver().url_patterns
print(*sorted({"celery", "kombu", "redis"} & set(sys.modules)))
"""


def test_the_web_application_imports_neither_celery_nor_redis() -> None:
    line = [sys.executable, "-c", LOAD_EVERYTHING]
    done = subprocess.run(
        line, capture_output=True, text=True, cwd=CONTENT.parent, env=clean_environment(), check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_the_server_does_not_require_celery_or_redis() -> None:
    names = [line.split("==")[0] for line in (CONTENT.parent / "requirements.txt").read_text().splitlines()]
    assert not {"celery", "kombu", "redis"} & set(names)
