"""Which given file a diff changes where paths cannot tell: pasted code, and files of one name from folders that a browser leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist.scan import reading
from checklist.scan.diff import Diff, DiffError, read
from checklist.scan.scanning import scan
from scan.repository import diff as made
from scan.repository import write

BEFORE = "from celery import shared_task\n\n@shared_task\ndef {0}(order):\n    return order\n" + 9 * "\n# {0}\n"
AFTER = BEFORE.replace("(order):", "(order, why):")
CHARGE, REFUND = AFTER.format("charge"), AFTER.format("refund")


@pytest.fixture
def change(tmp_path: Path) -> str:
    """A diff that changes two files of one name."""
    return two_files(tmp_path)


def two_files(folder: Path, *options: str) -> str:
    """The diff of `change`, made with these options of git."""
    before = {"shop/tasks.py": BEFORE.format("charge"), "cafe/tasks.py": BEFORE.format("refund")}
    return made(folder, before, {"shop/tasks.py": CHARGE, "cafe/tasks.py": REFUND}, *options)


def touched(files: dict[str, str], diff: str | Diff) -> set[str]:
    """The tasks that the diff touches, each with its file."""
    return {f"{each.task.path} {each.task.name}" for each in scan(files, {}, diff).tasks if each.is_touched}


def missing(files: dict[str, str], diff: str | Diff) -> dict[str, str]:
    """The files that are not read, with the reason."""
    return {each.path: each.reason.removeprefix("the diff changes it, and ") for each in scan(files, {}, diff).unread}


def test_pasted_code_is_known_by_its_lines(change: str) -> None:
    files = {"pasted.py": REFUND}
    assert touched(files, change) == {"pasted.py refund"}
    assert missing(files, change) == {"shop/tasks.py": "no file that was read has the lines that it shows"}


def test_a_file_that_nobody_gave_and_the_diff_holds_whole_is_scanned(tmp_path: Path) -> None:
    whole = two_files(tmp_path, "-U100000")
    assert touched({"pasted.py": REFUND}, whole) == {"pasted.py refund", "shop/tasks.py charge"}
    assert missing({"pasted.py": REFUND}, whole) == {}


@pytest.mark.parametrize("names", [("tasks.py", "2/tasks.py"), ("2/tasks.py", "tasks.py")])
def test_two_files_of_one_name_are_both_known(change: str, names: tuple[str, str]) -> None:
    files = dict(zip(names, (CHARGE, REFUND), strict=True))
    assert touched(files, change) == {f"{names[0]} charge", f"{names[1]} refund"}
    assert missing(files, change) == {}


def test_a_file_of_the_same_path_in_another_folder_is_passed_over(tmp_path: Path) -> None:
    text = made(tmp_path, {"tasks.py": BEFORE.format("refund")}, {"tasks.py": REFUND})
    assert touched({"tasks.py": CHARGE, "2/tasks.py": REFUND}, text) == {"2/tasks.py refund"}
    assert touched({"tasks.py": CHARGE, "pasted.py": REFUND}, text) == {"pasted.py refund"}
    with pytest.raises(DiffError, match=r"does not fit tasks\.py: line 4 differs"):
        scan({"tasks.py": CHARGE}, {}, text)


def test_a_file_that_belongs_to_another_change_does_not_refuse_the_diff(tmp_path: Path) -> None:
    before = {"tasks.py": BEFORE.format("charge"), "cafe/tasks.py": BEFORE.format("refund")}
    text = made(tmp_path, before, {"tasks.py": CHARGE, "cafe/tasks.py": REFUND})
    assert touched({"tasks.py": REFUND}, text) == {"tasks.py refund"}


def test_lines_that_stand_in_several_files_decide_nothing(change: str) -> None:
    files = {"one.py": CHARGE, "two.py": CHARGE}
    assert touched(files, change) == set()
    assert missing(files, change)["shop/tasks.py"] == "the lines that it shows stand in several files: one.py, two.py"


def test_a_file_that_has_the_lines_of_several_changes_is_none_of_them(tmp_path: Path) -> None:
    text = made(tmp_path, {"a.py": BEFORE, "b.py": BEFORE}, {"a.py": AFTER, "b.py": AFTER})
    why = "the lines that it shows stand in pasted.py, and so do those of another file"
    assert missing({"pasted.py": AFTER.format("x")}, text.replace("{0}", "x")) == {"a.py": why, "b.py": why}


def test_a_change_that_shows_nothing_finds_nothing(tmp_path: Path) -> None:
    text = made(tmp_path, {"a.py": CHARGE}, {"a.py": CHARGE.replace("    return order\n", "")}, "-U0")
    files = {"pasted.py": CHARGE}
    assert touched(files, text) == set()
    assert missing(files, text) == {"a.py": "shows no line by which it could be found among the files"}


def test_a_short_file_that_is_whole_is_not_the_beginning_of_a_long_one(tmp_path: Path) -> None:
    text = made(tmp_path, {}, {"shop/__init__.py": CHARGE.partition("\n")[0] + "\n"})
    assert scan({"pasted.py": CHARGE}, {}, text).changed == ("shop/__init__.py",)


def test_what_is_no_python_is_not_looked_for(tmp_path: Path) -> None:
    text = made(tmp_path, {}, {"notes.txt": CHARGE})
    assert (touched({"pasted.py": CHARGE}, text), missing({"pasted.py": CHARGE}, text)) == (set(), {})


def test_paths_that_are_exact_are_not_loosened(tmp_path: Path, change: str) -> None:
    write(tmp_path, {"copy/other.py": REFUND})
    files = reading.read([str(tmp_path / "copy")])
    placed = files.placed(read(change.replace("cafe/", "gone/")))
    assert missing({"other.py": REFUND}, placed) == {"gone/tasks.py": "it is not among the files"}
