"""The command `load_checklists`: what it says, and that a bad file changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from running import Project

from checklist.catalogue.models import Checklist, Edition

GOOD = """\
slug: {slug}
title: {title}
sections:
  - slug: one
    title: One
    items:
      - {{slug: cap, severity: major, title: Cap, why: Because., check: Look.}}
"""

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, settings: Settings) -> Write:
    """Puts a checklist into the only folder that is read."""
    settings.CONTENT_DIRS = [tmp_path]

    def write(slug: str, text: str = GOOD, title: str = "Title") -> None:
        (tmp_path / f"{slug}.yaml").write_text(text.format(slug=slug, title=title))

    return write


def load(*options: str) -> tuple[str, str]:
    """Run the command: what it says on both outputs."""
    out, err = StringIO(), StringIO()
    call_command("load_checklists", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refusal() -> tuple[str, str]:
    """Run the command, which must fail: its problems and its last line."""
    err = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("load_checklists", stdout=StringIO(), stderr=err)
    return err.getvalue(), str(caught.value)


@pytest.mark.django_db
def test_each_checklist_is_a_line(write: Write) -> None:
    write("b")
    write("a")
    assert load() == ("a: edition 1, new\nb: edition 1, new\n", "")


@pytest.mark.django_db
def test_a_second_run_changes_nothing(write: Write) -> None:
    write("a")
    load()
    assert load() == ("a: edition 1, unchanged\n", "")


@pytest.mark.django_db
def test_a_warning_goes_to_the_other_output(write: Write) -> None:
    write("a")
    load()
    write("a", GOOD.replace("Look.", "Look twice."))
    out, err = load()
    assert out == "a: edition 2, new\n"
    assert err.startswith("warning: a: cap: check changed and the revision is still 1")


@pytest.mark.django_db
@pytest.mark.parametrize("options", [[], ["--check"]])
def test_a_rule_that_nobody_knows_is_a_warning_and_the_checklist_is_loaded(
    write: Write, tmp_path: Path, options: list[str]
) -> None:
    write("a", GOOD.replace("check: Look.", "check: Look., detect: known-option"))
    out, err = load(*options)
    assert out == ("a: valid\n" if options else "a: edition 1, new\n")
    assert err == (
        f'warning: {tmp_path}/a.yaml:7: sections[1] "one" > items[1] "cap" > detect: '
        'no rule "known-option" (did you mean "known-options"?)\n'
    )


@pytest.mark.django_db
def test_one_bad_file_keeps_every_file_out(write: Write) -> None:
    write("a")
    write("b", "slug: b")
    refusal()
    assert not Checklist.objects.exists()


@pytest.mark.django_db
def test_a_bad_file_leaves_what_was_loaded(write: Write) -> None:
    write("a")
    load()
    write("a", title="Other title")
    write("b", "slug: b")
    refusal()
    assert Edition.objects.values_list("title", flat=True).get() == "Title"


@pytest.mark.django_db
def test_every_problem_of_every_file_is_a_line(write: Write, tmp_path: Path) -> None:
    write("a", "slug: a\ntitle: T")
    write("b", GOOD.replace("severity: major", "severity: huge").replace("check: Look.", "cheque: Look."))
    problems, last = refusal()
    lines = problems.splitlines()
    assert [Path(line.split(":")[0]).name for line in lines] == ["a.yaml", "b.yaml", "b.yaml", "b.yaml"]
    assert last == "4 problems; nothing was loaded"


@pytest.mark.django_db
def test_the_same_slug_in_two_folders_is_a_problem(write: Write, tmp_path: Path, settings: Settings) -> None:
    write("a")
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.yaml").write_text(GOOD.format(slug="a", title="Title"))
    settings.CONTENT_DIRS = [tmp_path, other]
    assert refusal()[1] == "1 problem; nothing was loaded"


def test_check_needs_no_database(write: Write) -> None:
    write("a")
    assert load("--check") == ("a: valid\n", "")


@pytest.mark.django_db
def test_check_writes_nothing(write: Write) -> None:
    write("a")
    load("--check")
    assert not Checklist.objects.exists()


def test_check_refuses_a_bad_file(write: Write) -> None:
    write("a", "slug: a")
    with pytest.raises(CommandError):
        load("--check")


def bad_folder(tmp_path: Path) -> str:
    """A folder with a file that is refused, for `CONTENT_DIRS`."""
    (tmp_path / "bad.yaml").write_text("slug: bad")
    return str(tmp_path)


def test_the_command_exits_with_1_when_a_file_is_bad(project: Project, tmp_path: Path) -> None:
    process = project.start("load_checklists", CONTENT_DIRS=bad_folder(tmp_path))
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in output) == (1, False)


def test_check_works_without_any_database(project: Project, tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SECRET_KEY": "x"}
    assert "celery-tasks: valid" in project.manage("load_checklists", "--check", **nowhere)


def test_a_database_that_is_not_there_is_one_line(project: Project, tmp_path: Path) -> None:
    process = project.start("load_checklists", DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, len(output.splitlines())) == (1, 1)
    assert output.startswith("CommandError: the database refused:")


def test_loaders_that_run_at_once_make_one_edition(project: Project, tmp_path: Path) -> None:
    (tmp_path / "late.yaml").write_text(GOOD.format(slug="late", title="Late"))
    before = project.count("catalogue.Edition")
    processes = [project.start("load_checklists", CONTENT_DIRS=str(tmp_path)) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert project.count("catalogue.Edition") == before + 1


# Four threads that begin in the same moment, five times over; the checklists that are there already stay current.
AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from django.db import connection

from checklist.catalogue import loader
from checklist.catalogue.models import Checklist, Edition

kept = [checklist.latest.content for checklist in Checklist.objects.listed()]
barrier = Barrier(4)

def load(turn):
    barrier.wait()
    try:
        loader.load([*kept, replace(kept[0], slug=f"at-once-{turn}")])
    finally:
        connection.close()

for turn in range(5):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(load, [turn] * 4))
loader.load(kept)
print(Edition.objects.filter(checklist__slug__startswith="at-once").count())
"""


def test_threads_that_load_at_once_make_one_edition_each_time(project: Project) -> None:
    assert project.manage("shell", "--no-imports", "-c", AT_ONCE).split()[-1] == "5"
