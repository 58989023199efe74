"""`python -m checklist.scan` as people run it: a process of its own, in which there is no Django."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from running import ROOT, clean_environment

from checklist.audits import suggestions
from checklist.audits.models import Audit
from scan.repository import diff, write

TASKS = """from celery import shared_task

@shared_task(name="shop.charge", retry_limit=4)
def charge(order):
    return order

@shared_task
def refund(order):
    return order
"""


@pytest.fixture(scope="session")
def without_django(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `PYTHONPATH` in which `import django` fails."""
    folder = tmp_path_factory.mktemp("blocked")
    write(folder, {"django/__init__.py": "raise ImportError('there is no Django here')\n"})
    return folder


@pytest.fixture
def run(tmp_path: Path, without_django: Path) -> Iterator[object]:
    """Run the command in a folder that holds `shop/tasks.py`."""
    write(tmp_path, {"shop/tasks.py": TASKS})

    def command(*arguments: str, text: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        environment = clean_environment(PYTHONPATH=f"{without_django}{os.pathsep}{ROOT}", **variables)
        words = [sys.executable, "-m", "checklist.scan", *arguments]
        return subprocess.run(words, cwd=tmp_path, env=environment, input=text, capture_output=True, text=True)

    return command


def names(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The tasks that the JSON holds."""
    assert done.returncode == 0, done.stderr
    return [task["name"] for task in json.loads(done.stdout)["tasks"]]


def test_text_says_what_is_suggested_and_ends_with_a_table(run) -> None:
    done = run("shop")
    assert (done.returncode, done.stderr) == (0, "")
    assert "tasks.py:4 charge (shared_task())" in done.stdout
    assert "`retry_limit=4` is ignored by Celery, line 3; did you mean `max_retries`?" in done.stdout
    assert "critical  known-options                        1           0           0           1" in done.stdout
    assert "2 tasks, 0 possible, in 1 files; 0 not read." in done.stdout


def test_json_begins_with_the_keys_of_the_contract(run) -> None:
    done = run(".", "--format", "json")
    found = json.loads(done.stdout)
    assert list(found)[:3] == ["tasks", "possible", "unread"]
    task = found["tasks"][0]
    assert list(task)[:5] == ["name", "path", "line", "form", "options"]
    assert (task["name"], task["path"], task["line"]) == ("charge", "shop/tasks.py", 4)
    assert task["options"]["retry_limit"] == {
        "value": 4, "source": "4", "origin": "decorator", "path": "shop/tasks.py", "line": 3, "note": "",
    }  # fmt: skip
    assert task["options"]["max_retries"]["origin"] == "Celery's default"
    assert task["suggestions"][0]["item"] == "known-options-only"


def test_values_that_json_does_not_know_are_null(run, tmp_path: Path) -> None:
    write(
        tmp_path, {"shop/tasks.py": TASKS.replace("=4", "=1e999") + "x = '\ud800'".encode("utf-8", "replace").decode()}
    )
    task = json.loads(run(".", "--format", "json").stdout)["tasks"][0]
    assert task["options"]["retry_limit"]["value"] is None and task["options"]["retry_limit"]["source"] == "1e999"


@pytest.mark.parametrize("source", ["-", "change.diff"])
def test_a_diff_picks_the_tasks_that_it_touches(run, tmp_path: Path, source: str) -> None:
    text = diff(tmp_path, {}, {"shop/tasks.py": TASKS.replace("retry_limit=4", "max_retries=4")})
    assert names(run("shop", "--diff", "-", "--format", "json", text=text)) == ["charge"]
    write(tmp_path, {"change.diff": text})
    assert names(run("shop", "--diff", source, "--format", "json", text=text)) == ["charge"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("refund", "the diff does not touch the task refund; it touches charge"),
        ("pay", "there is no task pay; there are charge, refund"),
    ],
)
def test_a_task_that_the_diff_does_not_touch_is_told_from_one_that_is_not_there(
    run, tmp_path: Path, name: str, message: str
) -> None:
    text = diff(tmp_path, {"shop/tasks.py": TASKS}, {"shop/tasks.py": TASKS.replace("retry_limit=4", "max_retries=4")})
    done = run("shop", "--diff", "-", "--task", name, text=text)
    assert done.returncode == 2 and message in done.stderr


def test_the_comment_on_a_change_is_about_its_files(run, tmp_path: Path) -> None:
    write(tmp_path, {"shop/bad.py": "def (\n", "shop/worse.py": "def (\n"})
    text = diff(tmp_path, {}, {"shop/bad.py": "def (:\n"})
    written = run("shop", "--diff", "-", "--format", "markdown", text=text).stdout.replace("\N{ZERO WIDTH SPACE}", "")
    assert "- bad.py: line 1" in written and "worse.py" not in written
    assert "In files that the diff does not change: 1 not read." in written


def test_a_diff_that_touches_no_task_says_so(run) -> None:
    done = run("shop", "--diff", "-", "--task", "refund", text="")
    assert done.returncode == 2 and "the diff does not touch the task refund; it touches none" in done.stderr


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_a_file_of_which_the_diff_shows_no_lines_is_named(run, tmp_path: Path, format_: str) -> None:
    text = diff(tmp_path, {".gitattributes": "*.py -diff\n"}, {"shop/tasks.py": TASKS + "\n"})
    assert "as if it were binary" in run("shop", "--diff", "-", "--format", format_, text=text).stdout


def test_a_diff_that_powershell_wrote_is_read(run, tmp_path: Path) -> None:
    text = diff(tmp_path, {}, {"shop/tasks.py": TASKS.replace("retry_limit=4", "max_retries=4")})
    write(tmp_path, {"change.diff": text.replace("\n", "\r\n").encode("utf-16")})
    assert names(run("shop", "--diff", "change.diff", "--format", "json")) == ["charge"]


def test_an_empty_diff_touches_nothing(run) -> None:
    assert names(run("shop", "--diff", "-", "--format", "json", text="")) == []


@pytest.mark.parametrize("name", ["refund", "tasks.py:refund"])
def test_a_task_is_picked_by_name(run, name: str) -> None:
    assert names(run("shop", "--task", name, "--format", "json")) == ["refund"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no file or folder nowhere"),
        (["shop", "--checklist", "none"], "there is no checklist none; there are celery-tasks, django-migrations"),
        (["shop", "--checklist", "shop/tasks.py/x.yaml"], "there is no checklist"),
        (["shop", "--task", "pay"], "there is no task pay; there are charge, refund"),
        (["shop", "--diff", "none.diff"], "none.diff cannot be read: No such file"),
        (["shop", "--diff", "shop/tasks.py"], "this is not a unified diff"),
        (["shop", "--import-celery-audit", "shop/tasks.py"], "this is not the JSON of celery-audit"),
        (["shop", "--output", "shop"], "shop cannot be written: Is a directory"),
        (["shop", "--format", "html"], "invalid choice: 'html'"),
        ([], "the following arguments are required: PATH"),
    ],
)
def test_what_cannot_be_carried_out_is_said_and_exits_with_2(run, arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--fail-on", "critical"], 1),
        (["--fail-on", "minor"], 1),
        (["--fail-on", "critical", "--task", "refund"], 0),
        (["--fail-on", "major", "--task", "refund"], 1),
    ],
)
def test_the_exit_code_is_1_only_where_it_is_asked_for(run, arguments: list[str], code: int) -> None:
    assert run("shop", *arguments).returncode == code


def test_output_goes_to_a_file(run, tmp_path: Path) -> None:
    assert run("shop", "--format", "markdown", "--output", "out.md").stdout == ""
    assert (tmp_path / "out.md").read_text().startswith("### What the code suggests")


OWN = """slug: own
title: Own
sections:
  - slug: one
    title: One
    items:
      - {slug: only, severity: minor, title: Only, why: w, check: c, detect: known-options}
"""


def items(printed: str) -> list[str]:
    """The items that have a suggestion in the JSON."""
    return [each["item"] for each in json.loads(printed)["tasks"][0]["suggestions"]]


def test_a_checklist_of_ones_own_is_read_from_its_file(run, tmp_path: Path) -> None:
    write(tmp_path, {"own.yaml": OWN})
    assert items(run("shop", "--checklist", "own.yaml", "--format", "json").stdout) == ["only"]


def test_a_checklist_of_the_folders_that_the_environment_names_is_known_by_its_slug(run, tmp_path: Path) -> None:
    write(tmp_path, {"team/own.yaml": OWN})
    folders = {"CONTENT_DIRS": f"{tmp_path}/none:team"}
    assert items(run("shop", "--checklist", "own", "--format", "json", **folders).stdout) == ["only"]
    assert "there are celery-tasks, django-migrations, own, or" in run("shop", "--checklist", "x", **folders).stderr


def test_a_rule_of_a_checklist_that_nobody_knows_is_a_warning(run, tmp_path: Path) -> None:
    write(tmp_path, {"own.yaml": OWN.replace("known-options", "known-option")})
    done = run("shop", "--checklist", "own.yaml", "--format", "sarif")
    assert done.returncode == 0
    assert done.stderr == (
        'warning: own.yaml:7: sections[1] "one" > items[1] "only" > detect: '
        'no rule "known-option" (did you mean "known-options"?)\n'
    )
    assert json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"] == []


def test_a_file_that_cannot_be_read_is_told_of_and_the_others_are_scanned(run, tmp_path: Path) -> None:
    write(
        tmp_path,
        {"shop/bad.py": "def (\n", "shop/deep.py": "x = " + "-" * 100_000 + "1\n", "shop/odd.py": b"\xff\xfe\x00"},
    )
    done = run("shop", "--format", "json")
    assert {each["path"] for each in json.loads(done.stdout)["unread"]} == {"bad.py", "deep.py", "odd.py"}
    assert names(done) == ["charge", "refund"]


def theirs(rule: str, line: int, symbol: str) -> str:
    """One finding as celery-audit writes it, about a file that its own run called otherwise."""
    found = {"rule_id": rule, "file": "shop/tasks.py", "line": line, "symbol": symbol, "message": "What it says"}
    return json.dumps({"findings": [found]})


def test_celery_audit_adds_suggestions(run, tmp_path: Path) -> None:
    write(tmp_path, {"audit.json": theirs("CEL010", 4, "shop.tasks.charge")})
    done = run("shop", "--import-celery-audit", "audit.json")
    assert "celery-audit CEL010: What it says\n        tasks.py:4: def charge(order):\n" in done.stdout


def test_a_fault_that_both_find_is_counted_once(run, tmp_path: Path) -> None:
    write(tmp_path, {"audit.json": theirs("CEL015", 8, "shop.tasks.refund")})
    row = "major     explicit-name                        1           1           0           0           0"
    assert row in run("shop").stdout
    assert row in run("shop", "--import-celery-audit", "audit.json").stdout


def test_a_reader_that_stops_is_no_error(tmp_path: Path, without_django: Path) -> None:
    write(tmp_path, {"tasks.py": TASKS.replace("@shared_task\n", "@shared_task\n") * 300})
    command = f"{sys.executable} -m checklist.scan {tmp_path} --format json | head -c 10"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert "Traceback" not in done.stderr


# The management command


@pytest.mark.django_db
def test_the_management_command_says_the_same(run, tmp_path: Path) -> None:
    out = StringIO()
    call_command("scan", str(tmp_path / "shop"), stdout=out)
    assert out.getvalue() == run("shop").stdout


@pytest.mark.django_db
def test_the_management_command_knows_the_folders_of_the_settings(run, tmp_path: Path, settings: Settings) -> None:
    write(tmp_path, {"team/own.yaml": OWN})
    settings.CONTENT_DIRS = [*settings.CONTENT_DIRS, tmp_path / "team"]
    out = StringIO()
    call_command("scan", str(tmp_path / "shop"), "--checklist", "own", "--format", "json", stdout=out)
    assert items(out.getvalue()) == ["only"]


@pytest.mark.django_db
def test_it_exits_as_the_other_does(run, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="1"):
        call_command("scan", str(tmp_path), "--fail-on", "critical", stdout=StringIO())
    with pytest.raises(CommandError, match="there is no task pay") as refused:
        call_command("scan", str(tmp_path), "--task", "pay")
    assert refused.value.returncode == 2


@pytest.mark.django_db
@pytest.mark.parametrize("format_", ["text", "json"])
def test_save_starts_an_audit_for_each_task_and_prints_its_links(run, tmp_path: Path, format_: str) -> None:
    call_command("load_checklists", stdout=StringIO())
    out, err = StringIO(), StringIO()
    call_command("scan", str(tmp_path), "--save", "--format", format_, stdout=out, stderr=err)
    links = out if format_ == "text" else err  # what a program reads stays JSON
    assert list(Audit.objects.order_by("pk").values_list("task", flat=True)) == ["shop.charge", "shop.tasks.refund"]
    assert "shop.tasks.refund\n  edit: " in links.getvalue()
    for audit in Audit.objects.all():
        assert f"/audits/{audit.edit_token}/" in links.getvalue() and f"/shared/{audit.view_token}/" in links.getvalue()
        assert audit.suggestions.filter(kind="found").exists()


@pytest.mark.django_db
def test_save_says_when_the_checklist_is_not_loaded(run, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="load_checklists"):
        call_command("scan", str(tmp_path), "--save", "--checklist", "django-migrations", stdout=StringIO())


@pytest.mark.django_db
def test_save_leaves_no_audit_without_what_was_found(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ValueError("broken half way")

    call_command("load_checklists", stdout=StringIO())
    monkeypatch.setattr(suggestions, "store", broken)
    with pytest.raises(ValueError, match="broken half way"):
        call_command("scan", str(tmp_path), "--save", stdout=StringIO())
    assert not Audit.objects.exists()


def test_save_says_when_the_database_is_away(run, tmp_path: Path) -> None:
    nowhere = clean_environment(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", SECRET_KEY="x")
    command = [sys.executable, "manage.py", "scan", str(tmp_path), "--save"]
    done = subprocess.run(command, cwd=ROOT, env=nowhere, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("CommandError: the database does not answer: ")
