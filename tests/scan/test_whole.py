"""When a diff holds a whole file: what git and `diff` really print with all context, and with less than that. Nothing is lost silently."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checklist.scan.diff import Change, DiffError, read
from checklist.scan.scanning import scan
from scan.repository import diff as made
from scan.repository import git, write

COMMANDS = {
    "git": ["git", "diff", "--no-index"],
    "diff": ["diff"],
    "diff -r": ["diff", "-r"],
}
PLACES = [(1, 1), (2, 1), (2, 2), (9, 5), (21, 11), (33, 3), (51, 26), (60, 50), (69, 3), (120, 100)]


def numbered(length: int, changed: int = 0) -> str:
    """A file of so many lines, of which one is another one."""
    return "".join(f"line {n}{' changed' * (n == changed)}\n" for n in range(1, length + 1))


def printed(folder: Path, command: str, before: str, after: str, context: int) -> str:
    """What a command prints about `old/a.py` and `new/a.py`."""
    write(folder, {"old/a.py": before, "new/a.py": after})
    paths = ["old", "new"] if command == "diff -r" else ["old/a.py", "new/a.py"]
    words = [*COMMANDS[command], f"-U{context}", *paths]
    return subprocess.run(words, cwd=folder, capture_output=True, check=False).stdout.decode()


def only(text: str) -> Change:
    """The one change of a diff."""
    (change,) = read(text).changes
    return change


def unnamed(text: str) -> str:
    """The diff without git's names for the contents."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("index "))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("length", "changed"), PLACES)
def test_what_is_made_with_all_context_is_whole(tmp_path: Path, command: str, length: int, changed: int) -> None:
    after = numbered(length, changed)
    assert only(printed(tmp_path, command, numbered(length), after, 100_000)).text == after


@pytest.mark.parametrize("command", ["git", "diff -r"])
@pytest.mark.parametrize(("length", "changed"), PLACES)
def test_where_the_context_is_known_its_end_is_never_taken_for_the_end_of_the_file(
    tmp_path: Path, command: str, length: int, changed: int
) -> None:
    after = numbered(length, changed)
    for context in (0, 1, 3, 10, 25, 26, 30, 66, 67):
        change = only(printed(tmp_path, command, numbered(length), after, context))
        assert (change.text, change.doubt) == (after, "") or change.text is None


@pytest.mark.parametrize(("length", "changed"), PLACES)
def test_where_it_is_not_known_a_text_that_may_go_on_comes_with_a_doubt(
    tmp_path: Path, length: int, changed: int
) -> None:
    after = numbered(length, changed)
    for context in (0, 1, 3, 10, 25, 26, 30, 66, 67):
        change = only(printed(tmp_path, "diff", numbered(length), after, context))
        assert change.text in {None, after} or (change.doubt and after.startswith(change.text or ""))


def test_the_usual_context_alone_is_no_whole_file(tmp_path: Path) -> None:
    for changed in (1, 3, 4):
        assert only(printed(tmp_path, "diff", numbered(69), numbered(69, changed), 3)).text is None


def test_a_hunk_that_ends_with_less_context_than_another_one_ends_with_the_file(tmp_path: Path) -> None:
    before, after = numbered(20), numbered(20, 18)
    other = unnamed(made(tmp_path, {"b.py": numbered(90)}, {"b.py": numbered(90, 45)}, "-U30"))
    whole = unnamed(made(tmp_path, {"a.py": before}, {"a.py": after}, "-U30"))
    assert only(whole).text == after
    top = numbered(69, 3)
    part = unnamed(made(tmp_path, {"c.py": numbered(69)}, {"c.py": top}, "-U30"))
    (_, change) = read(other + part).changes
    assert change.text != top and change.doubt


def test_diffs_of_two_programs_prove_nothing_about_each_other(tmp_path: Path) -> None:
    named = made(tmp_path, {"b.py": numbered(90)}, {"b.py": numbered(90, 45)}, "-U100000")
    plain = printed(tmp_path, "diff", numbered(69), numbered(69, 3), 3)
    (_, change) = read(named + plain).changes
    assert change.text is None


def test_whole_functions_in_a_diff_of_git_are_no_whole_file(tmp_path: Path) -> None:
    before = "def one():\n" + "    x = 1\n" * 19 + "\n\ndef two():\n" + "    y = 1\n" * 9
    after = before.replace("    x = 1\n\n", "    x = 2\n\n")
    text = made(tmp_path, {"a.py": before}, {"a.py": after}, "-U1", "--function-context")
    assert text.startswith("diff") and "@@ -1,2" in text
    assert only(text).text is None


@pytest.mark.parametrize(("before", "after"), [("a" + "\nx" * 40, "b" + "\nx" * 40), ("a", "b\n"), ("a\n", "b")])
def test_a_missing_newline_proves_the_end(tmp_path: Path, before: str, after: str) -> None:
    change = only(unnamed(made(tmp_path, {"a.py": before}, {"a.py": after}, "-U100000")))
    assert (change.text, change.doubt) == (after, "")


def test_a_file_of_windows_has_the_name_that_git_gave_it(tmp_path: Path) -> None:
    before, after = (text.replace("\n", "\r\n") for text in (numbered(51), numbered(51, 26)))
    assert only(made(tmp_path, {"a.py": before}, {"a.py": after}, "-U100000")).text == numbered(51, 26)


def test_a_file_that_is_not_utf8_cannot_be_told_by_its_name(tmp_path: Path) -> None:
    before = b"# latin-1: \xe9\n" + numbered(50).encode()
    text = made(tmp_path, {"a.py": before}, {"a.py": before.replace(b"line 9\n", b"line nine\n")}, "-U100000")
    change = only(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    assert change.text and change.text.endswith("line 50\n") and change.doubt


def test_whole_functions_of_a_file_that_is_not_utf8_come_with_a_doubt(tmp_path: Path) -> None:
    before = b"def one():\n    x = '\xe9'\n" + b"    x = 1\n" * 19 + b"\n\ndef two():\n" + b"    y = 1\n" * 9
    after = before.replace(b"    x = 1\n\n", b"    x = 2\n\n")
    text = made(tmp_path, {"a.py": before}, {"a.py": after}, "-U1", "--function-context")
    assert only(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).doubt


def test_a_diff_that_was_changed_on_the_way_says_so(tmp_path: Path) -> None:
    text = made(tmp_path, {"a.py": numbered(9)}, {"a.py": numbered(9, 5)}, "-U100000")
    name = git(tmp_path, "rev-parse", "--short", ":a.py").strip()
    with pytest.raises(
        DiffError, match=rf"the whole of a\.py, or not unchanged \(git calls it {name}\); .*give the files, too"
    ):
        read(text.replace("line 2", "line  2")).texts()


def test_what_may_be_missing_is_told_with_the_scan(tmp_path: Path) -> None:
    text = printed(
        tmp_path, "diff", numbered(69).replace("line", "# line"), numbered(69, 3).replace("line", "# line"), 30
    )
    (told,) = scan({}, {}, text).unread
    assert (told.path, "below line 33 of it" in told.reason) == ("new/a.py", True)
