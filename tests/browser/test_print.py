"""The shared page on paper: no controls, nothing cut, links written out."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from . import states
from .layout import assert_it_fits, assert_nothing_is_cut_off
from .server import Server
from .states import Sample

# Points, and the CSS pixels that the margins of the stylesheet leave for text.
PAPERS = {"A4": ((595, 842), 673), "Letter": ((612, 792), 695)}


@pytest.fixture
def sample(server: Server) -> Sample:
    """A finished audit with failures and notes."""
    return states.request_changes(server.url)


def on_paper(page: Page, sample: Sample, paper: str = "A4") -> None:
    """Show the shared page as it is printed."""
    page.goto(sample.view)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPERS[paper][1], "height": 900})


def visible(found: Locator) -> list[str]:
    """The text of what can be seen."""
    return [each.inner_text() for each in found.all() if each.is_visible()]


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_cut_on_paper(page: Page, sample: Sample, paper: str) -> None:
    on_paper(page, sample, paper)
    assert_it_fits(page)
    assert_nothing_is_cut_off(page)


def test_no_control_is_printed(page: Page, sample: Sample) -> None:
    on_paper(page, sample)
    assert visible(page.locator("button, input, select, textarea, nav, [data-copy], a[download], .skip")) == []


def test_the_report_is_printed(page: Page, sample: Sample) -> None:
    on_paper(page, sample)
    expect(page.locator("#outcome")).to_contain_text("Request changes")
    for found in (page.locator(".bar .task"), page.locator("#failures"), page.locator(".item .note").first):
        expect(found).to_be_visible()
    assert len(visible(page.locator("li.item"))) >= len(sample.items)


def test_links_to_sources_are_written_out(page: Page, sample: Sample) -> None:
    on_paper(page, sample)
    link = page.locator(".failure .facts a").first
    written = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert link.get_attribute("href") in written


def test_the_change_under_review_is_written_out(page: Page, sample: Sample) -> None:
    on_paper(page, sample)
    expect(page.locator(".subject")).to_contain_text("https://example.org/pull/1")


def test_items_are_not_cut_between_pages(page: Page, sample: Sample) -> None:
    on_paper(page, sample)
    breaks = page.locator("li.item").evaluate_all("items => items.map((each) => getComputedStyle(each).breakInside)")
    headings = page.locator("h2").evaluate_all("all => all.map((each) => getComputedStyle(each).breakAfter)")
    assert (set(breaks), set(headings)) == ({"avoid"}, {"avoid"})


def test_paper_is_white_in_the_dark_too(page: Page, sample: Sample) -> None:
    page.emulate_media(color_scheme="dark")
    on_paper(page, sample)
    colour = "element => getComputedStyle(element).{}"
    assert page.locator("body").evaluate(colour.format("backgroundColor")) == "rgb(255, 255, 255)"
    red, green, blue = map(int, re.findall(r"\d+", page.locator("h1").evaluate(colour.format("color"))))
    assert max(red, green, blue) < 100


@pytest.mark.parametrize("paper", PAPERS)
def test_the_paper_keeps_its_size(page: Page, sample: Sample, paper: str, tmp_path: Path) -> None:
    page.goto(sample.view)
    pdf = page.pdf(path=tmp_path / "report.pdf", format=paper)
    boxes = re.findall(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert boxes
    for width, height in boxes:
        assert (float(width), float(height)) == pytest.approx(PAPERS[paper][0], abs=1.5)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed")
def test_a_printed_report_holds_every_title(page: Page, sample: Sample, tmp_path: Path) -> None:
    page.goto(sample.view)
    titles = page.locator("li.item h3 a").all_inner_texts()
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    text = subprocess.run(
        ["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, check=True, text=True
    ).stdout
    words = " ".join(text.split())
    assert [title for title in titles if title not in words] == []
