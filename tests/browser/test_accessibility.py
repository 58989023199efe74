"""axe-core on every page, in light and dark, wide and narrow: it finds nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, Page, expect

from . import states
from .layout import UNFOLD_ALL
from .pages import AUDIT_URL, CHECKLIST, AuditPage
from .server import Server
from .states import Sample
from .visitors import Visitors

WIDTHS = (1280, 390)
# Its rule about the size of targets waits for WCAG 2.2 to be asked for.
EVERY_RULE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# The structure of a page is the same in the dark.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["cat.color"]}
AUDITS = [states.fresh, states.half_answered, states.request_changes]
OUTCOMES = [states.half_answered, states.request_changes, states.approve_with_follow_ups, states.approve]
axe = Axe()


def assert_accessible(page: Page) -> None:
    """axe finds nothing on this page, however it is looked at."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, options in (("light", EVERY_RULE), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found = axe.run(page, options=options)
            assert not found.violations_count, f"{width} {scheme}: {found.generate_report()}"


@pytest.fixture
def error_page(page: Page, visitors: Visitors) -> Callable[[APIResponse], None]:
    """Shows an answer that no link leads to, and checks it."""

    def check(answer: APIResponse, status: int) -> None:
        visitors.forgive(page, f"status of {status}")
        page.route("**/shown", lambda route: route.fulfill(response=answer))
        assert page.goto("/shown").status == status
        assert_accessible(page)

    return check


@pytest.mark.parametrize("path", ["/", f"/checklists/{CHECKLIST}/"])
def test_pages_to_read_are_accessible(page: Page, path: str) -> None:
    page.goto(path)
    assert_accessible(page)


@pytest.mark.parametrize("state", AUDITS)
def test_an_audit_is_accessible(page: Page, server: Server, state: Callable[[str], Sample]) -> None:
    page.goto(state(server.url).edit)
    assert_accessible(page)


def test_unfolded_items_are_accessible(page: Page, server: Server) -> None:
    page.goto(states.half_answered(server.url).edit)
    page.evaluate(UNFOLD_ALL)
    found = axe.run(page, options=EVERY_RULE)
    assert not found.violations_count, found.generate_report()


def test_an_audit_with_a_refused_note_is_accessible(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "status of 400")
    audit.overfill(audit.items[0], "x" * 4001)
    expect(audit.problem(audit.items[0])).to_be_visible()
    assert_accessible(audit.page)


def test_the_list_of_keys_is_accessible(audit: AuditPage) -> None:
    audit.press("?")
    expect(audit.keys).to_be_visible()
    assert_accessible(audit.page)


@pytest.mark.parametrize("state", OUTCOMES)
def test_a_shared_page_is_accessible(page: Page, server: Server, state: Callable[[str], Sample]) -> None:
    page.goto(state(server.url).view)
    assert_accessible(page)


def test_a_refused_start_is_accessible(page: Page, visitors: Visitors) -> None:
    visitors.forgive(page, "status of 422")
    page.goto(f"/checklists/{CHECKLIST}/")
    page.get_by_label("Task under review").fill(" ")
    page.get_by_role("button", name="Start an audit").click()
    expect(page.get_by_text("Name the task")).to_be_visible()
    assert not AUDIT_URL.search(page.url)
    assert_accessible(page)


def test_the_page_for_404_is_accessible(page: Page, error_page: Callable[[APIResponse, int], None]) -> None:
    error_page(page.request.get("/audits/nobody/"), 404)


def test_the_page_for_400_is_accessible(page: Page, error_page: Callable[[APIResponse, int], None]) -> None:
    error_page(page.request.get("/", headers={"Host": "elsewhere.example"}), 400)


def test_the_page_for_403_is_accessible(page: Page, error_page: Callable[[APIResponse, int], None]) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    error_page(page.request.post(f"/checklists/{CHECKLIST}/audits/", headers=foreign, form={"task": "t"}), 403)


def test_the_page_for_500_is_accessible(
    page: Page, own_server: Server, error_page: Callable[[APIResponse, int], None]
) -> None:
    database = next(own_server.var.glob("*.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE catalogue_edition")
    error_page(page.request.get(f"{own_server.url}/"), 500)
