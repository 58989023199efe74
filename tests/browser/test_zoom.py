"""Large letters, wide spacing, little motion, forced colours: what readers set stays readable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from . import states
from .layout import UNFOLD_ALL, assert_it_fits, assert_nothing_is_cut_off
from .pages import CHECKLIST, AuditPage
from .server import Server
from .states import Sample
from .visitors import Visitors

ZOOMED = 320  # CSS pixels: a window of 1280 at 400 %
# The spacing of WCAG 2.2, success criterion 1.4.12. The policy of the page allows no style element.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
                     p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((each) => {
  const style = getComputedStyle(each);
  const seconds = `${style.transitionDuration},${style.animationDuration}`.split(",").map(parseFloat);
  return Math.max(...seconds) > 0 || style.scrollBehavior === "smooth";
}).map((each) => each.outerHTML.slice(0, 120))"""
COLOURS = """labels => labels.map((each) => getComputedStyle(each).backgroundColor)"""


@pytest.fixture(scope="module")
def sample(server: Server) -> Sample:
    """An audit that is answered half way."""
    return states.half_answered(server.url)


def addresses(sample: Sample) -> Iterator[str]:
    """Every kind of page."""
    yield from ("/", f"/checklists/{CHECKLIST}/", sample.edit, sample.view)


@pytest.mark.parametrize("spacing", ["as designed", "as WCAG asks for"])
def test_pages_fit_at_400_percent(visitors: Visitors, server: Server, sample: Sample, spacing: str) -> None:
    page = visitors.come(server.url, width=ZOOMED)
    for address in addresses(sample):
        page.goto(address)
        page.evaluate(UNFOLD_ALL)
        if spacing != "as designed":
            page.evaluate(SPACED)
        assert_it_fits(page)
        assert_nothing_is_cut_off(page)


def test_an_error_page_fits_at_400_percent(visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url, width=ZOOMED)
    visitors.forgive(page, "status of 404")
    page.goto("/nowhere/")
    assert_it_fits(page)


def test_wide_spacing_cuts_nothing_off(page: Page, sample: Sample) -> None:
    for address in addresses(sample):
        page.goto(address)
        page.evaluate(SPACED)
        assert_it_fits(page)
        assert_nothing_is_cut_off(page)


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_who_asked_for_that(page: Page, sample: Sample, motion: str, moves: bool) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto(sample.edit)
    assert bool(page.evaluate(MOVING)) == moves


def test_forced_colours_show_the_verdict(page: Page, sample: Sample) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(sample.edit)
    page.evaluate(UNFOLD_ALL)
    audit = AuditPage(page)
    for item in audit.items[:3]:
        labels = audit.line(item).locator(".verdict label")
        chosen = labels.evaluate_all("labels => labels.findIndex((each) => each.matches(':has(:checked)'))")
        colours = labels.evaluate_all(COLOURS)
        assert colours.count(colours[chosen]) == 1, (item, colours)


def test_forced_colours_show_the_focus(page: Page, sample: Sample) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(sample.edit)
    audit = AuditPage(page)
    audit.press("j")
    outline = audit.title(audit.items[-1]).page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
