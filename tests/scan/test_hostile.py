"""Sources and diffs that want to break the scan: each gets a result or a clear error, and whoever asked stays up."""

from __future__ import annotations

import time

import pytest

from checklist.scan import sandbox, scanning
from checklist.scan.rules import RULES
from scan.bombs import BOMBS, DIFFS

ITEMS = {name: name for name in RULES}
GOOD = "from celery import shared_task\n\n@shared_task\ndef good(): ...\n"
SLOW = {"statements", "lines", "tasks"}  # large, but nothing is wrong with them: they are read, in their time


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_the_sandbox_is_a_result_or_an_error_for_people(name: str) -> None:
    began = time.monotonic()
    try:
        scanned = sandbox.scan({"bomb.py": BOMBS[name], "good.py": GOOD}, ITEMS, seconds=6)
        assert "good" in {each.task.name for each in scanned.tasks}
    except sandbox.RefusedError as error:
        assert "Error" not in str(error) and len(str(error)) < 200
    assert time.monotonic() - began < 12


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in SLOW])
def test_beside_a_bomb_the_other_files_are_scanned(name: str) -> None:
    scanned = scanning.scan({"bomb.py": BOMBS[name], "good.py": GOOD}, ITEMS)
    assert ("good.py", "good") in {each.task.key for each in scanned.tasks}
    assert {each.path for each in scanned.unread} <= {"bomb.py"}


@pytest.mark.parametrize("name", DIFFS)
@pytest.mark.parametrize("files", [{}, {"t.py": GOOD}])
def test_a_bomb_of_a_diff_is_a_result_or_an_error_for_people(name: str, files: dict[str, str | bytes]) -> None:
    try:
        sandbox.scan(files, ITEMS, DIFFS[name], seconds=6)
    except sandbox.RefusedError as error:
        assert "broke off" not in str(error)


@pytest.mark.parametrize("path", ["", ".", "/", "..", "../x.py", "a//b.py", "\0.py", "\ud800.py", "x" * 5000, " "])
def test_odd_paths_are_only_names(path: str) -> None:
    scanned = sandbox.scan({path: GOOD, "good.py": GOOD}, ITEMS)
    assert ("good.py", "good") in {each.task.key for each in scanned.tasks}
