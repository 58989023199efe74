"""Everything once with scripts turned off: forms, redirects and links carry a whole audit."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .pages import CHECKLIST, ReportPage, start_from_checklist, start_from_home
from .server import Server
from .visitors import Visitors

TOO_LONG = "y" * 4001


@pytest.fixture
def plain(visitors: Visitors, server: Server) -> Page:
    """A visitor without scripts. A form that is refused is an error to the browser's console, not to this test."""
    page = visitors.come(server.url, scripts=False)
    visitors.forgive(page, "status of 4(00|22)")
    return page


def test_the_checklist_can_be_read(plain: Page) -> None:
    plain.goto("/")
    plain.locator(f'a[href="/checklists/{CHECKLIST}/"]').last.click()
    expect(plain).to_have_url(f"/checklists/{CHECKLIST}/")
    items = plain.locator("li.item")
    assert items.count() > 20
    expect(items.last.get_by_role("heading", name="How to check")).to_be_visible()


def test_answers_are_saved_with_the_save_button(plain: Page) -> None:
    audit = start_from_home(plain)
    item = audit.items[2]
    audit.radio(item, "fail").check(force=True)
    audit.note(item).fill("first\nsecond")
    audit.save(item)
    expect(plain).to_have_url(f"{audit.url}#{item}")
    expect(audit.radio(item, "fail")).to_be_checked()
    expect(audit.progress).to_contain_text("1 of")
    assert audit.saved_answer(item) == ("fail", "first\nsecond")


def test_saving_one_item_leaves_the_others_alone(plain: Page) -> None:
    audit = start_from_checklist(plain)
    first, second = audit.items[:2]
    audit.choose(first, "pass")
    audit.save(first)
    audit.choose(second, "na")
    audit.save(second)
    expect(audit.radio(first, "pass")).to_be_checked()
    assert (audit.saved_answer(first), audit.saved_answer(second)) == (("pass", ""), ("na", ""))


def test_nothing_is_folded_away(plain: Page) -> None:
    audit = start_from_checklist(plain)
    expect(audit.note(audit.items[-1])).to_be_visible()


def test_task_and_change_can_be_corrected(plain: Page) -> None:
    audit = start_from_checklist(plain, task="billing.tasks.chrage")
    audit.task.fill("billing.tasks.charge")
    audit.change.fill("https://example.org/pull/2")
    audit.correct.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("billing.tasks.charge")
    assert (audit.saved()["task"], audit.saved()["url"]) == ("billing.tasks.charge", "https://example.org/pull/2")


def test_a_correction_that_is_refused_keeps_what_was_typed(plain: Page) -> None:
    audit = start_from_checklist(plain)
    audit.change.fill("ftp://example.org/")
    audit.correct.click()
    expect(plain.get_by_text("A link starts with https:// or http://.")).to_be_visible()
    expect(audit.change).to_have_value("ftp://example.org/")
    assert audit.saved()["url"] is None


def test_a_note_that_is_too_long_is_refused_beside_its_field(plain: Page) -> None:
    audit = start_from_checklist(plain)
    item = audit.items[1]
    audit.choose(item, "fail")
    audit.overfill(item, TOO_LONG)
    audit.save(item)
    expect(audit.problem(item)).to_contain_text("A note has at most 4,000 characters; this one has 4001.")
    expect(audit.note(item)).to_have_value(TOO_LONG)
    assert audit.saved_answer(item) == ("open", "")


def test_a_refused_note_can_be_shortened_and_saved_from_there(plain: Page) -> None:
    audit = start_from_checklist(plain)
    item = audit.items[1]
    audit.overfill(item, TOO_LONG)
    audit.save(item)
    audit.note(item).fill("short")
    audit.save(item)
    expect(plain).to_have_url(f"{audit.url}#{item}")
    assert audit.saved_answer(item) == ("open", "short")


def test_the_links_of_a_refused_page_lead_to_the_audit(plain: Page) -> None:
    audit = start_from_checklist(plain)
    item = audit.items[1]
    audit.overfill(item, TOO_LONG)
    audit.save(item)
    audit.task.fill("billing.tasks.refund")
    audit.correct.click()
    expect(plain).to_have_url(audit.url)
    expect(plain.get_by_role("heading", level=1)).to_have_text("billing.tasks.refund")


def test_the_shared_page_is_a_link_away(plain: Page) -> None:
    audit = start_from_checklist(plain)
    link = audit.view_link.input_value()
    plain.get_by_role("link", name="Shared page").click()
    expect(plain).to_have_url(link)
    expect(plain.locator("form")).to_have_count(0)
    expect(plain.get_by_role("button")).to_have_count(0)


def test_exports_are_downloads(plain: Page) -> None:
    audit = start_from_checklist(plain)
    with plain.expect_download() as download:
        audit.markdown_link.click()
    assert Path(download.value.path()).read_bytes() == audit.export("md")


def test_buttons_that_need_scripts_are_not_shown(plain: Page) -> None:
    audit = start_from_checklist(plain)
    for button in (audit.copy_markdown, audit.copy_view_link, audit.copy_edit_link):
        expect(button).to_be_hidden()
    expect(ReportPage(plain).markdown_link).to_be_visible()


def test_the_review_comment_of_a_failed_item_is_a_link(plain: Page, visitors: Visitors) -> None:
    visitors.forgive(plain, "404")  # Beside plain text Chromium looks for a /favicon.ico.
    audit = start_from_home(plain)
    failed, other = audit.items[:2]
    audit.radio(failed, "fail").check(force=True)
    audit.save(failed)
    expect(plain).to_have_url(f"{audit.url}#{failed}")
    expect(plain.locator(f"li.item#{other} .comment")).to_be_hidden()
    plain.locator(f"li.item#{failed} .comment").click()
    expect(plain.locator("body")).to_contain_text("**")


def test_an_item_address_works_without_scripts(plain: Page) -> None:
    audit = start_from_checklist(plain)
    item = audit.items[-1]
    plain.goto(f"{audit.url}#{item}")
    expect(audit.line(item)).to_be_in_viewport()
