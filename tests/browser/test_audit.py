"""An audit from its start: clicks, what the page says about them, and what is there after coming back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .pages import CHECKLIST, SAVED, TASK, AuditPage, start_from_checklist, start_from_home
from .server import Server
from .visitors import Visitors


@pytest.mark.parametrize("start", [start_from_home, start_from_checklist])
def test_an_audit_starts_with_nothing_answered(page: Page, start: Callable[[Page], AuditPage]) -> None:
    audit = start(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(TASK)
    expect(audit.progress).to_contain_text(f"0 of {len(audit.items)}")
    expect(audit.verdict).to_have_text("Incomplete")


def test_the_change_under_review_is_linked(page: Page) -> None:
    start_from_checklist(page, url="https://example.org/pull/1")
    link = page.get_by_role("link", name="https://example.org/pull/1")
    expect(link).to_have_attribute("href", "https://example.org/pull/1")


def test_a_start_without_a_link_that_works_keeps_what_was_typed(page: Page, visitors: Visitors) -> None:
    visitors.forgive(page, "status of 422")
    page.goto(f"/checklists/{CHECKLIST}/")
    page.locator("form.start [name=task]").fill(TASK)
    page.locator("form.start [name=url]").fill("javascript:alert(1)")
    page.get_by_role("button", name="Start an audit").click()
    expect(page.get_by_text("A link starts with https:// or http://.")).to_be_visible()
    expect(page.locator("form.start [name=task]")).to_have_value(TASK)
    expect(page.locator("form.start [name=url]")).to_have_value("javascript:alert(1)")


def test_clicks_count_without_loading_the_page_again(audit: AuditPage) -> None:
    audit.page.evaluate("window.sameDocument = true")
    item = audit.first("critical")
    section = [other for other in audit.items if audit.section[other] == audit.section[item]]
    audit.answer(item, "fail")
    expect(audit.verdict).to_have_text("Request changes")
    expect(audit.progress).to_contain_text(f"1 of {len(audit.items)}")
    expect(audit.section_count(audit.section_title(item))).to_have_text(f"1/{len(section)}")
    expect(audit.outcome.get_by_role("list")).to_contain_text(audit.line(item).locator("h3 a").inner_text())
    assert audit.page.evaluate("window.sameDocument")


@pytest.mark.parametrize(("severity", "words"), [("critical", "Request changes"), ("minor", "Approve with follow-ups")])
def test_the_outcome_follows_the_answers(audit: AuditPage, severity: str, words: str) -> None:
    failing = audit.first(severity)
    for item in audit.items:
        audit.choose(item, "fail" if item == failing else "pass")
    expect(audit.status).to_have_text(SAVED)
    expect(audit.verdict).to_have_text(words)
    audit.answer(failing, "na")
    expect(audit.verdict).to_have_text("Approve")


def test_an_answer_can_be_taken_back(audit: AuditPage) -> None:
    item = audit.items[0]
    audit.answer(item, "pass")
    audit.answer(item, "open")
    expect(audit.progress).to_contain_text("0 of")
    assert audit.saved_answer(item) == ("open", "")


def test_keys_choose_verdicts(audit: AuditPage) -> None:
    item = audit.items[0]
    audit.radio(item, "open").focus()
    audit.page.keyboard.press("ArrowLeft")
    expect(audit.status).to_have_text(SAVED)
    expect(audit.radio(item, "na")).to_be_checked()
    assert audit.saved_answer(item) == ("na", "")


def test_a_reload_shows_the_same(audit: AuditPage) -> None:
    first, second = audit.items[:2]
    audit.answer(first, "fail")
    audit.answer(second, "na")
    progress = audit.progress.inner_text()
    audit.page.reload()
    expect(audit.radio(first, "fail")).to_be_checked()
    expect(audit.radio(second, "na")).to_be_checked()
    assert audit.progress.inner_text() == progress


def test_the_edit_link_works_in_another_browser(audit: AuditPage, visitors: Visitors, server: Server) -> None:
    item = audit.items[0]
    audit.answer(item, "fail")
    other = visitors.come(server.url)
    other.goto(audit.url)
    colleague = AuditPage(other)
    expect(colleague.radio(item, "fail")).to_be_checked()
    colleague.answer(item, "pass")
    audit.page.reload()
    expect(audit.radio(item, "pass")).to_be_checked()


@pytest.mark.parametrize("coming_from", ["the audit", "elsewhere"])
def test_the_address_of_an_item_unfolds_it(audit: AuditPage, coming_from: str) -> None:
    item = audit.items[-1]
    expect(audit.note(item)).to_be_hidden()
    if coming_from == "elsewhere":
        audit.page.goto("/")
    audit.page.goto(f"{audit.url}#{item}")
    expect(audit.note(item)).to_be_visible()
    expect(audit.line(item)).to_be_in_viewport()


def test_a_link_to_a_failed_item_unfolds_it(audit: AuditPage) -> None:
    item = audit.items[-1]
    audit.answer(item, "fail")
    audit.outcome.get_by_role("list").get_by_role("link").click()
    expect(audit.note(item)).to_be_visible()


def test_a_title_unfolds_its_item_and_folds_it_again(audit: AuditPage) -> None:
    item = audit.items[3]
    title = audit.line(item).locator("h3 a")
    title.click()
    expect(audit.note(item)).to_be_visible()
    expect(audit.note(audit.items[0])).to_be_hidden()
    title.click()
    expect(audit.note(item)).to_be_hidden()


def test_back_shows_what_is_true_now(audit: AuditPage) -> None:
    item = audit.items[0]
    audit.answer(item, "pass")
    audit.page.evaluate("addEventListener('pageshow', (e) => localStorage.setItem('kept', e.persisted))")
    audit.page.get_by_title("Walkaround: all checklists").click()
    audit.page.wait_for_url("**/")
    audit.page.request.post(f"{audit.url}items/{item}/", form={"verdict": "fail"})
    audit.page.evaluate("history.back()")
    expect(audit.radio(item, "fail")).to_be_checked()
    expect(audit.verdict).not_to_have_text("Approve")
    assert audit.page.evaluate("localStorage.getItem('kept')") == "true", "the page did not come from the cache"


def test_the_token_is_not_in_the_source_of_the_page(audit: AuditPage) -> None:
    source = audit.page.request.get(audit.url).text()
    refused = audit.page.request.post(f"{audit.url}items/{audit.items[0]}/", form={"verdict": "maybe"})
    uncorrected = audit.page.request.post(audit.url, form={"task": ""})
    assert (refused.status, uncorrected.status) == (400, 422)
    assert audit.token not in source + refused.text() + uncorrected.text()
    assert audit.token not in audit.page.content()
