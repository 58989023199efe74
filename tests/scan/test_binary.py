"""Files of which a diff shows no lines, as git does for `-diff` in `.gitattributes`: nobody hides a task so without being told of."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from running import ROOT

from checklist.scan import reading
from checklist.scan.diff import DiffError, read
from checklist.scan.scanning import scan
from scan.repository import Tree, git, write
from scan.repository import diff as made

TASK = "from celery import shared_task\n\n@shared_task\ndef charge(order):\n    return order\n"
REASON = "the diff changes it and shows no lines of it, as if it were binary; make one that shows them with `git diff --text`"


def hidden(folder: Path, before: Tree, after: Tree, *options: str) -> str:
    """The diff of files whose lines git is told not to show."""
    return made(folder, {".gitattributes": "*.py -diff\n", **before}, after, *options)


@pytest.mark.parametrize("options", [[], ["--binary"], ["--no-prefix"], ["--no-prefix", "--binary"]])
@pytest.mark.parametrize("path", ["x.py", "shop/café.py", "salt and pepper.py", "a and b/b.py", "b/b/b.py"])
@pytest.mark.parametrize("before", [None, "x = 1\n"])
def test_a_file_without_lines_is_known_by_its_path(
    tmp_path: Path, path: str, options: list[str], before: str | None
) -> None:
    text = hidden(tmp_path, {path: before} if before else {}, {path: TASK}, *options)
    assert (read(text).binary, read(text).changes) == ((path,), ())


@pytest.mark.parametrize("options", [[], ["--binary"]])
def test_a_renamed_one_has_its_new_name_and_one_that_is_gone_none(tmp_path: Path, options: list[str]) -> None:
    before = {"old.py": TASK, "gone.py": "x = 1\n"}
    text = hidden(
        tmp_path, before, {"old.py": None, "new and odd.py": TASK + "#\n", "gone.py": None}, "-M10%", *options
    )
    assert read(text).binary == ("new and odd.py",)


def test_diff_without_git_says_the_same(tmp_path: Path) -> None:
    write(tmp_path, {"old/a and b.py": b"a\0", "new/a and b.py": b"b\0"})
    done = subprocess.run(["diff", "-ru", "old", "new"], cwd=tmp_path, capture_output=True, text=True)
    assert read(done.stdout).binary == ("new/a and b.py",)
    assert read("diff -r 1a2b shop/x.py\nBinary file shop/x.py has changed\n").binary == ("shop/x.py",)


def test_what_follows_a_file_without_lines_is_read(tmp_path: Path) -> None:
    text = made(
        tmp_path,
        {".gitattributes": "a.py -diff\n", "a.py": "x", "b.py": "x"},
        {"a.py": "y", "b.py": "y"},
        "--binary",
    )
    found = read(text)
    assert ([change.path for change in found.changes], found.binary) == (["b.py"], ("a.py",))


def test_a_scan_tells_of_python_and_of_nothing_else(tmp_path: Path) -> None:
    before = {
        ".gitattributes": "*.py -diff\n*.png -diff\n",
        "shop/x.py": "x = 1\n",
        "y.png": "1",
        "shop/z.py": "z = 1\n",
    }
    text = made(tmp_path, before, {"shop/x.py": TASK, "y.png": "2", "shop/z.py": "z = 2\n"})
    files = reading.read([str(tmp_path / "shop/x.py")])
    scanned = scan(files, {}, files.placed(read(text)))
    assert [(each.path, each.reason) for each in scanned.unread] == [("x.py", REASON)]
    assert [each.path for each in scan({"pasted.py": TASK}, {}, text).unread] == ["shop/x.py", "shop/z.py"]


def test_a_diff_alone_that_shows_no_lines_is_refused(tmp_path: Path) -> None:
    text = hidden(tmp_path, {}, {"x.py": TASK})
    with pytest.raises(DiffError, match=r"shows no lines of x\.py, as if it were binary; .*`git diff --text`"):
        scan({}, {}, text)


def test_the_example_for_pull_requests_shows_the_lines_all_the_same(tmp_path: Path) -> None:
    example = (ROOT / "docs/scan-workflow.yml").read_text()
    (line,) = [line for line in example.splitlines() if "git -C ../change" in line]
    words = shlex.split(line.partition(">")[0])[3:]
    hidden(tmp_path, {"x.py": "x = 1\n", "y.png": "1\n"}, {"x.py": TASK, "y.png": "2\n"})
    git(tmp_path, "commit", "--quiet", "--message", "after")
    found = read(git(tmp_path, *words))
    assert ([change.path for change in found.changes], found.binary) == (["x.py"], ())
