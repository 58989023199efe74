"""The failed item helps on: a review comment with its own copy button, and copies for other places than GitHub."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .pages import SAVED, AuditPage, ReportPage
from .server import Server
from .visitors import Visitors


@pytest.fixture
def page(visitors: Visitors, server: Server) -> Page:
    """A visitor whose clipboard the test may read."""
    return visitors.come(server.url, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def failed(audit: AuditPage) -> AuditPage:
    """An audit whose first item, in hand, fails with a note."""
    audit.press("f", "e")
    audit.page.keyboard.type("line 12")
    audit.press("Escape")
    expect(audit.status).to_have_text(SAVED)
    return audit


def copied(button: Locator) -> str:
    """Press a button that copies; what can be pasted then."""
    button.click()
    expect(button).to_have_text("Copied")
    return button.page.evaluate("navigator.clipboard.readText()")


def test_only_a_failed_item_offers_a_comment(failed: AuditPage) -> None:
    item = failed.items[0]
    expect(failed.copy_comment(item)).to_be_visible()
    failed.answer(item, "pass")
    expect(failed.copy_comment(item)).to_be_hidden()


def test_the_comment_that_is_copied_is_the_one_of_the_server(failed: AuditPage) -> None:
    item = failed.items[0]
    text = copied(failed.copy_comment(item))
    assert text == failed.page.request.get(f"{failed.url}items/{item}/comment.md").text()
    assert failed.title(item).inner_text() in text
    assert "line 12" in text


def test_a_comment_is_copied_after_what_is_still_being_typed(failed: AuditPage) -> None:
    item = failed.items[0]
    failed.note(item).press_sequentially(" and 13")
    assert " and 13" in copied(failed.copy_comment(item))


def test_the_shared_page_offers_the_same_comment(failed: AuditPage) -> None:
    item = failed.items[0]
    text = copied(failed.copy_comment(item))
    failed.page.goto(failed.view_link.input_value())
    assert copied(ReportPage(failed.page).copy_comment(item)) == text


@pytest.mark.parametrize("where", ["the audit", "the shared page"])
def test_the_report_is_copied_for_every_place(failed: AuditPage, where: str) -> None:
    if where == "the shared page":
        failed.page.goto(failed.view_link.input_value())
    for name, extension in [("GitHub", "md"), ("GitLab", "gitlab.md"), ("plain text", "txt")]:
        button = failed.page.locator(f"p.links button[data-copy$='export.{extension}']")
        expect(button).to_have_text(name)
        assert copied(button).encode() == failed.export(extension)
