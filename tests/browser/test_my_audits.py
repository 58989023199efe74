"""My audits in the browser: found again after a restart, forgotten on request; links replaced while somebody has the page open."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .chromium import ARGUMENTS, executable
from .layout import assert_it_fits
from .pages import AuditPage
from .server import Server
from .test_accessibility import assert_accessible
from .visitors import Visitors

TASKS = ["billing.tasks.charge", "mail.tasks.send", "search.tasks.reindex"]


def opened(chromium: Browser, profile: Path) -> BrowserContext:
    """A browser with a profile on disk, as a person has it."""
    options = {"executable_path": executable(), "args": [*ARGUMENTS, "--no-sandbox"]}
    return chromium.browser_type.launch_persistent_context(profile, **options)


def start(page: Page, url: str, task: str) -> None:
    """Start an audit from the home page."""
    page.goto(url)
    page.locator("form.start [name=task]").first.fill(task)
    page.get_by_role("button", name="Start an audit").first.click()
    page.wait_for_url("**/audits/**")


def test_three_audits_are_found_again_after_the_browser_was_closed(
    chromium: Browser, own_server: Server, tmp_path: Path
) -> None:
    with opened(chromium, tmp_path / "profile") as context:
        page = context.new_page()
        for task in TASKS:
            start(page, own_server.url, task)
    own_server.restart()
    with opened(chromium, tmp_path / "profile") as context:
        page = context.new_page()
        page.goto(own_server.url)
        page.get_by_role("link", name="My audits").click()
        expect(page.locator("tbody th a")).to_have_text(TASKS[::-1])
        page.get_by_role("link", name=TASKS[1]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TASKS[1])


def test_somebody_elses_audit_is_kept_on_request(audit: AuditPage, visitors: Visitors, server: Server) -> None:
    other = visitors.come(server.url)
    other.goto(audit.url)
    other.goto("/mine/")
    expect(other.locator("main")).to_contain_text("None yet")
    other.goto(audit.url)
    other.get_by_role("button", name="Keep in my audits").click()
    other.goto("/mine/")
    expect(other.locator("tbody th")).to_contain_text("kept from a link")


def test_one_is_forgotten_at_once_and_all_after_a_question(page: Page, server: Server) -> None:
    for task in TASKS:
        start(page, server.url, task)
    page.goto("/mine/")
    page.get_by_role("button", name=f"Forget {TASKS[0]}").click()
    expect(page.locator("tbody th a")).to_have_text([TASKS[2], TASKS[1]])
    page.get_by_role("link", name="Forget all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forget 2 audits?")
    page.get_by_role("button", name="Forget all 2").click()
    expect(page.locator("main")).to_contain_text("None yet")


@pytest.fixture
def colleague(visitors: Visitors, server: Server, audit: AuditPage) -> AuditPage:
    """Somebody else who has the audit open, and a note half typed."""
    page = visitors.come(server.url)
    visitors.forgive(page, "status of 404")
    page.goto(audit.url)
    return AuditPage(page)


def test_a_page_whose_link_was_replaced_says_so_and_keeps_what_was_typed(
    audit: AuditPage, colleague: AuditPage
) -> None:
    item = colleague.items[0]
    colleague.note(item).fill("half a tho")
    audit.page.get_by_role("link", name="Links and badge").click()
    audit.page.get_by_role("button", name="Replace the edit link").click()
    expect(colleague.page.locator("#notice")).to_contain_text("its link was replaced")
    expect(colleague.note(item)).to_have_value("half a tho")


def test_the_starter_goes_on_under_the_new_link(audit: AuditPage) -> None:
    audit.answer(audit.items[0], "fail")
    old = audit.url
    audit.page.get_by_role("link", name="Links and badge").click()
    audit.page.get_by_role("button", name="Replace the edit link").click()
    audit.page.get_by_role("link", name="Back to the audit").click()
    audit.page.wait_for_url("**/audits/**")
    assert audit.page.url != old
    expect(audit.radio(audit.items[0], "fail")).to_be_checked()


def test_a_view_link_that_is_switched_off_is_not_offered(audit: AuditPage) -> None:
    audit.page.get_by_role("link", name="Links and badge").click()
    audit.page.get_by_role("button", name="Switch it off").click()
    audit.page.get_by_role("link", name="Back to the audit").click()
    expect(audit.share).to_contain_text("Switched off")
    expect(audit.view_link).to_be_hidden()


def test_a_new_audit_from_this_one_shows_the_earlier_answers_and_compares(audit: AuditPage) -> None:
    item = audit.items[0]
    audit.answer(item, "pass")
    audit.page.get_by_role("link", name="New audit from this one").click()
    audit.page.get_by_role("button", name="Start the new audit").click()
    again = AuditPage(audit.page)
    expect(again.line(item).locator(".earlier")).to_contain_text("Last time: Pass")
    again.answer(item, "fail")
    expect(again.status).to_have_text("All changes saved")
    again.page.get_by_role("link", name="Compare with the one before").click()
    expect(again.page.get_by_role("heading", name="Got worse")).to_be_visible()


def test_the_pages_about_lists_and_links_fit_on_a_phone(visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url, width=390)
    start(page, server.url, TASKS[0])
    audit = page.url
    for path in ("/mine/", "/mine/forget/", f"{audit}again/", f"{audit}links/", f"{audit}history/", f"{audit}delete/"):
        page.goto(path)
        assert_it_fits(page)


def test_the_pages_about_lists_and_links_are_accessible(audit: AuditPage) -> None:
    page = audit.page
    for path in ("/mine/", "/mine/forget/", f"{audit.url}again/", f"{audit.url}links/", f"{audit.url}history/"):
        page.goto(path)
        assert_accessible(page)
