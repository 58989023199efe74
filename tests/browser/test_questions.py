"""What applies: a "no" answers the items that depend on it, on the page too, without loading it again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .pages import SAVED, AuditPage

QUESTION = "retries"
DEPENDENT = ["bounded-retries", "retry-window-covers-outage", "correct-retry-call"]


@pytest.fixture
def declined(audit: AuditPage) -> AuditPage:
    """An audit in which one item was answered by hand before its question was answered with no."""
    audit.answer(DEPENDENT[0], "pass")
    audit.page.evaluate("window.sameDocument = true")
    audit.question(QUESTION, "no").check(force=True)
    expect(audit.progress).to_contain_text(f"{len(DEPENDENT)} of")
    expect(audit.radio(DEPENDENT[-1], "na")).to_be_checked()
    return audit


def test_no_answers_what_depends_on_it_without_loading_the_page(declined: AuditPage) -> None:
    for item in DEPENDENT[1:]:
        expect(declined.radio(item, "na")).to_be_checked()
        expect(declined.note(item)).to_have_value("Does it retry after an error? No.")
        assert declined.saved_answer(item) == ("na", "Does it retry after an error? No.")
    assert declined.page.evaluate("window.sameDocument")


def test_what_was_answered_by_hand_stays(declined: AuditPage) -> None:
    expect(declined.radio(DEPENDENT[0], "pass")).to_be_checked()
    assert declined.saved_answer(DEPENDENT[0]) == ("pass", "")


def test_yes_takes_it_back(declined: AuditPage) -> None:
    declined.question(QUESTION, "yes").check(force=True)
    expect(declined.progress).to_contain_text("1 of")
    for item in DEPENDENT[1:]:
        expect(declined.radio(item, "open")).to_be_checked()
        expect(declined.note(item)).to_have_value("")
    expect(declined.radio(DEPENDENT[0], "pass")).to_be_checked()


def test_the_filters_count_what_a_question_answered(declined: AuditPage) -> None:
    left = len(declined.items) - len(DEPENDENT)
    expect(declined.chip("Open").locator(".count")).to_have_text(str(left))


def test_a_reload_shows_the_questions_as_they_were_answered(declined: AuditPage) -> None:
    declined.page.reload()
    expect(declined.question(QUESTION, "no")).to_be_checked()
    expect(declined.radio(DEPENDENT[1], "na")).to_be_checked()


def test_an_answer_that_a_question_gave_can_be_changed(declined: AuditPage) -> None:
    item = DEPENDENT[1]
    declined.answer(item, "fail")
    declined.question(QUESTION, "yes").check(force=True)
    expect(declined.status).to_have_text(SAVED)
    expect(declined.radio(DEPENDENT[2], "open")).to_be_checked()
    expect(declined.radio(item, "fail")).to_be_checked()
    assert declined.saved_answer(item)[0] == "fail"
