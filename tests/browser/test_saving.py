"""Saving: slow networks, quick fingers, refused values and dead servers. The page never says saved when it is not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .gate import ANSWERS, Gate
from .pages import NOT_SAVED, SAVED, SAVING, AuditPage, start_from_home
from .server import Server
from .visitors import Visitors

TOO_LONG = "x" * 4001


@pytest.fixture
def restartable(visitors: Visitors, own_server: Server) -> AuditPage:
    """An audit on a server that this test may stop and start."""
    page = visitors.come(own_server.url)
    visitors.forgive(page, "Failed to load resource|Failed to fetch|ERR_")
    return start_from_home(page)


def test_the_status_says_saving_until_it_is_saved(audit: AuditPage) -> None:
    gate = Gate(audit.page)
    audit.choose(audit.items[0], "pass")
    gate.wait_for(1)
    expect(audit.status).to_have_text(SAVING)
    gate.open()
    expect(audit.status).to_have_text(SAVED)


@pytest.mark.parametrize("after_answer", [False, True])
def test_of_two_quick_clicks_the_last_one_stays(audit: AuditPage, after_answer: bool) -> None:
    item = audit.items[0]
    gate = Gate(audit.page, after_answer=after_answer)
    audit.choose(item, "fail")
    gate.wait_for(1)
    audit.choose(item, "pass")
    expect(audit.status).to_have_text(SAVING)
    gate.open()
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item) == ("pass", "")
    expect(audit.radio(item, "pass")).to_be_checked()
    audit.page.reload()
    expect(audit.radio(item, "pass")).to_be_checked()


def test_a_storm_of_clicks_ends_with_the_last_one(audit: AuditPage) -> None:
    item = audit.items[0]
    for verdict in ["pass", "fail", "na", "open", "fail", "pass", "na"]:
        audit.choose(item, verdict)
    expect(audit.status).to_have_text(SAVED)
    expect(audit.radio(item, "na")).to_be_checked()
    assert audit.saved_answer(item) == ("na", "")


def test_clicks_on_other_items_do_not_wait_for_the_first(audit: AuditPage) -> None:
    gate = Gate(audit.page)
    chosen = dict(zip(audit.items, ["pass", "fail", "na"], strict=False))
    for item, verdict in chosen.items():
        audit.choose(item, verdict)
    gate.wait_for(3)
    gate.open()
    expect(audit.status).to_have_text(SAVED)
    assert {item: audit.saved_answer(item)[0] for item in chosen} == chosen


def test_answers_that_overtake_each_other_leave_the_newest_counts(audit: AuditPage) -> None:
    gate = Gate(audit.page, after_answer=True)
    for count, item in enumerate(audit.items[:2], start=1):
        audit.choose(item, "pass")
        gate.wait_for(count)
    gate.let_through(1)
    expect(audit.progress).to_contain_text("2 of")
    gate.open()
    expect(audit.status).to_have_text(SAVED)
    expect(audit.progress).to_contain_text("2 of")


def test_a_click_leaves_the_note_alone_that_a_colleague_wrote(
    audit: AuditPage, visitors: Visitors, server: Server
) -> None:
    item = audit.items[0]
    other = visitors.come(server.url)
    other.goto(audit.url)
    audit.write(item, "written meanwhile")
    expect(audit.status).to_have_text(SAVED)
    AuditPage(other).answer(item, "fail")
    assert audit.saved_answer(item) == ("fail", "written meanwhile")


def test_a_note_typed_while_a_verdict_is_on_its_way_is_saved_with_it(audit: AuditPage) -> None:
    item = audit.items[0]
    gate = Gate(audit.page)
    audit.choose(item, "fail")
    gate.wait_for(1)
    audit.write(item, "no limit at all")
    gate.open()
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item) == ("fail", "no limit at all")
    expect(audit.note(item)).to_have_value("no limit at all")


def test_a_note_is_saved_when_typing_pauses(audit: AuditPage) -> None:
    item = audit.items[0]
    audit.write(item, "half a thought")
    expect(audit.status).to_have_text(SAVING)
    expect(audit.status).to_have_text(SAVED)
    expect(audit.note(item)).to_be_focused()
    assert audit.saved_answer(item) == ("open", "half a thought")


def test_a_note_is_saved_when_its_field_is_left(page: Page) -> None:
    page.clock.install()
    audit = start_from_home(page)
    # From here on no pause is ever over.
    page.clock.pause_at("2100-01-01")
    audit.write(audit.items[0], "done")
    with page.expect_response(ANSWERS):
        audit.note(audit.items[0]).blur()
    assert audit.saved_answer(audit.items[0]) == ("open", "done")


def test_line_breaks_of_a_note_are_kept(audit: AuditPage) -> None:
    item = audit.items[0]
    audit.unfold(item)
    audit.note(item).fill("\nfirst\n\n  second\n")
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item) == ("open", "\nfirst\n\n  second\n")
    audit.page.reload()
    expect(audit.note(item)).to_have_value("\nfirst\n\n  second\n")


def test_a_refused_note_is_explained_beside_it_and_kept(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "status of 400")
    item = audit.items[0]
    audit.overfill(item, TOO_LONG)
    expect(audit.problem(item)).to_have_text("A note has at most 4,000 characters; this one has 4001.")
    expect(audit.status).to_have_text(NOT_SAVED)
    expect(audit.note(item)).to_have_value(TOO_LONG)
    assert audit.saved_answer(item) == ("open", "")


def test_a_verdict_after_a_refused_note_does_not_call_the_note_saved(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "status of 400")
    item = audit.items[0]
    audit.overfill(item, TOO_LONG)
    expect(audit.status).to_have_text(NOT_SAVED)
    with audit.page.expect_response(ANSWERS):
        audit.choose(item, "pass")
    expect(audit.progress).to_contain_text("1 of")
    expect(audit.status).to_have_text(NOT_SAVED)
    expect(audit.problem(item)).to_contain_text("4,000")


def test_a_mended_note_is_saved_and_no_longer_marked(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "status of 400")
    item = audit.items[0]
    audit.overfill(item, TOO_LONG)
    expect(audit.problem(item)).not_to_be_empty()
    audit.note(item).fill("short")
    expect(audit.status).to_have_text(SAVED)
    expect(audit.problem(item)).to_be_empty()
    assert audit.saved_answer(item) == ("open", "short")


def test_without_a_server_the_page_says_so_and_saves_by_itself_later(
    restartable: AuditPage, own_server: Server
) -> None:
    audit, (first, second, third) = restartable, restartable.items[:3]
    audit.answer(first, "pass")
    own_server.stop()
    audit.choose(first, "fail")
    audit.choose(second, "na")
    expect(audit.status).to_have_text(NOT_SAVED)
    audit.choose(third, "pass")
    audit.choose(third, "fail")
    own_server.start()
    expect(audit.status).to_have_text(SAVED)
    assert [audit.saved_answer(item)[0] for item in (first, second, third)] == ["fail", "na", "fail"]
    expect(audit.progress).to_contain_text("3 of")


def test_a_note_typed_without_a_server_is_saved_later(restartable: AuditPage, own_server: Server) -> None:
    item = restartable.items[0]
    own_server.stop()
    restartable.write(item, "one")
    expect(restartable.status).to_have_text(NOT_SAVED)
    restartable.write(item, " two")
    own_server.start()
    expect(restartable.status).to_have_text(SAVED)
    assert restartable.saved_answer(item) == ("open", "one two")


def test_leaving_with_something_unsaved_asks_first(
    restartable: AuditPage, own_server: Server, visitors: Visitors
) -> None:
    visitors.forgive(restartable.page, "dialog: beforeunload")
    own_server.stop()
    restartable.choose(restartable.items[0], "fail")
    expect(restartable.status).to_have_text(NOT_SAVED)
    with restartable.page.expect_event("dialog") as asked:
        restartable.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"


def test_a_restart_between_two_clicks_loses_nothing(restartable: AuditPage, own_server: Server) -> None:
    first, second = restartable.items[:2]
    restartable.answer(first, "pass")
    restartable.write(first, "before")
    expect(restartable.status).to_have_text(SAVED)
    own_server.restart()
    restartable.answer(second, "fail")
    restartable.page.reload()
    assert restartable.saved_answer(first) == ("pass", "before")
    assert restartable.saved_answer(second) == ("fail", "")
    expect(restartable.radio(second, "fail")).to_be_checked()
