"""Which files are read, how others are refused, and that the examples of the README are valid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checklist.catalogue.problems import Problem
from checklist.catalogue.spec import LARGEST_FILE, read_directories, read_file

README = Path(__file__).parents[2] / "content/README.md"
EXAMPLES = README.read_text().split("```yaml\n")[1:]


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def line_of(text: str, part: str) -> int:
    """The line on which `part` begins."""
    return text.count("\n", 0, text.index(part)) + 1


def test_files_of_all_directories_are_read_sorted(tmp_path: Path, small):
    for name in ("b/two", "a/three", "a/one"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.yaml").write_text(small.replace("slug: small", f"slug: {Path(name).name}"))
    contents, problems = read_directories([tmp_path / "b", tmp_path / "a"])
    assert problems == []
    assert [content.slug for content in contents] == ["two", "one", "three"]


def test_problems_of_all_files_come_in_one_run(tmp_path: Path, small):
    (tmp_path / "one.yaml").write_text("slug: one\n")
    (tmp_path / "small.yaml").write_text(small.replace("Back off", "yes"))
    _, problems = read_directories([tmp_path])
    assert [(Path(problem.path).name, problem.line) for problem in problems] == [
        ("one.yaml", 1),
        ("one.yaml", 1),
        ("small.yaml", line_of(small, "Back off")),
    ]


def test_other_files_and_sub_directories_are_ignored(tmp_path: Path):
    (tmp_path / "README.md").write_text("# Hello")
    (tmp_path / "checklist.schema.json").write_text("{}")
    (tmp_path / "sub.yaml").mkdir()
    assert read_directories([tmp_path]) == ([], [])


def test_the_same_slug_in_two_directories_names_both_files(tmp_path: Path, small):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "small.yaml").write_text(small)
    problem = only(read_directories([tmp_path / "a", tmp_path / "b"])[1])
    assert problem.path == str(tmp_path / "b/small.yaml")
    assert problem.message == f'checklist "small" is also in {tmp_path / "a/small.yaml"}'


def test_a_missing_directory_is_a_problem(tmp_path: Path):
    problem = only(read_directories([tmp_path / "none"])[1])
    assert (problem.path, problem.line) == (str(tmp_path / "none"), 1)
    assert "cannot be read: No such file" in problem.message


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("small.yml", 'call it "small.yaml"'),
        ("small.YAML", 'call it "small.yaml"'),
        ("small.Yml", 'call it "small.yaml"'),
        ("small.de.yaml", "reserved for translations"),
        ("Small.yaml", "is its slug"),
        (".small.yaml", "is its slug"),
        (".yaml", "ends in .yaml"),
    ],
)
def test_other_file_names_are_refused_aloud(tmp_path: Path, small, name, part):
    (tmp_path / name).write_text(small)
    contents, problems = read_directories([tmp_path])
    assert contents == []
    assert part in only(problems).message


def test_a_symbolic_link_is_followed_and_one_that_leads_nowhere_is_refused(tmp_path: Path, small):
    (tmp_path / "real").write_text(small)
    (tmp_path / "small.yaml").symlink_to(tmp_path / "real")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    contents, problems = read_directories([tmp_path])
    assert [content.slug for content in contents] == ["small"]
    assert [Path(problem.path).name for problem in problems] == ["gone.yaml"]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "small.yaml")
    assert only(read_directories([tmp_path])[1]).message == "is not a plain file"


def test_a_file_that_is_gone_is_a_problem(tmp_path: Path):
    assert "cannot be read: No such file" in only(read_file(tmp_path / "small.yaml")[1]).message


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
def test_a_file_above_one_megabyte_is_refused_unread(tmp_path: Path, small, extra, fits):
    comment = "#" * (LARGEST_FILE - len(small) + extra)
    (tmp_path / "small.yaml").write_text(small + comment)
    content, problems = read_file(tmp_path / "small.yaml")
    assert (content is not None) == fits
    assert [problem.message for problem in problems] == ([] if fits else ["has more than 1000000 bytes"])


def test_a_file_name_of_broken_bytes_can_be_printed(tmp_path: Path):
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_text("")
    assert only(read_directories([tmp_path])[1]).path.encode().endswith(b"\\xff.yaml")


@pytest.mark.parametrize("example", [part.partition("```")[0] for part in EXAMPLES])
def test_the_examples_of_the_readme_load(tmp_path: Path, example):
    slug = next(line for line in example.splitlines() if line.startswith("slug: ")).split()[1]
    (tmp_path / f"{slug}.yaml").write_text(example)
    contents, problems = read_directories([tmp_path])
    assert (len(contents), problems) == (1, [])


def test_the_readme_has_examples():
    assert len(EXAMPLES) == 2
