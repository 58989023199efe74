"""The keyboard alone is enough: every key of the list, where the focus is after each, and how the keys are switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .gate import Gate
from .pages import SAVED, AuditPage, start_from_home, start_with_keys
from .server import Server
from .visitors import Visitors

VERDICTS = {"p": "pass", "f": "fail", "a": "na"}


@pytest.fixture
def page(visitors: Visitors, server: Server) -> Page:
    """A visitor whose clipboard the test may read."""
    return visitors.come(server.url, permissions=["clipboard-read", "clipboard-write"])


def verdicts(audit: AuditPage) -> list[str]:
    """What the database holds, item by item."""
    return [answer["verdict"] for answer in audit.saved()["answers"]]


def test_a_whole_audit_needs_no_mouse(page: Page) -> None:
    audit = start_with_keys(page)
    chosen = [key for _, key in zip(audit.items, "ppfap" * len(audit.items), strict=False)]
    for item, key in zip(audit.items, chosen, strict=True):
        audit.press(key)
        expect(audit.title(item)).to_be_focused()
        expect(audit.radio(item, VERDICTS[key])).to_be_checked()
        audit.press("n")
    expect(audit.title(audit.items[-1])).to_be_focused()
    expect(audit.status).to_have_text(SAVED)
    expect(audit.progress).to_contain_text(f"{len(audit.items)} of {len(audit.items)}")
    assert verdicts(audit) == [VERDICTS[key] for key in chosen]


def test_j_and_k_take_the_next_and_the_previous_item_in_hand(audit: AuditPage) -> None:
    for key, place in [("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)]:
        audit.press(key)
        expect(audit.title(audit.items[place])).to_be_focused()
        expect(audit.note(audit.items[place])).to_be_visible()
        expect(audit.title(audit.items[place])).to_be_in_viewport()


def test_j_stays_at_the_last_item(audit: AuditPage) -> None:
    audit.title(audit.items[-1]).click()
    audit.press("j")
    expect(audit.title(audit.items[-1])).to_be_focused()


def test_n_passes_over_what_is_answered_and_begins_again_at_the_top(audit: AuditPage) -> None:
    for item in audit.items[1:3]:
        audit.answer(item, "pass")
    audit.title(audit.items[0]).click()
    audit.title(audit.items[0]).click()
    audit.press("n")
    expect(audit.title(audit.items[3])).to_be_focused()
    audit.title(audit.items[-1]).click()
    audit.press("n")
    expect(audit.title(audit.items[0])).to_be_focused()


def test_o_takes_an_answer_back(audit: AuditPage) -> None:
    audit.press("f")
    expect(audit.progress).to_contain_text("1 of")
    audit.press("o")
    expect(audit.progress).to_contain_text("0 of")
    expect(audit.title(audit.items[0])).to_be_focused()
    assert audit.saved_answer(audit.items[0]) == ("open", "")


def test_e_writes_a_note_and_escape_leaves_it_saved(audit: AuditPage) -> None:
    item = audit.items[1]
    audit.press("j", "j", "e")
    expect(audit.note(item)).to_be_focused()
    audit.page.keyboard.type("no limit")
    audit.press("Escape")
    expect(audit.title(item)).to_be_focused()
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item) == ("open", "no limit")


def test_slash_searches_and_escape_leads_back(audit: AuditPage) -> None:
    audit.press("/")
    expect(audit.search).to_be_focused()
    expect(audit.search).to_have_value("")
    audit.page.keyboard.type("pickle")
    assert len(audit.shown()) < len(audit.items)
    audit.press("Escape")
    expect(audit.title(audit.shown()[0])).to_be_focused()


def test_g_then_s_leads_to_sharing(audit: AuditPage) -> None:
    audit.press("s")
    expect(audit.share).not_to_be_focused()
    audit.press("g", "s")
    expect(audit.share).to_be_focused()
    expect(audit.view_link).to_be_in_viewport()


def test_m_copies_the_markdown(audit: AuditPage) -> None:
    audit.press("f", "m")
    expect(audit.page.get_by_role("button", name="Copied")).to_be_visible()
    assert audit.page.evaluate("document.activeElement !== document.body")
    assert audit.page.evaluate("navigator.clipboard.readText()").encode() == audit.export("md")
    audit.press("j")
    expect(audit.title(audit.items[1])).to_be_focused()


def test_the_list_of_keys_opens_and_closes_where_one_was(audit: AuditPage) -> None:
    audit.press("j", "j", "?")
    expect(audit.keys).to_be_visible()
    audit.press("p")
    audit.press("Escape")
    expect(audit.keys).to_be_hidden()
    expect(audit.title(audit.items[1])).to_be_focused()
    assert set(verdicts(audit)) == {"open"}


def test_the_list_names_every_key(audit: AuditPage) -> None:
    audit.press("?")
    named = audit.keys.locator("kbd").all_inner_texts()
    assert set(named) == {*"jknpfaoe/gsm?", "Esc"}


def test_letters_typed_into_a_field_are_only_text(audit: AuditPage) -> None:
    for field in (audit.note(audit.items[0]), audit.task, audit.sections, audit.search):
        field.focus()
        audit.press(*"jfpan?")
        expect(field).to_be_focused()
    expect(audit.keys).to_be_hidden()
    expect(audit.status).to_have_text(SAVED)
    assert set(verdicts(audit)) == {"open"}


def test_keys_work_with_caps_lock(audit: AuditPage) -> None:
    audit.press("J", "P")
    expect(audit.radio(audit.items[0], "pass")).to_be_checked()


def test_every_item_says_whether_it_is_unfolded(audit: AuditPage) -> None:
    assert [audit.title(item).get_attribute("aria-expanded") for item in audit.items[:3]] == ["true", "false", "false"]
    audit.press("j", "j")
    assert [audit.title(item).get_attribute("aria-expanded") for item in audit.items[:3]] == ["false", "true", "false"]


def test_keys_with_a_modifier_belong_to_the_browser(audit: AuditPage) -> None:
    audit.press("j", "j", *(f"{modifier}+{key}" for modifier in ("Control", "Alt", "Meta") for key in "faoek"))
    expect(audit.title(audit.items[1])).to_be_focused()
    assert set(verdicts(audit)) == {"open"}


def test_switched_off_keys_stay_off_after_a_reload(audit: AuditPage) -> None:
    audit.press("?")
    audit.keys_switch.uncheck()
    audit.press("Escape")
    audit.page.reload()
    audit.press("f", "j", "e")
    expect(audit.title(audit.items[1])).not_to_be_focused()
    assert set(verdicts(audit)) == {"open"}
    audit.press("?")
    expect(audit.keys_switch).not_to_be_checked()
    audit.keys_switch.check()
    audit.press("Escape", "f")
    expect(audit.progress).to_contain_text("1 of")


@pytest.mark.parametrize("verdict", ["pass", "fail"])
def test_a_save_leaves_the_focus_where_it_was(audit: AuditPage, verdict: str) -> None:
    audit.answer(audit.items[0], verdict)
    expect(audit.radio(audit.items[0], verdict)).to_be_focused()


@pytest.mark.parametrize("place", ["#sections a >> nth=2", "#outcome .because a"])
def test_a_save_that_arrives_late_leaves_the_focus_on_a_link_that_it_replaces(page: Page, place: str) -> None:
    audit = start_from_home(page)
    audit.answer(audit.items[0], "fail")
    gate = Gate(page)
    audit.press("j", "f")
    gate.wait_for(1)
    link = page.locator(place)
    link.focus()
    text = link.inner_text()
    gate.open()
    expect(audit.status).to_have_text(SAVED)
    assert page.evaluate("document.activeElement.innerText.split('\\n')[0]") == text.split("\n")[0]
