"""What asks for more memory than a scan may have is told of; the files beside it are scanned."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from running import ROOT, clean_environment

from checklist.scan import memory
from scan.repository import write

GOOD = "from celery import shared_task\n\n@shared_task\ndef good(): ...\n"
LARGE = "x\n" * 900_000  # takes 1.5 GB as a tree


def scan(folder: Path, megabytes: int) -> subprocess.CompletedProcess[str]:
    """Scan a folder in a process that may have so much memory."""
    script = f'ulimit -v {megabytes * 1000} && exec "$0" -m checklist.scan --format json .'
    words = ["bash", "-c", script, sys.executable]
    environment = clean_environment(PYTHONPATH=str(ROOT))
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)


def test_a_file_that_needs_too_much_memory_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    write(tmp_path, {"large.py": LARGE, "tasks.py": GOOD})
    found = json.loads(scan(tmp_path, 600).stdout)
    assert [task["name"] for task in found["tasks"]] == ["good"]
    assert [each["path"] for each in found["unread"]] == ["large.py"]


def test_a_scan_that_runs_out_of_memory_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*args: object, **options: object) -> None:
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == memory.share()
        raise MemoryError

    monkeypatch.setattr("checklist.scan.scanning.scan", exhausted)
    with pytest.raises(CommandError, match="the scan needs more memory than it may have"):
        call_command("scan", str(tmp_path))


def test_a_scan_leaves_memory_to_others_and_gives_the_limit_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with memory.bounded():
        inside = resource.getrlimit(resource.RLIMIT_AS)[0]
    assert inside == memory.share() < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert resource.getrlimit(resource.RLIMIT_AS) == before
