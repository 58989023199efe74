"""What happened to an item and to an audit: the panel, undo, erasing, and the same without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from . import states
from .pages import SAVED, AuditPage, start_from_home
from .server import Server
from .test_accessibility import assert_accessible
from .visitors import Visitors

SECRET = "token 1234"


@pytest.fixture
def plain(visitors: Visitors, server: Server) -> AuditPage:
    """An audit of somebody without scripts."""
    page = visitors.come(server.url, scripts=False)
    visitors.forgive(page, "status of 409")
    return start_from_home(page)


def name(audit: AuditPage) -> Locator:
    """The field for the reviewer's name."""
    return audit.page.get_by_label("Your name")


def panel(audit: AuditPage, item: str) -> Locator:
    """Open an item's history."""
    audit.unfold(item)
    audit.line(item).locator("summary", has_text="History").click()
    return audit.line(item).locator(".changes")


def test_a_name_is_given_once_per_browser_and_stands_in_the_history(audit: AuditPage) -> None:
    name(audit).fill("Robin")
    name(audit).blur()
    audit.answer(audit.items[0], "fail")
    audit.page.reload()
    audit.answer(audit.items[1], "pass")
    second = start_from_home(audit.page)
    expect(name(second)).to_have_value("Robin")
    audit.page.goto(f"{audit.url}history/")
    expect(audit.page.locator(".changes li").filter(has_text="Robin (name given, not verified)")).to_have_count(2)


def test_the_name_goes_with_a_correction_too(audit: AuditPage) -> None:
    name(audit).fill("Robin")
    audit.task.fill("billing.tasks.refund")
    audit.correct.click()
    expect(audit.page.get_by_role("heading", level=1)).to_have_text("billing.tasks.refund")
    audit.page.goto(f"{audit.url}history/")
    expect(audit.page.locator(".changes li").filter(has_text="refund")).to_contain_text(
        "Robin (name given, not verified)"
    )


def test_undo_keeps_the_focus_in_the_panel(audit: AuditPage) -> None:
    item = audit.items[0]
    for verdict in ("fail", "pass"):
        audit.answer(item, verdict)
    entries = panel(audit, item).locator("> li")
    entries.last.get_by_role("button", name="Set this again").press("Enter")
    expect(entries).to_have_count(3)
    expect(entries.last.get_by_role("button", name="Set this again")).to_be_focused()


def test_the_history_of_the_audit_leads_to_that_of_each_item(plain: AuditPage) -> None:
    item = write_and_replace(plain)
    plain.page.get_by_role("link", name="All changes").click()
    plain.page.get_by_role("link", name=item).first.click()
    expect(plain.page.locator("main")).to_contain_text(SECRET)


def test_an_empty_name_is_fine(audit: AuditPage) -> None:
    audit.answer(audit.items[0], "fail")
    expect(panel(audit, audit.items[0])).to_contain_text("fail")
    expect(panel(audit, audit.items[0])).not_to_contain_text("not verified")


def test_the_panel_shows_every_change_and_keeps_up_with_undo(audit: AuditPage) -> None:
    item = audit.items[0]
    for verdict in ("fail", "pass"):
        audit.answer(item, verdict)
    entries = panel(audit, item).locator("> li")
    expect(entries).to_have_count(2)
    entries.last.get_by_role("button", name="Set this again").click()
    expect(audit.status).to_have_text(SAVED)
    expect(audit.radio(item, "fail")).to_be_checked()
    expect(entries).to_have_count(3)
    assert audit.saved_answer(item)[0] == "fail"
    assert_accessible(audit.page)


def test_an_earlier_note_can_be_set_again(audit: AuditPage) -> None:
    item = audit.items[0]
    for note in ("first\n\nthought", "second"):
        audit.unfold(item)
        audit.note(item).fill(note)
        expect(audit.status).to_have_text(SAVED)
    panel(audit, item).locator("> li").last.get_by_role("button", name="Set this again").click()
    expect(audit.note(item)).to_have_value("first\n\nthought")
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item)[1] == "first\n\nthought"


def write_and_replace(audit: AuditPage) -> str:
    """Leave a secret in the history of an item."""
    item = audit.items[0]
    for note in (SECRET, "clean"):
        states.post(f"{audit.url}items/{item}/", {"note": note})
    return item


def erase(page: Page) -> None:
    """Erase the oldest text that an opened history shows."""
    page.locator(".changes > li").last.get_by_role("button", name="Erase this text").click()
    expect(page.locator(".changes > li").last).to_contain_text("erased")


def test_an_old_text_is_erased_from_the_panel(audit: AuditPage) -> None:
    item = write_and_replace(audit)
    audit.page.reload()
    expect(panel(audit, item)).to_contain_text(SECRET)
    erase(audit.page)
    expect(audit.page.locator("main")).not_to_contain_text(SECRET)
    assert_accessible(audit.page)
    assert audit.saved_answer(item)[1] == "clean"


def test_the_text_that_is_in_the_note_offers_no_erasing(audit: AuditPage) -> None:
    item = write_and_replace(audit)
    first = panel(audit, item).locator("> li").first
    expect(first).to_contain_text("clean")
    expect(first.get_by_role("button", name="Erase")).to_have_count(0)


def test_the_history_of_an_audit_is_accessible(audit: AuditPage) -> None:
    write_and_replace(audit)
    audit.page.goto(f"{audit.url}history/")
    expect(audit.page.locator("main")).to_contain_text(SECRET)
    assert_accessible(audit.page)


def test_without_scripts_history_undo_and_erasing_work(plain: AuditPage) -> None:
    page, item = plain.page, write_and_replace(plain)
    page.goto(f"{plain.url}items/{item}/history/")
    page.locator(".changes > li").last.get_by_role("button", name="Set this again").click()
    assert plain.saved_answer(item)[1] == SECRET
    states.post(f"{plain.url}items/{item}/", {"note": "clean again"})
    page.goto(f"{plain.url}items/{item}/history/")
    erase(page)


@pytest.mark.parametrize(("choice", "note"), [("Use mine", "mine"), ("Keep what is there", "theirs")])
def test_without_scripts_a_conflict_shows_both_and_asks(plain: AuditPage, choice: str, note: str) -> None:
    page, item = plain.page, plain.items[0]
    states.post(f"{plain.url}items/{item}/", {"note": "theirs"})
    plain.note(item).fill("mine")
    plain.save(item)
    for text in ("theirs", "mine"):
        expect(page.locator("main .note", has_text=text)).to_be_visible()
    assert plain.saved_answer(item)[1] == "theirs"
    page.get_by_label(choice).check()
    page.get_by_role("button", name="Save this choice").click()
    expect(plain.note(item)).to_have_value(note)
    assert plain.saved_answer(item)[1] == note


def test_the_page_that_asks_is_accessible(audit: AuditPage, visitors: Visitors) -> None:
    page, item = audit.page, audit.items[0]
    visitors.forgive(page, "status of 409")
    states.post(f"{audit.url}items/{item}/", {"note": "theirs"})
    form = {"note": "mine", "base-note": "0"}
    answer = page.request.post(f"{audit.url}items/{item}/", headers={"Accept": "text/html"}, form=form)
    page.route("**/shown", lambda route: route.fulfill(response=answer))
    assert page.goto("/shown").status == 409
    assert_accessible(page)
