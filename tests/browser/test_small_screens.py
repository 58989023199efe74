"""On a phone nothing is wider than the screen, whatever was typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .gate import ANSWERS
from .layout import UNFOLD_ALL, assert_it_fits
from .pages import CHECKLIST, NOT_SAVED, SAVED, AuditPage, start_from_checklist
from .server import Server
from .visitors import Visitors

WIDTH = 390
LONG_TASK = "billing." * 24 + "charge"
LONG_URL = "https://example.org/" + "a" * 470


@pytest.fixture
def page(visitors: Visitors, server: Server) -> Page:
    """A visitor with a phone."""
    return visitors.come(server.url, width=WIDTH)


@pytest.fixture
def long_audit(page: Page) -> AuditPage:
    """An audit whose texts are as long as they may be, without a space in them."""
    audit = start_from_checklist(page, task=LONG_TASK, url=LONG_URL)
    item = audit.first("critical")
    audit.answer(item, "fail")
    audit.unfold(item)
    audit.note(item).fill("n" * 4000)
    audit.note(item).blur()
    expect(audit.status).to_have_text(SAVED)
    return audit


@pytest.mark.parametrize("path", ["/", f"/checklists/{CHECKLIST}/"])
def test_pages_to_read_fit_a_phone(page: Page, path: str) -> None:
    page.goto(path)
    assert_it_fits(page)


def test_every_item_of_an_audit_fits_a_phone(long_audit: AuditPage) -> None:
    assert_it_fits(long_audit.page)
    long_audit.page.evaluate(UNFOLD_ALL)
    assert_it_fits(long_audit.page)


def test_a_shared_page_fits_a_phone(long_audit: AuditPage) -> None:
    long_audit.page.goto(long_audit.view_link.input_value())
    assert_it_fits(long_audit.page)


def test_verdicts_can_be_hit_with_a_finger(long_audit: AuditPage) -> None:
    item = long_audit.items[0]
    for verdict in ("pass", "fail", "na", "open"):
        box = long_audit.line(item).locator(f"label:has(input[value={verdict}])").bounding_box()
        assert box and box["width"] >= 24 and box["height"] >= 24, (verdict, box)


def test_a_phone_shows_the_progress_while_answering(long_audit: AuditPage) -> None:
    long_audit.answer(long_audit.items[-1], "pass")
    expect(long_audit.progress).to_be_in_viewport()


def test_a_phone_shows_that_an_answer_is_not_saved(long_audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(long_audit.page, "ERR_FAILED|Failed to fetch")
    long_audit.page.route(ANSWERS, lambda route: route.abort())
    long_audit.choose(long_audit.items[-1], "pass")
    expect(long_audit.status).to_have_text(NOT_SAVED)
    expect(long_audit.status).to_be_in_viewport()
    assert_it_fits(long_audit.page)
