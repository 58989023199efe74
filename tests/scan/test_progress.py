"""What a person who looks on sees of `python -m checklist.scan`: progress on a terminal, none in a log, and a process that ends at once."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from running import ROOT, clean_environment

from checklist.scan import commandline, guide
from scan.repository import write
from scan.test_command_line import TASKS


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[object]:
    """Run the command on a terminal, to which both its outputs go: its exit code, and all that it wrote there."""
    write(tmp_path, {"shop/tasks.py": TASKS})

    def command(*arguments: str) -> tuple[int, str]:
        ours, its = os.openpty()
        words = [sys.executable, "-m", "checklist.scan", *arguments]
        process = subprocess.Popen(
            words, cwd=tmp_path, env=clean_environment(PYTHONPATH=str(ROOT)), stdin=its, stdout=its, stderr=its
        )
        os.close(its)
        written = b""
        with suppress(OSError):  # which is how Linux tells of the end
            while part := os.read(ours, 65_536):
                written += part
        os.close(ours)
        return process.wait(), written.decode()

    return command


def screen(written: str) -> list[str]:
    """The lines as a terminal shows them: a carriage return leads back to the beginning, and what follows covers what is there."""
    lines = []
    for line in written.replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_on_a_terminal_each_phase_says_what_it_does(watched) -> None:
    _, written = watched("shop")
    phases = ["reading files: 0 of 1", "finding tasks in files: 0 of 1", "finding settings", "finding calls", "asking the rules about tasks: 0 of 2"]  # fmt: skip
    assert [phase for phase in phases if phase in written] == phases
    assert [written.index(phase) for phase in phases] == sorted(written.index(phase) for phase in phases)


@pytest.mark.parametrize(("arguments", "first"), [(["--format", "json"], "{"), (["--task", "pay"], "python -m checklist.scan: error: there is no task pay; there are charge, refund")])  # fmt: skip
def test_progress_leaves_nothing_on_the_line_that_follows(watched, arguments: list[str], first: str) -> None:
    _, written = watched("shop", *arguments)
    assert screen(written)[0] == first
    assert not [line for line in screen(written) if " of 2" in line]


def test_a_shorter_line_of_progress_covers_a_longer_one(watched) -> None:
    _, written = watched("shop")
    before, _, after = written.partition("\rfinding settings")
    assert screen(f"{before}\rfinding settings{after.partition(chr(13))[0]}")[-1] == "finding settings"


def test_a_log_has_no_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = itertools.count(step=1_000)
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(sys, "stderr", StringIO())
    write(tmp_path, {"tasks.py": TASKS})
    parser = ArgumentParser()
    commandline.add_arguments(parser)
    commandline.run(parser.parse_args([str(tmp_path)]), guide.folders())
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--fail-on", "critical"], 1), (["--task", "pay"], 2)])
def test_the_process_ends_without_taking_its_syntax_trees_apart(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    told = "import atexit\natexit.register(print, 'everything is taken apart')\n"
    write(tmp_path, {"shop/tasks.py": TASKS, "first/sitecustomize.py": told})
    environment = clean_environment(PYTHONPATH=f"{tmp_path}/first{os.pathsep}{ROOT}")
    command = [sys.executable, "-m", "checklist.scan", "shop", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, "taken apart" in done.stdout) == (code, False)
    assert done.stderr if code == 2 else done.stdout.endswith("a person decides.\n")
