"""The process with limits: it says the same as a scan at home, and nothing of the caller reaches it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from running import ROOT

from checklist.scan import sandbox, scanning
from checklist.scan.sandbox import RefusedError
from scan.repository import diff as made

ITEMS = {"known": "known-options", "named": "explicit-name"}
TASKS = "from celery import shared_task\n\n@shared_task(retry_limit=4)\ndef charge(order):\n    return order\n"


def run(code: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python as the sandbox starts it, after the child has confined itself."""
    start = (
        f"import sys; sys.path.append({str(ROOT)!r}); from checklist.scan import confined; confined.confine(5, 512)\n"
    )
    command = [sys.executable, "-I", "-X", "utf8", "-c", start + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={}, cwd="/")


def test_the_sandbox_says_what_a_scan_says() -> None:
    files: dict[str, str | bytes] = {
        "shop/tasks.py": TASKS,
        "latin.py": "# coding: latin-1\nx = 'é'\n".encode("latin-1"),
    }
    files |= {"broken.py": "def (", "bytes.py": b"\xff\xfe", "lone.py": "x = '\ud800'\n"}
    assert sandbox.scan(files, ITEMS) == scanning.scan(files, ITEMS)


def test_a_diff_alone_goes_through_the_sandbox(tmp_path: Path) -> None:
    whole = made(tmp_path, {"t.py": TASKS}, {"t.py": TASKS.replace("=4", "=5")}, "-U100000")
    assert [each.task.name for each in sandbox.scan({}, ITEMS, whole).tasks] == ["charge"]


def test_what_is_wrong_with_a_diff_is_said_to_the_person() -> None:
    with pytest.raises(RefusedError, match="not a unified diff"):
        sandbox.scan({"t.py": TASKS}, ITEMS, "what?")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no source"),
        ({f"{number}.py": "" for number in range(201)}, "201 files; at most 200"),
        ({"a.py": "x" * 2_000_000}, r"2,000,004 bytes; at most 2,000,000"),
    ],
)
def test_too_much_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], message: str
) -> None:
    monkeypatch.setattr(sandbox, "_ask", lambda *each: pytest.fail("a process was started"))
    with pytest.raises(RefusedError, match=message):
        sandbox.scan(files, ITEMS)


def test_the_child_sees_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        sandbox, "_CHILD", "import json, os; print(json.dumps({'error': repr((dict(os.environ), os.getcwd()))}))"
    )
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret@example.com/x")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RefusedError) as refused:
        sandbox.scan({"t.py": TASKS}, ITEMS)
    assert "secret" not in str(refused.value) and str(refused.value).endswith("'/')")
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "stopped_by"),
    [
        ("import os; os.write(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY), b'x')", "File too large"),
        ("x = bytearray(600_000_000)", "MemoryError"),
        ("[open('/dev/null') for each in range(40)]", "Too many open files"),
    ],
)
def test_the_child_cannot_do_what_a_scan_does_not_need(tmp_path: Path, code: str, stopped_by: str) -> None:
    done = run(code, str(tmp_path / "written"))
    assert done.returncode != 0 and stopped_by in done.stderr


def test_limits_are_for_good() -> None:
    done = run(
        "import resource; print({each: resource.getrlimit(each) for each in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)})"
    )
    assert done.stdout.count("(0, 0)") == 2


def test_a_child_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_CHILD", "import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(RefusedError, match="took more than 1 seconds"):
        sandbox.scan({"t.py": TASKS * 10_000}, ITEMS, seconds=1)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "child",
    [
        "raise SystemExit(3)",
        "import os; os.abort()",
        "print('no JSON')",
        "import sys\nwhile True: sys.stdout.write('x' * 10**6)",
    ],
)
def test_a_child_that_breaks_is_an_error_for_people(monkeypatch: pytest.MonkeyPatch, child: str) -> None:
    monkeypatch.setattr(sandbox, "_CHILD", child)
    with pytest.raises(RefusedError, match="the scan broke off"):
        sandbox.scan({"t.py": TASKS}, ITEMS)


def test_no_more_children_than_places(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [sandbox._place(0.1) for _ in range(sandbox.AT_ONCE)]
    for place in places:
        place.__enter__()
    try:
        with pytest.raises(RefusedError, match="try again"):
            sandbox.scan({"t.py": TASKS}, ITEMS, seconds=0.2)
    finally:
        for place in places:
            place.__exit__(None, None, None)


def test_who_would_wait_behind_others_is_refused_at_once() -> None:
    with ExitStack() as stack:
        for _ in range(sandbox.AT_ONCE):
            stack.enter_context(sandbox._place(0.1))
        waiting = [threading.Thread(target=try_place, args=(2,)) for _ in range(sandbox.WAITING)]
        for thread in waiting:
            thread.start()
        time.sleep(0.3)
        begun = time.monotonic()
        with pytest.raises(RefusedError, match="try again"), sandbox._place(30):
            pass
        assert time.monotonic() - begun < 1
    for thread in waiting:
        thread.join()


def try_place(seconds: float) -> None:
    """Wait so long for a place."""
    with suppress(RefusedError), sandbox._place(seconds):
        pass


def test_no_child_is_left_behind() -> None:
    children = Path(f"/proc/self/task/{Path('/proc/thread-self').resolve().name}/children")
    before = children.read_text().split() if children.exists() else []
    sandbox.scan({"t.py": TASKS}, ITEMS)
    assert not children.exists() or set(children.read_text().split()) <= set(before)
