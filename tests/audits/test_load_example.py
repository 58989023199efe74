"""The command `load_example`, and the link to what it makes."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from markup import Markup
from pytest_django import Settings
from sample_content import CONTENT

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.audits.report import Verdict
from checklist.catalogue import loader
from checklist.catalogue.models import Edition

GOOD = """\
task: billing.tasks.charge
url: https://example.org/pull/1
verdicts: {backoff: fail, overlap: na}
notes: {backoff: Grows without end., jitter: "Checked: yes."}
"""

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, settings: Settings, edition: Edition) -> Write:
    """Puts an example into the only folder that is read."""
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "content" / "examples"
    folder.mkdir(parents=True)

    def write(text: str = GOOD, name: str = "celery-tasks") -> None:
        (folder / f"{name}.yaml").write_text(text)

    return write


def load(*options: str) -> str:
    """Run the command: what it says."""
    out = StringIO()
    call_command("load_example", *options, stdout=out)
    return out.getvalue()


def test_an_example_is_an_audit_in_which_every_item_has_an_answer(write: Write) -> None:
    write()
    load()
    answers = {entry.item: (str(entry.verdict), entry.note) for entry in service.report(Audit.objects.get()).entries}
    assert answers == {
        "max-retries-set": ("pass", ""),
        "backoff": ("fail", "Grows without end."),
        "jitter": ("pass", "Checked: yes."),
        "overlap": ("na", ""),
        "expires": ("pass", ""),
    }


def test_the_command_prints_the_view_link_and_no_edit_link(write: Write, settings: Settings) -> None:
    write()
    said = load()
    assert said == f"example: {settings.PUBLIC_URL}/shared/{Audit.objects.get().view_token}/\n"


def test_home_links_the_example_by_its_view_link_alone(client: Client, write: Write) -> None:
    write()
    load()
    page, audit = client.get("/"), Audit.objects.get()
    (link,) = [found for found in Markup.of(page).all("a") if found.text == "See a finished audit"]
    assert link.attributes["href"].endswith(f"/shared/{audit.view_token}/")
    assert client.get(f"/shared/{audit.view_token}/").status_code == 200
    assert audit.edit_token not in page.content.decode()


def test_home_links_the_newest_example_of_each_checklist(client: Client, write: Write) -> None:
    write()
    load()
    load()
    links = [href for href in Markup.of(client.get("/")).attributes("href") if "/shared/" in href]
    assert [href.split("/")[-2] for href in links] == [Audit.objects.latest("pk").view_token]


def test_no_audit_of_a_visitor_is_ever_linked(client: Client, audit: Audit) -> None:
    page = client.get("/").content.decode()
    assert "/shared/" not in page
    assert audit.view_token not in page


def test_if_empty_loads_into_an_empty_database_once(write: Write) -> None:
    write()
    load("--if-empty")
    load("--if-empty")
    assert Audit.objects.count() == 1


def test_if_empty_leaves_a_database_with_audits_alone(write: Write, audit: Audit) -> None:
    write()
    assert load("--if-empty") == ""
    assert Audit.objects.get() == audit


BAD = [
    ("task: t\nverdicts: {long-gone: fail}", "no such item: long-gone"),
    ("task: t\nnotes: {gone: x, away: x}", "no such item: away, gone"),
    ("task: t\nverdicts: {backoff: maybe}", "'maybe' is not a valid Verdict"),
    ("task: t\nverdict: {backoff: fail}", "verdict"),
    ("url: https://example.org/", "task"),
    ("", "mapping"),
    ("- task", "mapping"),
    ("task: t\nverdicts: [backoff]", "mapping"),
    ("task: t\nnotes:", "mapping"),
    ("task: t\nverdicts: [", "line 2"),
]


@pytest.mark.parametrize(("text", "reason"), BAD, ids=[text[:30] for text, _ in BAD])
def test_a_file_that_is_wrong_is_one_line_and_makes_nothing(write: Write, text: str, reason: str) -> None:
    write(text)
    with pytest.raises(CommandError) as caught:
        load()
    said = str(caught.value)
    assert (said.startswith("content/examples/celery-tasks.yaml: "), "\n" in said, reason in said) == (
        True,
        False,
        True,
    )
    assert caught.value.returncode == 1
    assert not Audit.objects.exists()


def test_an_example_of_an_unknown_or_retired_checklist_is_one_line(write: Write) -> None:
    write()
    loader.load([])
    with pytest.raises(CommandError, match=r"^content/examples/celery-tasks\.yaml: .*does not exist"):
        load()


def test_an_example_keeps_its_answers_when_the_checklist_changes(write: Write) -> None:
    write()
    load()
    loader.load([CONTENT])
    assert service.report(Audit.objects.get()).entries[1].verdict is Verdict.FAIL
