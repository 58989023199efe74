"""History: every change is kept, by whom and when, and nothing but a note's old text can be taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from markup import Markup
from posting import HTMX, answer
from running import Project
from sample_content import REWORDED

from checklist.audits import lifecycle, service
from checklist.audits.models import Answer, Audit, Change
from checklist.catalogue import loader

State = Callable[[], list[object]]


def kept(item: str = "backoff") -> list[tuple[object, ...]]:
    """What the history says about an item, the oldest first."""
    return list(Change.objects.filter(item=item).order_by("pk").values_list("field", "revision", "value", "by"))


def test_history_keeps_every_change_with_its_name(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass", by="Ada")
    answer(client, edit_link, verdict="fail", note="a note", by="Ben")
    answer(client, edit_link, verdict="open")
    assert kept() == [
        ("verdict", 1, "pass", "Ada"),
        ("verdict", 2, "fail", "Ben"),
        ("note", 1, "a note", "Ben"),
        ("verdict", 3, "open", ""),
    ]


def test_every_change_is_kept_with_its_time(client: Client, edit_link: str) -> None:
    before = timezone.now()
    answer(client, edit_link, verdict="pass")
    assert before <= Change.objects.get(item="backoff").at <= timezone.now() + timedelta(seconds=1)


def test_repeating_a_value_keeps_nothing_new(client: Client, edit_link: str) -> None:
    for _ in range(3):
        answer(client, edit_link, verdict="pass", note="a note")
    assert len(kept()) == 2


def test_a_refused_change_is_not_in_the_history(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass")
    answer(client, edit_link, verdict="fail", base="0")
    assert kept() == [("verdict", 1, "pass", "")]


def test_nothing_that_a_client_can_send_takes_a_row_away(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass", note="first")
    answer(client, edit_link, verdict="open", note="")
    before = list(Change.objects.order_by("pk").values_list("pk", "item", "field", "revision", "by", "at"))
    answer(client, edit_link, verdict="pass")
    client.post(f"{edit_link}items/backoff/history/1/erase/")
    client.post(f"{edit_link}delete/")
    client.post(f"{edit_link}restore/")
    rows = Change.objects.order_by("pk").values_list("pk", "item", "field", "revision", "by", "at")
    assert list(rows[: len(before)]) == before


def undo(client: Client, edit_link: str, number: int) -> int:
    """Press "Set this again" of the entry of that number on the page of the item's history; the status of the answer."""
    page = Markup.of(client.get(f"{edit_link}items/backoff/history/"))
    bases = [found.attributes["value"] for found in page.all("input", name="base")]
    texts = page.all("textarea")
    fields = {texts[number].attributes["name"]: texts[number].text.removeprefix("\n"), "base": bases[number]}
    return answer(client, edit_link, **fields).status_code


def test_undo_is_a_new_change_that_sets_the_earlier_value(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass")
    answer(client, edit_link, verdict="fail")
    assert undo(client, edit_link, 1) == 303
    assert [value for _, _, value, _ in kept()] == ["pass", "fail", "pass"]


def test_undo_of_a_note_sets_the_earlier_text(client: Client, edit_link: str) -> None:
    answer(client, edit_link, note="first\n<b>")
    answer(client, edit_link, note="second")
    undo(client, edit_link, 1)
    assert Answer.objects.get().note == "first\n<b>"


def test_undo_does_not_overwrite_what_its_page_had_not_shown(client: Client, edit_link: str) -> None:
    answer(client, edit_link, note="first")
    answer(client, edit_link, note="second")
    page = Markup.of(client.get(f"{edit_link}items/backoff/history/"))
    answer(client, edit_link, note="a colleague's")
    base = page.all("input", name="base")[1].attributes["value"]
    assert answer(client, edit_link, note="first", base=base).status_code == 409


def test_the_page_of_an_item_shows_its_history_and_no_other(client: Client, edit_link: str) -> None:
    answer(client, edit_link, note="about <backoff>", by="Ada")
    answer(client, edit_link, "jitter", note="about jitter")
    page = client.get(f"{edit_link}items/backoff/history/").content.decode()
    assert "about &lt;backoff&gt;" in page
    assert "Ada (name given, not verified)" in page
    assert "about jitter" not in page


def test_htmx_gets_the_history_of_an_item_as_a_fragment(client: Client, edit_link: str) -> None:
    page = Markup.of(client.get(f"{edit_link}items/backoff/history/", headers=HTMX))
    assert (len(page.all("html")), len(page.all("ol", class_="changes"))) == (0, 1)


def test_the_page_of_the_audit_shows_every_change_the_newest_first(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass")
    answer(client, edit_link, "jitter", verdict="fail")
    values = [found.text for found in Markup.of(client.get(f"{edit_link}history/")).all("span", class_="value")]
    assert values == ["fail", "pass", "https://example.org/pull/1", "billing.tasks.charge", "1"]


def test_the_history_of_an_unknown_item_is_404(client: Client, edit_link: str) -> None:
    assert client.get(f"{edit_link}items/unknown/history/").status_code == 404


def test_the_view_link_has_no_history(client: Client, audit: Audit) -> None:
    assert client.get(f"/shared/{audit.view_token}/history/").status_code == 404


def test_an_old_text_of_a_note_can_be_erased_and_the_history_says_so(client: Client, edit_link: str) -> None:
    answer(client, edit_link, note="password=hunter2")
    answer(client, edit_link, note="")
    assert client.post(f"{edit_link}items/backoff/history/1/erase/").status_code == 303
    page = client.get(f"{edit_link}items/backoff/history/").content.decode()
    assert "hunter2" not in page
    assert Markup(page).one("em").text == "erased"


@pytest.mark.parametrize("revision", [2, 3, 0])
def test_a_current_or_unknown_text_is_not_erased(client: Client, edit_link: str, state: State, revision: int) -> None:
    answer(client, edit_link, note="first")
    answer(client, edit_link, note="second")
    before = state()
    assert client.post(f"{edit_link}items/backoff/history/{revision}/erase/").status_code == 404
    assert state() == before


def test_a_verdict_is_not_erased(client: Client, edit_link: str, state: State) -> None:
    answer(client, edit_link, verdict="pass")
    answer(client, edit_link, verdict="fail")
    before = state()
    assert client.post(f"{edit_link}items/backoff/history/1/erase/").status_code == 404
    assert state() == before


def test_a_late_request_does_not_bring_an_erased_text_back(client: Client, edit_link: str) -> None:
    answer(client, edit_link, note="secret", base="0", change="first")
    answer(client, edit_link, note="", base="1", change="second")
    client.post(f"{edit_link}items/backoff/history/1/erase/")
    answer(client, edit_link, note="secret", base="0", change="first")
    assert not Change.objects.filter(value="secret").exists()
    assert Answer.objects.get().note == ""


@pytest.mark.parametrize("length", [0, 3900], ids=["short", "long"])
def test_an_erased_text_is_gone_from_the_files_of_the_database(project: Project, length: int) -> None:
    if not project.environment["DATABASE_URL"].startswith("sqlite"):
        pytest.skip("PostgreSQL keeps old rows until it vacuums; docs/operations.md says what to do")
    secret = "correct-horse-battery" + "-staple" * (length // 7)
    with project.serving() as server:
        link = str(server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").headers["Location"])
        item = f"{link}items/stable-explicit-name/"
        for note in (secret, ""):
            server.ask("POST", item, f"note={note}")
        assert any(b"correct-horse" in path.read_bytes() for path in project.files())
        assert server.ask("POST", f"{item}history/1/erase/").status == 303
        assert not [path.name for path in project.files() if b"correct-horse" in path.read_bytes()]


def test_how_an_audit_began_is_in_its_history(audit: Audit) -> None:
    found = set(audit.changes.values_list("field", "value"))
    assert found == {("edition", "1"), ("task", "billing.tasks.charge"), ("url", "https://example.org/pull/1")}


def test_corrections_are_in_the_history(client: Client, edit_link: str) -> None:
    client.post(edit_link, {"task": "other.task", "url": ""})
    client.post(edit_link, {"task": "other.task"})
    found = Change.objects.filter(item="", revision=2).values_list("field", "value")
    assert set(found) == {("task", "other.task"), ("url", "")}


def test_answers_to_questions_are_in_the_history_with_what_follows(client: Client, edit_link: str) -> None:
    for said in ("no", "no", "yes"):
        client.post(f"{edit_link}questions/", {"question-scheduled": said})
    asked = Change.objects.filter(field="question-scheduled").order_by("pk").values_list("revision", "value")
    assert list(asked) == [(1, "no"), (2, "yes")]
    assert [value for field, _, value, _ in kept("overlap") if field == "verdict"] == ["na", "open"]


def test_a_move_to_another_edition_is_in_the_history_once(audit: Audit) -> None:
    loader.load([REWORDED])
    newest, stale = audit.edition.checklist.editions.get(number=2), Audit.objects.get()
    lifecycle.move(audit=audit, edition=newest, by="Ada")
    lifecycle.move(audit=stale, edition=newest, by="Ben")
    found = audit.changes.filter(field="edition").order_by("pk").values_list("revision", "value", "by")
    assert list(found) == [(1, "1", ""), (2, "2", "Ada")]


def test_deleting_and_restoring_are_in_the_history(client: Client, edit_link: str) -> None:
    client.post(f"{edit_link}delete/")
    client.post(f"{edit_link}restore/")
    found = Change.objects.filter(field="deleted").order_by("pk").values_list("revision", "value")
    assert list(found) == [(1, "yes"), (2, "no")]


def test_the_markdown_export_names_who_answered_only_when_asked(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass", by="Ada Byron")
    plain, named = (client.get(f"{edit_link}export.md{query}").content.decode() for query in ("", "?names"))
    assert "Ada Byron" not in plain
    assert "Ada Byron" in named


def test_the_report_says_who_answered_last_and_when(audit: Audit, client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass", by="Ada")
    entry = service.report(audit, names=True).entries[1]
    assert (entry.by, entry.at) == ("Ada", Audit.objects.get().updated)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table whole")
def test_a_change_is_found_by_its_id_without_reading_the_history(audit: Audit) -> None:
    plan = Change.objects.filter(audit=audit, change="c1").explain()
    assert "change_by_id (audit_id=? AND change=?)" in plan
