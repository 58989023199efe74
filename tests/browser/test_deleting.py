"""Deleting an audit, here or elsewhere, and bringing it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from . import states
from .pages import NOT_SAVED, SAVED, TASK, AuditPage, start_from_home
from .server import Server
from .test_accessibility import assert_accessible
from .visitors import Visitors


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def person(request: pytest.FixtureRequest, visitors: Visitors, server: Server) -> Page:
    """A visitor with or without scripts; a page that is gone is an error to the browser's console."""
    page = visitors.come(server.url, scripts=request.param)
    visitors.forgive(page, "status of 404")
    return page


def delete(page: Page, audit: AuditPage) -> None:
    """Delete by the link on the audit's page."""
    page.goto(audit.url)
    page.get_by_role("link", name="Delete this audit").click()
    page.get_by_role("button", name="Delete this audit").click()


def delete_in_another_tab(audit: AuditPage) -> None:
    """The starter deletes, while the page of the audit stays open."""
    tab = audit.page.context.new_page()
    delete(tab, audit)
    expect(tab.get_by_role("heading")).to_have_text("This audit is deleted")
    tab.close()


def test_deleting_asks_once_and_names_the_task(person: Page) -> None:
    audit = start_from_home(person)
    person.get_by_role("link", name="Delete this audit").click()
    expect(person.get_by_role("heading")).to_contain_text(TASK)
    person.get_by_role("link", name="Keep it").click()
    expect(audit.outcome).to_be_visible()


def test_a_deleted_audit_can_be_restored_and_its_view_link_rests(person: Page) -> None:
    audit = start_from_home(person)
    view = audit.view_link.input_value()
    delete(person, audit)
    expect(person.get_by_role("heading")).to_have_text("This audit is deleted")
    expect(person.locator("main")).not_to_contain_text(TASK)
    assert person.request.get(view).status == 404
    person.get_by_role("button", name="Restore it").click()
    expect(audit.outcome).to_be_visible()
    assert person.request.get(view).status == 200


def test_an_audit_can_be_deleted_for_good(person: Page) -> None:
    audit = start_from_home(person)
    delete(person, audit)
    for _ in range(2):  # the second time after a question
        person.get_by_role("button", name="Delete it for good now").click()
    expect(person).to_have_url("/mine/")
    assert person.request.get(audit.url).status == 404


def test_the_pages_about_deleting_are_accessible(audit: AuditPage) -> None:
    audit.page.goto(f"{audit.url}delete/")
    assert_accessible(audit.page)
    audit.page.get_by_role("button", name="Delete this audit").click()
    expect(audit.page.get_by_role("heading")).to_have_text("This audit is deleted")
    assert_accessible(audit.page)


def test_an_open_page_of_a_deleted_audit_says_so_and_keeps_what_is_typed(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "status of 404|dialog: beforeunload")
    page, item, notice = audit.page, audit.items[0], audit.page.locator("#notice")
    delete_in_another_tab(audit)
    expect(notice).to_contain_text("This audit was deleted")
    audit.write(item, "too late?")
    expect(audit.status).to_have_text(NOT_SAVED)
    expect(audit.problem(item)).to_contain_text("404")
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("This audit is deleted")
    page.get_by_role("button", name="Restore it").click()
    expect(audit.note(item)).to_have_value("too late?")
    audit.problem(item).get_by_role("button", name="Try again").click()
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item)[1] == "too late?"


def test_an_open_shared_page_of_a_deleted_audit_says_so(audit: AuditPage, visitors: Visitors, server: Server) -> None:
    reader = visitors.come(server.url)
    visitors.forgive(reader, "status of 404")
    visitors.forgive(audit.page, "status of 404")
    reader.goto(audit.view_link.input_value())
    delete_in_another_tab(audit)
    expect(reader.locator("#notice")).to_contain_text("This audit was deleted")
    expect(reader.locator("h1")).to_have_text(TASK)
    assert_accessible(reader)
    states.post(f"{audit.url}restore/", {})
    expect(reader.locator("#notice")).to_be_hidden()


def test_the_notice_goes_when_the_audit_is_restored_elsewhere(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "status of 404")
    notice = audit.page.locator("#notice")
    delete_in_another_tab(audit)
    expect(notice).to_be_visible()
    states.post(f"{audit.url}restore/", {})
    expect(notice).to_be_hidden()
