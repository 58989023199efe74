"""Sharing: the view link shows everything and can change nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, expect

from .pages import SAVED, AuditPage, ReportPage, start_from_checklist
from .server import Server
from .visitors import Visitors

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


@pytest.fixture
def page(visitors: Visitors, server: Server) -> Page:
    """A visitor whose clipboard the test may read."""
    return visitors.come(server.url, **CLIPBOARD)


@pytest.fixture
def answered(audit: AuditPage) -> AuditPage:
    """An audit with one failed item and a note of two lines on it."""
    item = audit.first("critical")
    audit.answer(item, "fail")
    audit.unfold(item)
    audit.note(item).fill("no limit\nnowhere")
    audit.note(item).blur()
    expect(audit.status).to_have_text(SAVED)
    return audit


def clipboard(page: Page) -> str:
    """What this visitor copied last."""
    return page.evaluate("navigator.clipboard.readText()")


def test_the_view_link_can_be_copied(audit: AuditPage) -> None:
    audit.copy_view_link.click()
    expect(audit.copy_view_link).to_have_text("Copied")
    assert clipboard(audit.page) == audit.view_link.input_value() == audit.saved()["shared"]


def test_the_edit_link_can_be_copied_without_the_place_on_the_page(audit: AuditPage) -> None:
    audit.page.goto(f"{audit.url}#{audit.items[2]}")
    audit.copy_edit_link.click()
    expect(audit.copy_edit_link).to_have_text("Copied")
    assert clipboard(audit.page) == audit.url


def test_a_shared_page_shows_the_report(answered: AuditPage, visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url)
    page.goto(answered.view_link.input_value())
    shared = ReportPage(page)
    item = answered.first("critical")
    expect(shared.verdict).to_have_text("Request changes")
    expect(shared.progress).to_contain_text(f"1 of {len(answered.items)}")
    expect(shared.line(item).locator(".response")).to_have_text("Fail", ignore_case=True)
    assert shared.line(item).locator(".note").inner_text() == "no limit\nnowhere"


def test_a_shared_page_has_nothing_to_edit_with(answered: AuditPage, visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url)
    page.goto(answered.view_link.input_value())
    expect(ReportPage(page).items_shown).to_have_count(len(answered.items))
    expect(page.locator("form, input, textarea, select, [contenteditable]")).to_have_count(0)
    expect(page.locator("button:not([data-copy], [data-theme-switch])")).to_have_count(0)


def test_the_edit_token_reaches_no_viewer(answered: AuditPage, visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url, **CLIPBOARD)
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    page.goto(answered.view_link.input_value())
    shared = ReportPage(page)
    shared.copy_markdown.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    sent = [f"{request.url} {request.all_headers()} {request.post_data}" for request in requests]
    received = [request.response().text() for request in requests]
    seen = [*sent, *received, page.content(), clipboard(page), shared.export("json").decode()]
    assert len(requests) > 3
    assert not [text for text in seen if answered.token in text]


def test_the_shared_page_follows_the_audit(answered: AuditPage, visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url)
    page.goto(answered.view_link.input_value())
    answered.answer(answered.first("critical"), "pass")
    page.reload()
    expect(ReportPage(page).verdict).to_have_text("Incomplete")


def test_a_view_link_cannot_be_used_as_an_edit_link(answered: AuditPage, visitors: Visitors, server: Server) -> None:
    visitors.forgive(answered.page, "status of 404")
    answered.page.goto(answered.view_link.input_value().replace("/shared/", "/audits/"))
    expect(answered.page.get_by_role("heading", level=1)).to_have_text("There is no such page")


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "\"'><script>alert(1)</script>", "{{ 7|add:7 }}"])
def test_what_a_reviewer_types_is_shown_and_never_run(
    page: Page, visitors: Visitors, server: Server, text: str
) -> None:
    audit = start_from_checklist(page, task=text)
    item = audit.first("critical")
    audit.answer(item, "fail")
    audit.write(item, text)
    expect(audit.status).to_have_text(SAVED)
    audit.page.reload()
    expect(audit.note(item)).to_have_value(text)
    viewer = visitors.come(server.url)
    viewer.goto(audit.view_link.input_value())
    expect(viewer.get_by_role("heading", level=1)).to_have_text(text)
    expect(viewer.locator(f"#{item} .note")).to_have_text(text)
