"""Light and dark: the system decides, a click overrules it, and no page shows the wrong one first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from . import states
from .pages import CHECKLIST, ReportPage
from .server import Server
from .visitors import Visitors

DARKER = {"light": False, "dark": True}
IS_DARK = """() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return red + green + blue < 3 * 128;
}"""
# What the page says about the theme at the moment when its body begins, which is before anything can be painted.
REMEMBER_THE_START = """new MutationObserver((changes, observer) => {
  if (!document.body) return;
  observer.disconnect();
  window.atStart = [document.documentElement.dataset.theme, document.documentElement.classList.contains("js")];
}).observe(document, {childList: true, subtree: true})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_system(page: Page, scheme: str) -> None:
    page.goto("/")
    for wanted in (scheme, "dark" if scheme == "light" else "light"):
        page.emulate_media(color_scheme=wanted)
        assert page.evaluate(IS_DARK) == DARKER[wanted]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_click_overrules_the_system_and_another_takes_it_back(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/")
    switch = ReportPage(page).theme_switch
    switch.click()
    assert page.evaluate(IS_DARK) != DARKER[scheme]
    switch.click()
    assert page.evaluate(IS_DARK) == DARKER[scheme]


def test_the_choice_holds_on_every_page_and_after_a_reload(page: Page, server: Server) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    ReportPage(page).theme_switch.click()
    page.reload()
    assert page.evaluate(IS_DARK)
    sample = states.fresh(server.url)
    for address in (f"/checklists/{CHECKLIST}/", sample.edit, sample.view):
        page.goto(address)
        assert page.evaluate(IS_DARK), address


def test_a_chosen_theme_is_there_before_the_first_paint(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    ReportPage(page).theme_switch.click()
    page.add_init_script(REMEMBER_THE_START)
    page.reload()
    assert page.evaluate("window.atStart") == ["dark", True]


def test_without_scripts_the_system_decides(visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url, scripts=False, color_scheme="dark")
    page.goto("/")
    expect(ReportPage(page).theme_switch).to_be_hidden()
    assert page.evaluate(IS_DARK)


def test_where_storage_is_refused_the_switch_still_works(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused') }})")
    page.emulate_media(color_scheme="light")
    page.goto("/")
    ReportPage(page).theme_switch.click()
    assert page.evaluate(IS_DARK)
