"""Two people, one audit: each sees what the other did, nobody overwrites what they had not seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Request, Response, expect

from . import states
from .gate import Gate, until
from .pages import SAVED, AuditPage
from .server import Server
from .test_accessibility import assert_accessible
from .visitors import Visitors

LONG_AGO = "const now = Date.now; Date.now = () => now() + 11_000"
NO_PAUSE = """() => {
  const wait = window.setTimeout;
  window.setTimeout = (what, pause, ...rest) => wait(what, pause === 700 ? 60_000 : pause, ...rest);
}"""
# Keeps every wait for the next look of the page, how often there was one, and which of them are not over.
COUNTED = """
  window.looks = { pauses: [], waiting: new Set() };
  const { setTimeout: wait, clearTimeout: end } = window;
  window.setTimeout = (what, pause, ...rest) => {
    if (what.name !== "look") return wait(what, pause, ...rest);
    const timer = wait(() => (window.looks.waiting.delete(timer), what()), pause);
    window.looks.pauses.push(pause);
    window.looks.waiting.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => (window.looks.waiting.delete(timer), end(timer));
"""
HIDE = """
  Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
"""


@pytest.fixture
def mine(audit: AuditPage, visitors: Visitors) -> AuditPage:
    """The audit as I have it open."""
    visitors.forgive(audit.page, "status of 409|ERR_FAILED|ERR_INTERNET|Failed to fetch|dialog: beforeunload")
    return audit


@pytest.fixture
def blind(mine: AuditPage) -> AuditPage:
    """The audit in a page that does not learn what others do."""
    mine.page.route("**/changes", lambda route: route.abort())
    return mine


def theirs(audit: AuditPage, item: str, **values: str) -> None:
    """The other person answers an item."""
    states.post(f"{audit.url}items/{item}/", {"by": "Robin", **values})


def choose(audit: AuditPage, item: str, button: str) -> None:
    """Decide between two values."""
    audit.problem(item).get_by_role("button", name=button).click()


def place(element: Locator) -> float:
    """How far an element is from the top of the window."""
    return element.evaluate("element => element.getBoundingClientRect().top")


def test_a_colleagues_change_appears_beside_a_half_typed_note(mine: AuditPage) -> None:
    item, other = mine.items[12], mine.items[0]
    mine.write(item, "saved; ")
    expect(mine.status).to_have_text(SAVED)
    gate = Gate(mine.page)
    mine.write(item, "half a thou")
    before = place(mine.note(item))
    theirs(mine, other, verdict="fail", note="theirs")
    expect(mine.radio(other, "fail")).to_be_checked()
    expect(mine.note(other)).to_have_value("theirs")
    expect(mine.progress).to_contain_text("1 of")
    expect(mine.note(item)).to_be_focused()
    mine.press("g", "h", "t")
    expect(mine.note(item)).to_have_value("saved; half a thought")
    assert place(mine.note(item)) == pytest.approx(before, abs=1)
    gate.open()
    expect(mine.status).to_have_text(SAVED)


def test_a_link_in_the_list_of_sections_keeps_the_focus(mine: AuditPage) -> None:
    link = mine.page.locator("#sections a").nth(1)
    link.focus()
    theirs(mine, mine.items[0], verdict="fail")
    expect(mine.radio(mine.items[0], "fail")).to_be_checked()
    expect(mine.section_count(mine.section_title(mine.items[0]))).to_contain_text("1/")
    expect(link).to_be_focused()


def test_two_browsers_on_different_items_never_disturb_each_other(
    mine: AuditPage, visitors: Visitors, server: Server
) -> None:
    page = visitors.come(server.url)
    page.goto(mine.url)
    other = AuditPage(page)
    for first, second in zip(mine.items[:10:2], mine.items[1:10:2], strict=True):
        mine.choose(first, "pass")
        other.choose(second, "fail")
    for one in (mine, other):
        expect(one.status).to_have_text(SAVED)
        expect(one.progress).to_contain_text("10 of")
    assert [mine.saved_answer(item)[0] for item in mine.items[:10]] == ["pass", "fail"] * 5


@pytest.mark.parametrize(("button", "note"), [("Keep theirs", "theirs"), ("Use mine", "mine")])
def test_a_half_typed_note_that_a_colleague_changed_asks(mine: AuditPage, button: str, note: str) -> None:
    item = mine.items[0]
    mine.unfold(item)
    mine.note(item).focus()
    # Typing never pauses until the field is left.
    mine.page.evaluate(NO_PAUSE)
    mine.note(item).press_sequentially("mine")
    theirs(mine, item, note="theirs")
    theirs(mine, mine.items[1], verdict="pass")
    expect(mine.radio(mine.items[1], "pass")).to_be_checked()
    expect(mine.note(item)).to_have_value("mine")
    mine.note(item).blur()
    for words in ("Robin changed the note", "theirs", "mine"):
        expect(mine.problem(item)).to_contain_text(words)
    assert mine.saved_answer(item)[1] == "theirs"
    choose(mine, item, button)
    expect(mine.status).to_have_text(SAVED)
    expect(mine.note(item)).to_have_value(note)
    expect(mine.note(item)).to_be_focused()
    assert mine.saved_answer(item)[1] == note


def test_a_fresh_click_wins_over_what_it_did_not_see(blind: AuditPage) -> None:
    item = blind.items[0]
    theirs(blind, item, verdict="pass")
    blind.answer(item, "fail")
    assert blind.saved_answer(item)[0] == "fail"


@pytest.mark.parametrize(("button", "verdict"), [("Keep theirs", "pass"), ("Use mine", "fail")])
def test_an_old_click_asks_before_it_overwrites(blind: AuditPage, button: str, verdict: str) -> None:
    item = blind.items[0]
    blind.page.context.set_offline(True)
    blind.choose(item, "fail")
    expect(blind.status).to_contain_text("1 change waiting")
    theirs(blind, item, verdict="pass")
    blind.page.evaluate(LONG_AGO)
    blind.page.context.set_offline(False)
    expect(blind.problem(item)).to_contain_text("Robin changed the verdict")
    assert blind.saved_answer(item)[0] == "pass"
    choose(blind, item, button)
    expect(blind.status).to_have_text(SAVED)
    expect(blind.radio(item, verdict)).to_be_checked()
    assert blind.saved_answer(item)[0] == verdict


def test_a_question_to_decide_survives_a_reload(blind: AuditPage) -> None:
    item = blind.items[0]
    theirs(blind, item, note="theirs")
    blind.write(item, "mine")
    expect(blind.problem(item)).to_contain_text("Robin changed the note")
    blind.page.reload()
    expect(blind.status).to_have_text("Not saved: see the marked item")
    choose(blind, item, "Use mine")
    expect(blind.status).to_have_text(SAVED)
    assert blind.saved_answer(item)[1] == "mine"


def test_verdict_and_note_of_one_item_can_both_be_asked(blind: AuditPage) -> None:
    item = blind.items[0]
    blind.page.context.set_offline(True)
    blind.choose(item, "fail")
    blind.write(item, "mine")
    expect(blind.status).to_contain_text("2 changes waiting")
    theirs(blind, item, verdict="pass", note="theirs")
    blind.page.evaluate(LONG_AGO)
    blind.page.context.set_offline(False)
    questions = blind.problem(item).locator(".conflict")
    expect(questions).to_have_count(2)
    assert_accessible(blind.page)
    questions.filter(has_text="the note").get_by_role("button", name="Use mine").click()
    expect(questions).to_have_count(1)
    choose(blind, item, "Keep theirs")
    expect(blind.status).to_have_text(SAVED)
    assert blind.saved_answer(item) == ("pass", "mine")


def test_a_click_does_not_make_the_note_beside_it_overwrite_what_nobody_saw(blind: AuditPage) -> None:
    item = blind.items[0]
    theirs(blind, item, note="theirs")
    blind.answer(item, "fail")
    blind.write(item, "mine")
    expect(blind.problem(item)).to_contain_text("theirs")
    assert blind.saved_answer(item) == ("fail", "theirs")


def test_what_arrived_while_the_field_had_the_focus_is_shown_when_it_is_left(mine: AuditPage) -> None:
    item = mine.items[0]
    mine.unfold(item)
    mine.note(item).focus()
    theirs(mine, item, note="theirs", verdict="na")
    expect(mine.radio(item, "na")).to_be_checked()
    expect(mine.note(item)).to_have_value("")
    mine.note(item).blur()
    expect(mine.note(item)).to_have_value("theirs")


def test_an_older_answer_of_the_server_is_not_shown_over_a_newer_click(mine: AuditPage) -> None:
    item = mine.items[0]
    gate = Gate(mine.page, "**/changes", after_answer=True)
    theirs(mine, item, verdict="na")
    gate.wait_for(1)
    mine.answer(item, "fail")
    gate.open()
    mine.page.wait_for_timeout(500)
    expect(mine.radio(item, "fail")).to_be_checked()
    assert mine.saved_answer(item)[0] == "fail"


def test_a_colleagues_correction_and_answer_to_a_question_appear(mine: AuditPage) -> None:
    open_items = len(mine.items)
    expect(mine.chip("Open").locator(".count")).to_have_text(str(open_items))
    states.post(mine.url, {"task": "billing.tasks.refund", "url": "https://example.org/pull/2"})
    states.post(f"{mine.url}questions/", {"question-retries": "no"})
    expect(mine.page.get_by_role("heading", level=1)).to_have_text("billing.tasks.refund")
    expect(mine.page.get_by_role("link", name="https://example.org/pull/2")).to_be_visible()
    expect(mine.task).to_have_value("billing.tasks.refund")
    expect(mine.change).to_have_value("https://example.org/pull/2")
    expect(mine.question("retries", "no")).to_be_checked()
    expect(mine.radio("bounded-retries", "na")).to_be_checked()
    expect(mine.chip("Open").locator(".count")).to_have_text(str(open_items - 3))


def test_a_half_typed_correction_stays(mine: AuditPage) -> None:
    mine.task.fill("billing.tasks.charge_later")
    mine.change.focus()
    states.post(mine.url, {"task": "billing.tasks.refund"})
    expect(mine.page.get_by_role("heading", level=1)).to_have_text("billing.tasks.refund")
    expect(mine.task).to_have_value("billing.tasks.charge_later")
    expect(mine.change).to_be_focused()


def test_an_old_answer_to_a_question_asks_before_it_overwrites(blind: AuditPage) -> None:
    page, problem = blind.page, blind.page.locator("#questions .problem")
    page.context.set_offline(True)
    blind.question("retries", "no").check(force=True)
    expect(blind.status).to_contain_text("1 change waiting")
    for reply in ("no", "yes"):
        states.post(f"{blind.url}questions/", {"question-retries": reply, "by": "Robin"})
    page.evaluate(LONG_AGO)
    page.context.set_offline(False)
    expect(problem).to_contain_text("Robin changed the answer")
    problem.get_by_role("button", name="Keep theirs").click()
    expect(blind.status).to_have_text(SAVED)
    expect(blind.question("retries", "yes")).to_be_checked()
    expect(blind.question("retries", "yes")).to_be_focused()


def test_the_shared_page_follows(mine: AuditPage, visitors: Visitors, server: Server) -> None:
    reader = visitors.come(server.url)
    reader.goto(mine.view_link.input_value())
    link = reader.locator("#sections a").nth(2)
    link.focus()
    reader.evaluate("scrollTo(0, 600)")
    mine.answer(mine.items[0], "na")
    expect(reader.locator("#progress")).to_contain_text("1 of")
    expect(link).to_be_focused()
    assert reader.evaluate("scrollY") == 600


@pytest.mark.parametrize("shared", [False, True])
def test_looking_costs_an_answer_without_a_body_and_stops_in_the_background(mine: AuditPage, shared: bool) -> None:
    page, asked, answers = mine.page, list[Request](), list[Response]()
    if shared:
        page.goto(mine.view_link.input_value())
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/changes") else None)
    page.on("response", lambda response: answers.append(response) if response.url.endswith("/changes") else None)
    until(page, lambda: len(answers) > 0 and answers[-1].status == 304)
    assert answers[-1].request.sizes()["responseBodySize"] == 0
    page.evaluate(HIDE)
    until(page, lambda: len(answers) == len(asked))
    count = len(answers)
    page.wait_for_timeout(5000)
    assert len(answers) == count
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    until(page, lambda: len(answers) > count)


def test_the_page_looks_every_three_seconds_and_not_twice_as_often_after_coming_back(mine: AuditPage) -> None:
    page = mine.page
    page.add_init_script(COUNTED)
    page.reload()
    for _ in range(5):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, lambda: page.evaluate("window.looks.pauses.length") >= 8)
    assert page.evaluate("window.looks.waiting.size") <= 1
    assert all(2250 <= pause <= 3000 for pause in page.evaluate("window.looks.pauses"))
