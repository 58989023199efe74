"""A whole scan of small projects: tasks, what the diff touches, and rules that fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checklist.scan.diff import Diff, DiffError, read
from checklist.scan.found import Kind
from checklist.scan.rules import registry
from checklist.scan.scanned import from_json
from checklist.scan.scanning import scan
from checklist.scan.subject import Subject
from scan.repository import diff as made

ITEMS = {"known": "known-options", "named": "explicit-name", "plain": "plain-body"}
TASKS = """from celery import shared_task

@shared_task(
    retry_limit=4,
)
def charge(order):
    return order

@shared_task
def refund(order):
    return order

class Plain:
    pass
"""
GOOD = "from celery import shared_task\n\n@shared_task\ndef good(): ...\n"


def touched(files: dict[str, str], diff: str | Diff) -> set[str]:
    """The names of the tasks that the diff touches."""
    return {each.task.name for each in scan(files, ITEMS, diff).tasks if each.is_touched}


def test_each_task_has_a_suggestion_for_each_item_that_has_a_rule() -> None:
    charge, refund = scan({"shop/tasks.py": TASKS}, ITEMS | {"other": "no-such-rule"}).tasks
    assert [each.item for each in charge.suggestions] == [each.item for each in refund.suggestions] == list(ITEMS)
    assert (charge.task.line, charge.first_line, charge.last_line) == (6, 3, 7)


def test_a_scan_crosses_a_process_as_json() -> None:
    scanned = scan({"shop/tasks.py": TASKS, "broken.py": "def ("}, ITEMS)
    assert from_json(json.loads(json.dumps(scanned.as_json()))) == scanned
    assert scanned.sources == {"shop/tasks.py": TASKS}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("retry_limit=4", "retry_limit=5", {"charge"}),
        ("def refund(order)", "def refund(order, why)", {"refund"}),
        ("    return order\n\n@shared_task\n", "    return order + 1\n\n@shared_task\n", {"charge"}),
        ("@shared_task\ndef refund", "@shared_task()\ndef refund", {"refund"}),
        ("    pass", "    x = 1", set()),
        ("    retry_limit=4,\n", "", {"charge"}),
    ],
)
def test_a_task_is_touched_by_its_decorators_its_head_and_its_body(
    tmp_path: Path, old: str, new: str, names: set[str]
) -> None:
    after = TASKS.replace(old, new)
    assert touched({"tasks.py": after}, made(tmp_path, {"tasks.py": TASKS}, {"tasks.py": after})) == names


def test_a_task_that_is_a_class_is_touched_anywhere_in_the_class(tmp_path: Path) -> None:
    before = "from celery import Celery, Task\napp = Celery()\n\nclass Bill(Task):\n    x = 1\n\n    def run(self): ...\n\napp.register_task(Bill())\n"
    after = before.replace("x = 1", "x = 2")
    assert touched({"t.py": after}, made(tmp_path, {"t.py": before}, {"t.py": after})) == {"Bill"}


def test_without_a_diff_every_task_is_touched_and_by_an_empty_one_none() -> None:
    assert touched({"tasks.py": TASKS}, "") == {"charge", "refund"}
    assert touched({"tasks.py": TASKS}, Diff()) == set()


def test_a_diff_alone_is_scanned_when_it_holds_the_whole_files(tmp_path: Path) -> None:
    after = TASKS.replace("limit=4", "limit=5")
    whole = made(tmp_path, {"shop/tasks.py": TASKS}, {"shop/tasks.py": after}, "-U100000")
    assert [(each.task.path, each.is_touched) for each in scan({}, ITEMS, whole).tasks] == [
        ("shop/tasks.py", True),
        ("shop/tasks.py", False),
    ]


def test_a_diff_alone_without_its_files_says_how_to_make_one(tmp_path: Path) -> None:
    part = made(tmp_path, {"a.py": TASKS}, {"a.py": TASKS.replace("limit=4", "limit=5")})
    with pytest.raises(DiffError, match="git diff -U100000"):
        scan({}, ITEMS, part)


def test_files_that_the_diff_changes_and_nobody_gave_are_told_of(tmp_path: Path) -> None:
    lines = "x = 1\n" * 20
    text = made(tmp_path, {"b.py": lines}, {"a.py": TASKS, "b.py": lines + "y = 1\n", "c.txt": "x\n"})
    assert [(each.path, each.reason[:23]) for each in scan({"a.py": TASKS}, ITEMS, text).unread] == [
        ("b.py", "the diff changes it, an")
    ]


def test_what_the_diff_holds_whole_is_scanned_beside_the_files(tmp_path: Path) -> None:
    after = TASKS.replace("limit=4", "limit=5")
    whole = made(tmp_path, {"shop/tasks.py": TASKS}, {"shop/tasks.py": after, "notes.txt": "x\n"}, "-U100000")
    scanned = scan({"base.py": "x = 1\n", "pasted.py": GOOD}, ITEMS, whole)
    assert [(each.task.path, each.task.name, each.is_touched) for each in scanned.tasks] == [
        ("pasted.py", "good", False),
        ("shop/tasks.py", "charge", True),
        ("shop/tasks.py", "refund", False),
    ]
    assert scanned.unread == ()
    placed = replace(read(whole), is_placed=True)
    assert [each.task.name for each in scan({"pasted.py": GOOD}, ITEMS, placed).tasks] == ["good"]


def test_the_files_that_the_diff_changes_are_named_as_they_are_called_here_and_there(tmp_path: Path) -> None:
    text = made(tmp_path, {"shop/tasks.py": "", "b.py": ""}, {"shop/tasks.py": TASKS, "b.py": "x = 1\n"})
    scanned = scan({"pasted.py": TASKS}, ITEMS, text)
    assert scanned.changed == ("b.py", "pasted.py", "shop/tasks.py")
    assert from_json(json.loads(json.dumps(scanned.as_json()))) == scanned
    assert scan({"pasted.py": TASKS}, ITEMS).changed is None


@pytest.mark.parametrize("error", [ValueError, RecursionError, RuntimeError])
def test_a_rule_that_fails_cannot_tell_and_the_others_still_do(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(subject: Subject) -> None:
        raise error("x")

    monkeypatch.setitem(registry.RULES, "explicit-name", registry.Registered("explicit-name", fail))  # type: ignore[arg-type]
    kinds = {each.item: each.finding.kind for each in scan({"t.py": TASKS}, ITEMS).tasks[0].suggestions}
    assert kinds == {"known": Kind.FOUND, "named": Kind.CANNOT_TELL, "plain": Kind.NOT_FOUND}


def test_progress_tells_of_each_phase_before_it_begins() -> None:
    said: list[tuple[str, int, int]] = []
    scan({"t.py": TASKS, "u.py": ""}, ITEMS, progress=lambda *each: said.append(each))
    assert said == [
        ("reading files", 0, 2),
        ("reading files", 1, 2),
        ("finding tasks in files", 0, 2),
        ("finding tasks in files", 1, 2),
        ("finding settings", 0, 0),
        ("finding calls", 0, 0),
        ("asking the rules about tasks", 0, 2),
        ("asking the rules about tasks", 1, 2),
    ]
