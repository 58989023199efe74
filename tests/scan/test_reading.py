"""The files below a path: real folders with links, pipes, odd names and folders that hold no source."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checklist.scan import diff as diffs
from checklist.scan import reading
from checklist.scan.found import Unread
from checklist.scan.reading import PathError, Reading
from scan.repository import diff, write


def told(found: Reading) -> dict[str, str]:
    """The files that are not read, with the reason."""
    return {path: each.reason for path, each in found.items() if isinstance(each, Unread)}


def test_paths_are_posix_and_relative_to_the_folder_that_was_named(tmp_path: Path) -> None:
    write(tmp_path, {"shop/tasks.py": "x = 1\n", "shop/deep/er/tasks.py": "", "shop/notes.txt": "", "a.py": ""})
    assert list(reading.read([str(tmp_path)])) == ["a.py", "shop/tasks.py", "shop/deep/er/tasks.py"]
    assert reading.read([str(tmp_path)])["shop/tasks.py"] == b"x = 1\n"


def test_a_file_that_is_named_has_its_name_whatever_it_ends_in(tmp_path: Path) -> None:
    write(tmp_path, {"shop/tasks": "x = 1\n"})
    assert dict(reading.read([str(tmp_path / "shop/tasks")])) == {"tasks": b"x = 1\n"}


def test_with_several_paths_each_path_begins_with_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"shop/tasks.py": "", "cafe/tasks.py": "", "cafe/more.py": ""})
    monkeypatch.chdir(tmp_path)
    assert list(reading.read(["./shop/", "cafe/tasks.py"])) == ["shop/tasks.py", "cafe/tasks.py"]
    again = reading.read(["cafe", "cafe/more.py", "shop/../cafe"])
    assert list(again) == ["cafe/more.py", "cafe/tasks.py"]


def test_folders_that_hold_no_source_are_skipped_and_told_of(tmp_path: Path) -> None:
    folders = [".git", "__pycache__", "node_modules", ".tox", "env", "venv", "build"]
    write(tmp_path, {f"{folder}/x.py": "" for folder in folders} | {"env/pyvenv.cfg": ""})
    found = reading.read([str(tmp_path)])
    assert list(found) == ["build/x.py", "venv/x.py"]
    assert sorted(found.skipped) == [".git", ".tox", "__pycache__", "env", "node_modules"]


def test_links_that_lead_nowhere_round_or_out_are_told_of(tmp_path: Path) -> None:
    write(tmp_path, {"in/a.py": "x", "out/b.py": "secret", "in/deep/c.py": ""})
    links = {"gone.py": "nowhere", "round.py": "round.py", "loop": ".", "out.py": "../out/b.py", "out": "../out"}
    for name, target in links.items():
        (tmp_path / "in" / name).symlink_to(target)
    found = reading.read([str(tmp_path / "in")])
    assert {path: reason.split(";")[0] for path, reason in told(found).items()} == {
        "gone.py": "a link that leads nowhere",
        "round.py": "a link that leads nowhere",
        "loop": "a link to a folder that is scanned where it stands",
        "out": "a link that leads out of what is scanned",
        "out.py": "a link that leads out of what is scanned",
    }
    assert [path for path in found if path not in told(found)] == ["a.py", "deep/c.py"]


def test_a_link_beside_its_file_is_one_file(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x"})
    (tmp_path / "b.py").symlink_to("a.py")
    assert told(reading.read([str(tmp_path)])) == {"b.py": "the same file is scanned under another path"}


def test_what_is_no_plain_file_or_too_large_is_told_of(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with (tmp_path / "large.py").open("wb") as file:
        file.truncate(5_000_000_000)
    assert told(reading.read([str(tmp_path)])) == {
        "pipe.py": "is not a plain file",
        "large.py": "has 5,000,000,000 bytes; at most 2,000,000 are read",
    }


def test_names_that_are_not_utf8_are_told_of(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).write_text("x")
    assert told(reading.read([str(tmp_path)])) == {"caf\\xe9.py": "its name is not UTF-8"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_told_of(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x", "shut/b.py": "x"})
    (tmp_path / "a.py").chmod(0)
    (tmp_path / "shut").chmod(0)
    assert told(reading.read([str(tmp_path)])) == {
        "a.py": "cannot be read: Permission denied",
        "shut": "the folder cannot be read: Permission denied",
    }


def test_a_file_that_went_away_is_told_of(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x"})
    found = reading.read([str(tmp_path)])
    (tmp_path / "a.py").unlink()
    assert told(found) == {"a.py": "cannot be read: No such file or directory"}


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PathError, match=r"no file or folder .*nowhere"):
        reading.read([str(tmp_path), str(tmp_path / "nowhere")])


def test_a_deep_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"/".join(["d"] * 400) + "/a.py": "x"})
    assert len(reading.read([str(tmp_path)])) == 1


@pytest.mark.parametrize("where", [".", "shop", "shop/tasks.py"])
def test_the_paths_of_a_diff_are_found_in_the_repository(tmp_path: Path, where: str) -> None:
    before = {"shop/tasks.py": "x = 1\n", "cafe/tasks.py": "x = 1\n", "gone.py": "x = 1\n"}
    text = diff(tmp_path, before, {"shop/tasks.py": "x = 2\n", "cafe/tasks.py": "x = 2\n"})
    found = reading.read([str(tmp_path / where)])
    wanted = {".": {"shop/tasks.py", "cafe/tasks.py"}, "shop": {"tasks.py"}, "shop/tasks.py": {"tasks.py"}}
    assert {change.path for change in found.placed(diffs.read(text)).changes} == wanted[where]
