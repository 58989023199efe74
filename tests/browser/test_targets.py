"""Whatever can be clicked is at least 24 by 24 CSS pixels, and stays where it is while one clicks it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from . import states
from .layout import UNFOLD_ALL, assert_targets_can_be_hit
from .pages import CHECKLIST, AuditPage
from .server import Server
from .states import Sample
from .visitors import Visitors

WIDTHS = [1280, 390]


@pytest.fixture
def sample(server: Server) -> Sample:
    """An audit that is answered half way."""
    return states.half_answered(server.url)


@pytest.fixture(params=WIDTHS)
def page(visitors: Visitors, server: Server, request: pytest.FixtureRequest) -> Page:
    """A visitor with a wide screen, and one with a phone."""
    return visitors.come(server.url, width=request.param)


@pytest.mark.parametrize("path", ["/", f"/checklists/{CHECKLIST}/"])
def test_targets_of_pages_to_read_can_be_hit(page: Page, path: str) -> None:
    page.goto(path)
    assert_targets_can_be_hit(page)


def test_targets_of_an_audit_can_be_hit(page: Page, sample: Sample) -> None:
    page.goto(sample.edit)
    assert_targets_can_be_hit(page)
    page.evaluate(UNFOLD_ALL)
    assert_targets_can_be_hit(page)


def test_targets_of_a_shared_page_can_be_hit(page: Page, sample: Sample) -> None:
    page.goto(sample.view)
    assert_targets_can_be_hit(page)


def heights(audit: AuditPage) -> list[int]:
    """How high each item is, in CSS pixels."""
    return audit.items_shown.evaluate_all(
        "items => items.map((item) => Math.round(item.getBoundingClientRect().height))"
    )


def clicked(audit: AuditPage, item: str, verdict: str) -> None:
    audit.answer(item, verdict)


def left(audit: AuditPage, item: str, verdict: str) -> None:
    audit.answer(item, verdict)
    audit.page.mouse.move(1, 1)
    audit.page.evaluate("document.activeElement.blur()")


@pytest.mark.parametrize("act", [clicked, left])
def test_an_answer_moves_no_other_item(audit: AuditPage, act: Callable[[AuditPage, str, str], None]) -> None:
    before = heights(audit)
    for item, verdict in zip(audit.items[10:19], ["pass", "fail", "na"] * 3, strict=True):
        act(audit, item, verdict)
        assert heights(audit) == before


def test_the_counts_of_the_filters_move_nothing_when_they_come(page: Page, visitors: Visitors, sample: Sample) -> None:
    visitors.forgive(page, "ERR_FAILED")
    tops = []
    for counted in (True, False):
        if not counted:
            page.route("**/audit*.js", lambda route: route.abort())
        page.goto(sample.edit)
        expect(page.locator("#filters .chip .count").first).to_have_text("" if not counted else re.compile(r"\d"))
        tops.append(page.locator("main > section").first.bounding_box()["y"])
    assert tops[0] == tops[1]
