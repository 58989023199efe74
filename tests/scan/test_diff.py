"""Diffs that git and `diff` really made: which lines they touch, and when they hold a whole file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checklist.scan.diff import Change, DiffError, read
from checklist.scan.patch import decode
from scan.repository import diff as made
from scan.repository import write

TEN = "".join(f"line {number}\n" for number in range(1, 11))
WHOLE = "-U100000"


def only(text: str) -> Change:
    """The one change of a diff."""
    (change,) = read(text).changes
    return change


def test_added_and_changed_lines_are_touched(tmp_path: Path) -> None:
    after = TEN.replace("line 3\n", "line three\n") + "line 11\n"
    assert only(made(tmp_path, {"a.py": TEN}, {"a.py": after})).lines == {
        2,
        3,
        11,
    }  # 2: the line above the one taken away


@pytest.mark.parametrize(
    ("gone", "touched"), [("line 1\n", {1}), ("line 5\n", {4, 5}), ("line 10\n", {9, 10}), ("line 5\nline 6\n", {4, 5})]
)
@pytest.mark.parametrize("context", ["-U0", "-U3", WHOLE])
def test_a_line_taken_away_touches_the_lines_around_it(
    tmp_path: Path, gone: str, touched: set[int], context: str
) -> None:
    assert only(made(tmp_path, {"a.py": TEN}, {"a.py": TEN.replace(gone, "")}, context)).lines == touched


def test_a_diff_with_all_context_holds_the_whole_file(tmp_path: Path) -> None:
    after = TEN.replace("line 5", "line five")
    assert read(made(tmp_path, {"a.py": TEN}, {"a.py": after}, WHOLE)).texts() == {"a.py": after}


@pytest.mark.parametrize("line", range(1, 11))
@pytest.mark.parametrize("plain", [False, True])
def test_what_is_called_whole_is_whole(tmp_path: Path, line: int, plain: bool) -> None:
    after = TEN.replace(f"line {line}\n", "new\n")
    text = made(tmp_path, {"a.py": TEN}, {"a.py": after}, WHOLE if plain else "-U3")
    text = "\n".join(each for each in text.split("\n") if not (plain and each.startswith("index ")))
    assert only(text).text in ({after, None} if plain else {None})


def test_the_name_of_the_blob_proves_that_nothing_is_missing(tmp_path: Path) -> None:
    short = "a\nb\nc\nd\n"
    text = made(tmp_path, {"a.py": short}, {"a.py": "A\nb\nc\nd\n"})
    assert only(text).text == "A\nb\nc\nd\n"
    assert only("\n".join(line for line in text.split("\n") if not line.startswith("index "))).text is None


def test_an_ordinary_diff_alone_says_how_to_make_one(tmp_path: Path) -> None:
    text = made(tmp_path, {"shop/a.py": TEN}, {"shop/a.py": TEN.replace("line 5", "line five")})
    with pytest.raises(DiffError, match=r"does not hold the whole of shop/a\.py; .*`git diff -U100000`"):
        read(text).texts()


def test_a_new_file_is_whole_in_every_diff(tmp_path: Path) -> None:
    change = only(made(tmp_path, {}, {"shop/new.py": TEN}))
    assert (change.path, change.text, change.lines) == ("shop/new.py", TEN, set(range(1, 11)))


def test_a_file_that_is_gone_is_no_change(tmp_path: Path) -> None:
    assert not read(made(tmp_path, {"a.py": TEN}, {"a.py": None})).changes


def test_a_renamed_file_has_its_new_name(tmp_path: Path) -> None:
    after = TEN.replace("line 5", "line five")
    change = only(made(tmp_path, {"b/old.py": TEN}, {"b/old.py": None, "a/new.py": after}, "-M", "--no-prefix"))
    assert change.path == "a/new.py"


def test_a_bare_rename_touches_nothing(tmp_path: Path) -> None:
    assert not read(made(tmp_path, {"old.py": TEN}, {"old.py": None, "new.py": TEN}, "-M")).changes


@pytest.mark.parametrize(("before", "after"), [("a\nb", "a\nc"), ("a\nb\n", "a\nc"), ("a\nb", "a\nc\n")])
def test_a_missing_newline_at_the_end_is_kept(tmp_path: Path, before: str, after: str) -> None:
    assert only(made(tmp_path, {"a.py": before}, {"a.py": after}, WHOLE)).text == after


def test_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    before, after = TEN.replace("\n", "\r\n"), TEN.replace("line 5", "line five").replace("\n", "\r\n")
    assert only(made(tmp_path, {"a.py": before}, {"a.py": after}, WHOLE)).text == after.replace("\r\n", "\n")


def test_a_diff_that_a_form_sent_has_other_line_ends(tmp_path: Path) -> None:
    text = made(tmp_path, {"a.py": TEN}, {"a.py": TEN + "x\n"}, WHOLE)
    assert read(text.replace("\n", "\r\n")).texts() == {"a.py": TEN + "x\n"}


@pytest.mark.parametrize(
    "path", ["café.py", "with space.py", 'quo"te.py', "tab\there.py", "b/b/b.py", "a/a.py", "i.py"]
)
@pytest.mark.parametrize("options", [[], ["--no-prefix"], ["-c", "diff.mnemonicPrefix=true"]])
@pytest.mark.parametrize("before", [None, TEN])
def test_paths_are_read_however_they_are_written(
    tmp_path: Path, path: str, options: list[str], before: str | None
) -> None:
    old = {} if before is None else {path: before}
    mnemonic = ["--src-prefix=i/", "--dst-prefix=w/"] if "-c" in options else options
    assert only(made(tmp_path, old, {path: TEN + "x\n"}, *mnemonic)).path == path


def test_diff_without_git_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"old/shop/a.py": TEN, "new/shop/a.py": TEN.replace("line 5", "line five")})
    done = subprocess.run(["diff", "-ru", "old", "new"], cwd=tmp_path, capture_output=True, text=True)
    change = only(done.stdout)
    assert (change.path, change.lines) == ("new/shop/a.py", {4, 5})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_what_powershell_writes_is_read(tmp_path: Path, encoding: str) -> None:
    after = TEN.replace("line 5", "line fünf")
    text = made(tmp_path, {"a.py": TEN}, {"a.py": after}, WHOLE).replace("\n", "\r\n")
    assert read(decode(text.encode(encoding))).texts() == {"a.py": after}


def test_a_mark_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    text = made(tmp_path, {"a.py": TEN}, {"a.py": TEN + "x\n"})
    assert only("\ufeff" + text[text.index("--- a/a.py") :]).lines == {11}


def test_text_around_a_diff_is_passed_over(tmp_path: Path) -> None:
    text = made(tmp_path, {"a.py": TEN}, {"a.py": TEN + "x\n"})
    assert only(f"From: someone\nSubject: [PATCH] x\n\n---\n a.py | 1 +\n\n{text}-- \n2.39.5\n").lines == {11}


def test_deleted_lines_that_look_like_headers_are_lines(tmp_path: Path) -> None:
    before = "x = 1\n-- a/b\n++ c\ny = 2\n"
    assert (
        only(made(tmp_path, {"a.py": before}, {"a.py": "x = 1\ny = 2\n++ d\n"}, WHOLE)).text == "x = 1\ny = 2\n++ d\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def charge(): ...\n", "not a unified diff"),
        ("--- a/x.py\n+++ b/x.py\n@@ -1,5 +1,5 @@\n a\n", "ends in the middle"),
        ("--- a/x.py\n+++ b/x.py\n@@ -1,5 +1,5 @@\nno mark\n", "line 4 of the diff"),
        ("diff --cc x.py\n--- a/x.py\n+++ b/x.py\n@@@ -1 -1 +1 @@@\n", "combined diff of a merge"),
        ("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n" * 2, "changes x.py twice"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(DiffError, match=message):
        read(text)


def test_files_are_matched_by_the_end_of_their_path(tmp_path: Path) -> None:
    after = TEN.replace("line 5", "line five")
    found = read(made(tmp_path, {"shop/a.py": TEN, "cafe/a.py": TEN}, {"shop/a.py": after, "cafe/a.py": TEN + "x\n"}))
    assert {path: change.lines for path, change in found.of({"a.py": after.split("\n")}).items()} == {"a.py": {4, 5}}
    assert set(found.of({"src/shop/a.py": after.split("\n"), "other/a.py": after.split("\n")})) == {"src/shop/a.py"}


def test_a_diff_of_another_state_is_refused(tmp_path: Path) -> None:
    found = read(made(tmp_path, {"a.py": TEN}, {"a.py": TEN.replace("line 5", "line five")}))
    with pytest.raises(DiffError, match=r"does not fit a\.py: line 5 differs"):
        found.of({"a.py": TEN.split("\n")})
