"""What the tests of layout ask a page: whether anything is wider than the screen, cut off, or too small to hit."""

from __future__ import annotations

from playwright.sync_api import Page

# What sticks out to the right, unless something around it scrolls or clips on purpose.
STICKING_OUT = """(width) => {
  const clips = (each) => each && each !== document.documentElement && each !== document.body
    && (getComputedStyle(each).overflowX !== "visible" || clips(each.parentElement));
  const sticksOut = (each) => each.checkVisibility() && each.getBoundingClientRect().right > width + 0.5;
  return [...document.body.querySelectorAll("*")]
    .filter((each) => sticksOut(each) && !clips(each.parentElement))
    .map((each) => each.outerHTML.slice(0, 120));
}"""

# What holds more than it shows and cannot be scrolled. The name of the task in the bar ends in dots on purpose, and so does
# the section beside it; both stand in full further down.
CUT_OFF = """() => [...document.body.querySelectorAll("*")]
  .filter((each) => each.checkVisibility() && !each.closest(".unseen, .skip, .bar .task, .here"))
  .filter((each) => ["hidden", "clip"].includes(getComputedStyle(each).overflowX))
  .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
  .map((each) => each.outerHTML.slice(0, 120))"""

# The rule's exception: a link inside a sentence is as high as its line.
TOO_SMALL = """(least) => {
  const inSentence = (each) => getComputedStyle(each).display === "inline"
    && each.parentElement.textContent.trim().length > each.textContent.trim().length;
  const box = (each) => (each.closest("label") ?? each).getBoundingClientRect();
  return [...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.matches(".skip") && !inSentence(each))
    .map((each) => [Math.round(box(each).width * 10) / 10, Math.round(box(each).height * 10) / 10, each.outerHTML.slice(0, 120)])
    .filter(([width, height]) => Math.min(width, height) < least);
}"""

UNFOLD_ALL = "document.querySelectorAll('li.item').forEach((item) => item.classList.add('current'))"
LEAST = 24  # CSS pixels: WCAG 2.2, success criterion 2.5.8


def assert_it_fits(page: Page) -> None:
    """Nothing has to be scrolled sideways to be read."""
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(STICKING_OUT, width) == []


def assert_nothing_is_cut_off(page: Page) -> None:
    """No text ends at an edge that hides the rest."""
    assert page.evaluate(CUT_OFF) == []


def assert_targets_can_be_hit(page: Page) -> None:
    """Whatever can be clicked is large enough for an unsteady hand."""
    assert page.evaluate(TOO_SMALL, LEAST) == []
