"""The outbox: what the server did not acknowledge is kept by the browser, sent again, and never called saved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .chromium import ARGUMENTS, executable
from .gate import ANSWERS, Gate, until
from .pages import NOT_SAVED, SAVED, SAVING, AuditPage, start_from_home
from .server import Server
from .visitors import Visitors

AWAY = "ERR_|Failed to fetch|Failed to load|dialog: beforeunload"
# Notes how long the page wants to wait for each next try, and lets it wait only a moment.
IMPATIENT = """
  window.pauses = [];
  const wait = window.setTimeout;
  window.setTimeout = (what, pause, ...rest) => {
    if (what.name !== "resend") return wait(what, pause, ...rest);
    window.pauses.push(pause);
    return wait(what, 10);
  };
"""
# Notes how long the page wants to wait for each next try, and lets it wait for ever.
NO_RETRY = """
  window.pauses = [];
  const wait = window.setTimeout;
  window.setTimeout = (what, pause, ...rest) => what.name === "resend" ? window.pauses.push(pause) : wait(what, pause, ...rest);
"""


@pytest.fixture
def away(page: Page, visitors: Visitors) -> AuditPage:
    """An audit whose network or server will fail."""
    visitors.forgive(page, AWAY)
    return start_from_home(page)


@pytest.fixture
def restartable(visitors: Visitors, own_server: Server) -> AuditPage:
    """An audit on a server that this test may stop and start."""
    page = visitors.come(own_server.url)
    visitors.forgive(page, AWAY)
    return start_from_home(page)


def again(page: Page, url: str) -> AuditPage:
    """The audit in a page that is opened for it."""
    page.goto(url)
    return AuditPage(page)


def answer_all_with(page: Page, status: int, **headers: str) -> list[str]:
    """From now on the server seems to answer every click like this; what was sent."""
    sent: list[str] = []

    def fulfill(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=status, headers=headers, content_type="text/html", body="<p>No.</p>")

    page.route(ANSWERS, fulfill)
    return sent


def verdicts(audit: AuditPage, items: list[str]) -> list[str]:
    """What is saved for these items."""
    saved = {answer["item"]: answer["verdict"] for answer in audit.saved()["answers"]}
    return [saved[item] for item in items]


def test_not_acknowledged_means_kept_and_retried(away: AuditPage) -> None:
    context, items = away.page.context, away.items[:20]
    context.set_offline(True)
    for item in items:
        away.choose(item, "fail")
    expect(away.status).to_contain_text("20 changes waiting")
    away.page.close()
    context.set_offline(False)
    opened = again(context.new_page(), away.url)
    expect(opened.status).to_have_text(SAVED)
    assert verdicts(opened, items) == ["fail"] * 20


def test_what_waits_survives_the_browser(
    chromium: Browser, restartable: AuditPage, own_server: Server, tmp_path: Path
) -> None:
    options = {"executable_path": executable(), "args": [*ARGUMENTS, "--no-sandbox"], "base_url": own_server.url}
    item, other = restartable.items[:2]
    with chromium.browser_type.launch_persistent_context(tmp_path / "profile", **options) as context:
        audit = again(context.new_page(), restartable.url)
        own_server.stop()
        audit.choose(item, "na")
        audit.write(other, "typed in a tunnel")
        expect(audit.status).to_contain_text("2 changes waiting")
    own_server.start()
    with chromium.browser_type.launch_persistent_context(tmp_path / "profile", **options) as context:
        audit = again(context.new_page(), restartable.url)
        expect(audit.status).to_have_text(SAVED)
        assert (audit.saved_answer(item)[0], audit.saved_answer(other)[1]) == ("na", "typed in a tunnel")


def test_the_page_counts_what_waits_and_saves_it_when_the_server_is_back(
    restartable: AuditPage, own_server: Server
) -> None:
    items = restartable.items[:3]
    own_server.stop()
    restartable.choose(items[0], "pass")
    expect(restartable.status).to_have_text("Not saved: 1 change waiting, trying again")
    for item in items[1:]:
        restartable.choose(item, "pass")
    expect(restartable.status).to_have_text("Not saved: 3 changes waiting, trying again")
    own_server.start()
    expect(restartable.status).to_have_text(SAVED)
    assert verdicts(restartable, items) == ["pass"] * 3


@pytest.mark.parametrize(
    ("random", "pauses"),
    [("1", [2000, 4000, 8000, 16000, 30000, 30000]), ("0", [1000, 2000, 4000, 8000, 15000, 15000])],
)
def test_tries_are_spaced_exponentially_with_jitter_and_a_cap(away: AuditPage, random: str, pauses: list[int]) -> None:
    page = away.page
    page.add_init_script(f"Math.random = () => {random}; {IMPATIENT}")
    page.reload()
    page.route(ANSWERS, lambda route: route.abort())
    away.choose(away.items[0], "pass")
    until(page, lambda: page.evaluate("window.pauses.length") >= 6)
    assert page.evaluate("window.pauses.slice(0, 6)") == pauses


def test_many_changes_that_wait_count_as_one_failure(away: AuditPage) -> None:
    page = away.page
    page.add_init_script(f"Math.random = () => 1; {IMPATIENT}")
    page.reload()
    gate = Gate(page)
    for item in away.items[:5]:
        away.choose(item, "pass")
    gate.wait_for(5)
    held = [gate.held.pop()[0] for _ in range(5)]
    for route in held:
        route.abort()
    until(page, lambda: page.evaluate("window.pauses.length") > 0)
    assert page.evaluate("window.pauses[0]") == 2000
    gate.wait_for(1)
    page.wait_for_timeout(200)
    assert len(gate.held) == 1, "one goes ahead"
    gate.open()
    expect(away.status).to_have_text(SAVED)


def test_back_online_everything_is_sent_at_once(away: AuditPage) -> None:
    page = away.page
    page.add_init_script(NO_RETRY)
    page.reload()
    page.context.set_offline(True)
    for item in away.items[:3]:
        away.choose(item, "pass")
    expect(away.status).to_contain_text("3 changes waiting")
    page.context.set_offline(False)
    expect(away.status).to_have_text(SAVED)


def test_leaving_with_changes_waiting_asks_first(away: AuditPage) -> None:
    gate = Gate(away.page)
    away.choose(away.items[0], "fail")
    gate.wait_for(1)
    with away.page.expect_event("dialog") as asked:
        away.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"


def test_leaving_asks_nothing_when_everything_is_saved(audit: AuditPage) -> None:
    audit.answer(audit.items[0], "fail")
    audit.page.reload()
    expect(audit.radio(audit.items[0], "fail")).to_be_checked()


def test_too_many_requests_waits_as_long_as_the_server_asks(away: AuditPage) -> None:
    page = away.page
    page.add_init_script(NO_RETRY)
    page.reload()
    sent = answer_all_with(page, 429, **{"Retry-After": "90"})
    away.choose(away.items[0], "pass")
    expect(away.status).to_contain_text("1 change waiting")
    [pause] = page.evaluate("window.pauses")
    assert 60_000 < pause <= 90_000
    away.choose(away.items[1], "pass")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)
    assert len(sent) == 1
    page.unroute(ANSWERS)
    page.evaluate("const now = Date.now; Date.now = () => now() + 90_000; dispatchEvent(new Event('online'))")
    expect(away.status).to_have_text(SAVED)


@pytest.mark.parametrize("status", [408, 500, 503])
def test_what_may_pass_is_tried_again(away: AuditPage, status: int) -> None:
    answer_all_with(away.page, status)
    away.choose(away.items[0], "pass")
    expect(away.status).to_contain_text("1 change waiting")
    away.page.unroute(ANSWERS)
    expect(away.status).to_have_text(SAVED)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_refusal_is_explained_not_retried_and_the_text_is_kept(away: AuditPage, status: int) -> None:
    page, item = away.page, away.items[0]
    sent = answer_all_with(page, status)
    away.write(item, "do not lose me")
    expect(away.problem(item)).to_contain_text(str(status))
    expect(away.status).to_have_text("Not saved: see the marked item")
    page.wait_for_timeout(2500)
    page.reload()
    expect(away.note(item)).to_have_value("do not lose me")
    expect(away.problem(item)).to_contain_text(str(status))
    assert len(sent) == 1
    page.unroute(ANSWERS)
    away.problem(item).get_by_role("button", name="Try again").click()
    expect(away.status).to_have_text(SAVED)
    expect(away.problem(item)).to_be_empty()
    assert away.saved_answer(item)[1] == "do not lose me"


def test_the_servers_reason_for_a_refusal_survives_a_reload(away: AuditPage) -> None:
    item = away.items[0]
    away.overfill(item, "x" * 4001)
    expect(away.problem(item)).to_have_text("A note has at most 4,000 characters; this one has 4001.")
    away.page.reload()
    expect(away.problem(item)).to_have_text("A note has at most 4,000 characters; this one has 4001.")
    expect(away.note(item)).to_have_value("x" * 4001)


def test_a_refused_item_does_not_hold_up_the_others(away: AuditPage) -> None:
    first, second = away.items[:2]
    away.page.route(f"**/items/{first}/", lambda route: route.fulfill(status=404))
    away.choose(first, "pass")
    expect(away.problem(first)).not_to_be_empty()
    with away.page.expect_response(f"**/items/{second}/"):
        away.choose(second, "pass")
    until(away.page, lambda: away.saved_answer(second)[0] == "pass")


def test_a_login_page_of_the_network_is_no_acknowledgement(away: AuditPage) -> None:
    sent = answer_all_with(away.page, 200)
    away.choose(away.items[0], "pass")
    expect(away.status).to_contain_text("1 change waiting")
    assert sent
    away.page.unroute(ANSWERS)
    expect(away.status).to_have_text(SAVED)


def test_verdict_and_note_of_one_item_share_one_request_in_flight(audit: AuditPage) -> None:
    item = audit.items[0]
    gate = Gate(audit.page)
    audit.choose(item, "fail")
    gate.wait_for(1)
    for verdict in ("pass", "na", "open", "na"):
        audit.choose(item, verdict)
    audit.write(item, "newest")
    audit.note(item).blur()
    audit.page.wait_for_timeout(200)
    assert len(gate.sent) == 1
    gate.open()
    expect(audit.status).to_have_text(SAVED)
    assert [re.findall(r"(?:verdict|note)=(\w+)", body)[0] for body in gate.sent] == ["fail", "na", "newest"]
    assert audit.saved_answer(item) == ("na", "newest")


def test_a_late_duplicate_of_an_own_request_changes_nothing(audit: AuditPage) -> None:
    item = audit.items[0]
    with audit.page.expect_request(ANSWERS) as first:
        audit.answer(item, "fail")
    audit.answer(item, "pass")
    form = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    late = audit.page.request.post(first.value.url, data=first.value.post_data, headers=form)
    assert late.status == 200
    assert audit.saved_answer(item)[0] == "pass"


@pytest.mark.parametrize("field", ["verdict", "note"])
def test_an_own_change_that_arrived_unacknowledged_does_not_stand_in_the_way(away: AuditPage, field: str) -> None:
    item = away.items[0]
    gate = Gate(away.page, after_answer=True)
    away.choose(item, "fail") if field == "verdict" else away.write(item, "one")
    gate.wait_for(1)
    away.choose(item, "pass") if field == "verdict" else away.write(item, " two")
    expect(away.status).to_have_text(SAVING)
    away.page.wait_for_timeout(800)
    # Too old to count as fresh.
    away.page.evaluate("const now = Date.now; Date.now = () => now() + 20000")
    gate.held.pop()[0].abort()
    gate.is_open = True
    expect(away.status).to_have_text(NOT_SAVED)
    expect(away.status).to_have_text(SAVED)
    expect(away.problem(item)).to_be_empty()
    assert away.saved_answer(item) == (("pass", "") if field == "verdict" else ("open", "one two"))


@pytest.mark.parametrize("is_opened_again", [False, True])
def test_a_late_click_does_not_win_over_the_click_back(away: AuditPage, is_opened_again: bool) -> None:
    page, item = away.page, away.items[0]
    away.answer(item, "pass")
    gate = Gate(page)
    away.choose(item, "fail")
    gate.wait_for(1)
    away.choose(item, "pass")
    gate.held.pop()[0].abort()
    if is_opened_again:
        page.reload()
    gate.open()
    expect(away.status).to_have_text(SAVED)
    form = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    late = page.request.post(f"{away.url}items/{item}/", data=gate.sent[0], headers=form)
    assert late.status == 200
    assert away.saved_answer(item)[0] == "pass"
    expect(away.radio(item, "pass")).to_be_checked()


def test_a_question_answered_without_a_network_waits_like_a_click(away: AuditPage) -> None:
    away.page.context.set_offline(True)
    away.question("retries", "no").check(force=True)
    expect(away.status).to_contain_text("1 change waiting")
    away.page.context.set_offline(False)
    expect(away.status).to_have_text(SAVED)
    expect(away.radio("bounded-retries", "na")).to_be_checked()
    assert away.saved_answer("bounded-retries")[0] == "na"


def test_a_click_that_another_tab_did_not_see_is_kept(away: AuditPage) -> None:
    page, item = away.page, away.items[0]
    page.context.set_offline(True)
    away.choose(item, "fail")
    expect(away.status).to_contain_text("1 change waiting")
    # As if the other tab had settled an earlier change in the moment of the click.
    page.evaluate(
        """([item]) => {
          const key = Object.keys(localStorage).find((key) => key.endsWith(`${item}:verdict`));
          localStorage.removeItem(key);
          dispatchEvent(new StorageEvent("storage", { key, oldValue: "earlier", newValue: null }));
        }""",
        [item],
    )
    page.context.set_offline(False)
    expect(away.status).to_have_text(SAVED)
    assert away.saved_answer(item)[0] == "fail"


def test_two_tabs_show_each_others_clicks(audit: AuditPage) -> None:
    other = again(audit.page.context.new_page(), audit.url)
    audit.answer(audit.items[0], "fail")
    expect(other.radio(audit.items[0], "fail")).to_be_checked()
    expect(other.status).to_have_text(SAVED)
    other.answer(audit.items[1], "pass")
    expect(audit.radio(audit.items[1], "pass")).to_be_checked()


def test_two_tabs_without_a_network_lose_nothing(away: AuditPage) -> None:
    other = again(away.page.context.new_page(), away.url)
    away.page.context.set_offline(True)
    for item in away.items[:3]:
        away.choose(item, "fail")
    for item in away.items[2:5]:
        other.choose(item, "pass")
    away.page.context.set_offline(False)
    for tab in (away, other):
        expect(tab.status).to_have_text(SAVED)
        expect(tab.problem(away.items[2])).to_be_empty()
    assert verdicts(away, away.items[:5]) == ["fail", "fail", "pass", "pass", "pass"]


def test_what_a_closed_tab_left_is_sent_by_the_other(away: AuditPage) -> None:
    other = again(away.page.context.new_page(), away.url)
    away.page.context.set_offline(True)
    away.choose(away.items[0], "fail")
    expect(away.status).to_have_text(NOT_SAVED)
    away.page.close()
    away.page.context.set_offline(False)
    until(other.page, lambda: other.saved_answer(away.items[0])[0] == "fail")
    expect(other.status).to_have_text(SAVED)
