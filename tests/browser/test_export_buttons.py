"""Taking the report away: the clipboard and the files hold what the server exports, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .gate import Gate
from .pages import SAVED, AuditPage, start_from_checklist
from .server import Server
from .visitors import Visitors

NOTE = "it's *slow*: ümläut, <b>, emoji 🛫\nsecond line"
NO_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})"


@pytest.fixture
def page(visitors: Visitors, server: Server) -> Page:
    """A visitor whose clipboard the test may read."""
    return visitors.come(server.url, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def noted(audit: AuditPage) -> AuditPage:
    """An audit with a note that is hard to carry."""
    item = audit.items[0]
    audit.answer(item, "fail")
    audit.unfold(item)
    audit.note(item).fill(NOTE)
    audit.note(item).blur()
    expect(audit.status).to_have_text(SAVED)
    return audit


def copied(audit: AuditPage) -> bytes:
    """Press the button for Markdown, and return what another page of this visitor can paste."""
    audit.copy_markdown.click()
    expect(audit.page.get_by_role("button", name="Copied")).to_be_visible()
    other = audit.page.context.new_page()
    other.goto("/")
    other.bring_to_front()
    return other.evaluate("navigator.clipboard.readText()").encode()


def test_the_copied_markdown_is_the_export(noted: AuditPage) -> None:
    assert copied(noted) == noted.export("md")


def test_markdown_is_copied_where_browsers_offer_no_clipboard(page: Page) -> None:
    page.add_init_script(NO_CLIPBOARD)
    audit = start_from_checklist(page)
    audit.answer(audit.items[0], "fail")
    assert page.evaluate("navigator.clipboard") is None
    assert copied(audit) == audit.export("md")


def test_the_button_says_when_it_could_not_copy(noted: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(noted.page, "ERR_FAILED")
    noted.page.route("**/export.md", lambda route: route.abort())
    noted.copy_markdown.click()
    expect(noted.page.get_by_role("button", name="Not copied")).to_be_visible()


def test_markdown_is_copied_after_what_is_still_being_saved(noted: AuditPage) -> None:
    gate = Gate(noted.page)
    noted.choose(noted.items[1], "fail")
    gate.wait_for(1)
    noted.copy_markdown.click()
    gate.open()
    expect(noted.page.get_by_role("button", name="Copied")).to_be_visible()
    text = noted.page.evaluate("navigator.clipboard.readText()")
    assert text.encode() == noted.export("md")
    assert f"`{noted.items[1]}`" in text


@pytest.mark.parametrize("extension", ["md", "json"])
def test_a_downloaded_file_is_the_export(noted: AuditPage, extension: str) -> None:
    link = noted.markdown_link if extension == "md" else noted.json_link
    with noted.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == f"walkaround.{extension}"
    assert Path(download.value.path()).read_bytes() == noted.export(extension)


def test_the_shared_page_gives_the_same_markdown(noted: AuditPage) -> None:
    shared = noted.page.request.get(f"{noted.view_link.input_value()}export.md")
    assert shared.body() == noted.export("md")
