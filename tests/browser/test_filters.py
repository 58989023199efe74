"""Only what matters now: filters and search leave out the rest, say how much is left, and live in the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from . import states
from .pages import SAVED, AuditPage
from .server import Server
from .states import Sample


@pytest.fixture(scope="module")
def sample(server: Server) -> Sample:
    """An audit that is answered half way, for tests that only read it."""
    return states.half_answered(server.url)


@pytest.fixture
def half(page: Page, sample: Sample) -> AuditPage:
    """Its page, with no item in hand."""
    return shown(page, sample.edit)


@pytest.fixture
def own(page: Page, server: Server) -> AuditPage:
    """The page of such an audit that this test may answer, with no item in hand."""
    return shown(page, states.half_answered(server.url).edit)


def shown(page: Page, address: str) -> AuditPage:
    """The audit at `address`, after the item in hand was let go."""
    page.goto(address)
    audit = AuditPage(page)
    page.locator("li.item.current h3 a").click()
    return audit


def wanted(audit: AuditPage, **values: str) -> list[str]:
    """The items whose answers have these values in the database."""
    answers = audit.saved()["answers"]
    return [a["item"] for a in answers if all(a[name] == value for name, value in values.items())]


FILTERS = [
    ("Open", {"verdict": "open"}),
    ("Failed", {"verdict": "fail"}),
    ("Critical", {"severity": "critical"}),
    ("Major", {"severity": "major"}),
    ("Minor", {"severity": "minor"}),
]


def test_a_filter_shows_what_it_names_and_counts_it(half: AuditPage) -> None:
    for name, values in FILTERS:
        expected = wanted(half, **values)
        expect(half.chip(name).locator(".count")).to_have_text(str(len(expected)))
        half.chip(name).click()
        expect(half.chip(name)).to_have_attribute("aria-pressed", "true")
        assert half.shown() == expected, name
        half.chip(name).click()
        assert half.shown() == half.items, name


def test_a_section_is_chosen_from_a_list_with_counts(half: AuditPage) -> None:
    expected = wanted(half, section="retries")
    assert f"({len(expected)})" in half.sections.locator("option[value=retries]").inner_text()
    half.sections.select_option("retries")
    assert half.shown() == expected


def test_filters_narrow_each_other_and_their_counts_say_so(half: AuditPage) -> None:
    half.chip("Failed").click()
    expected = wanted(half, verdict="fail", severity="major")
    expect(half.chip("Major").locator(".count")).to_have_text(str(len(expected)))
    half.chip("Major").click()
    assert half.shown() == expected


def test_the_other_choice_of_one_filter_replaces_the_first(half: AuditPage) -> None:
    half.chip("Failed").click()
    half.chip("Open").click()
    expect(half.chip("Failed")).to_have_attribute("aria-pressed", "false")
    assert half.shown() == wanted(half, verdict="open")


def test_filters_live_in_the_address(half: AuditPage) -> None:
    half.chip("Open").click()
    half.chip("Critical").click()
    half.search.fill("pickle")
    assert half.page.evaluate("location.search") == "?verdict=open&severity=critical&q=pickle"
    half.show_all.click()
    assert half.page.evaluate("location.search") == ""
    assert half.shown() == half.items


def test_a_reload_and_a_sent_link_show_the_same(half: AuditPage) -> None:
    half.chip("Failed").click()
    half.sections.select_option("arguments")
    half.search.fill("secret")
    before = half.shown()
    half.page.reload()
    expect(half.chip("Failed")).to_have_attribute("aria-pressed", "true")
    expect(half.sections).to_have_value("arguments")
    expect(half.search).to_have_value("secret")
    # A fresh page takes the first open item in hand; let go, it is out of sight again.
    half.page.locator("li.item.current h3 a").click()
    half.search.fill("")
    half.search.fill("secret")
    assert half.shown() == before != []


@pytest.mark.parametrize("values", ["verdict=maybe", "severity=%22%3E%3Cscript%3E&q=%00xyzzy"])
def test_an_empty_state_shows_a_way_out(page: Page, sample: Sample, values: str) -> None:
    page.goto(f"{sample.edit}?{values}")
    page.locator("li.item.current h3 a").click()
    page.get_by_role("searchbox").fill("nothing is like this")
    nothing = page.locator("#nothing")
    expect(nothing).to_be_visible()
    nothing.get_by_role("button").click()
    expect(nothing).to_be_hidden()
    expect(page.locator("li.item:visible")).to_have_count(len(sample.items))


def test_the_item_in_hand_stays_when_an_answer_takes_it_out_of_the_filter(own: AuditPage) -> None:
    own.chip("Open").click()
    first, second = own.shown()[:2]
    own.title(first).click()
    own.answer(first, "pass")
    expect(own.line(first)).to_be_visible()
    expect(own.chip("Open").locator(".count")).to_have_text(str(len(wanted(own, verdict="open"))))
    own.press("n")
    expect(own.title(second)).to_be_focused()


def test_n_walks_through_what_the_filter_shows(half: AuditPage) -> None:
    half.chip("Open").click()
    half.chip("Critical").click()
    for item in half.shown()[:3]:
        half.press("n")
        expect(half.title(item)).to_be_focused()


FOUND = [
    ("bounded-retries", "bounded-retries"),  # a slug
    ("task_time_limit=60", "known-options-only"),  # a line of an example
    ("WHOEVER CALL", "stable-explicit-name"),  # words of a note
    ("pickle accept", "json-only-content"),  # words of a title, in any order
]


def test_search_finds_titles_examples_slugs_and_notes(half: AuditPage) -> None:
    for text, item in FOUND:
        half.search.fill(text)
        assert item in half.shown(), text
        assert len(half.shown()) < len(half.items) / 2, text


def test_search_finds_a_note_as_soon_as_it_is_written(own: AuditPage) -> None:
    item = own.items[-1]
    own.title(item).click()
    own.write(item, "quokka")
    expect(own.status).to_have_text(SAVED)
    own.search.fill("quokka")
    assert own.shown() == [item]


def test_an_address_of_an_item_beats_the_filter(page: Page, sample: Sample) -> None:
    item = sample.items[0].slug
    page.goto(f"{sample.edit}?verdict=fail#{item}")
    expect(page.locator(f"#{item} > form textarea")).to_be_visible()
