"""Start from code, and what the code suggests beside the items, as a reviewer uses it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .layout import assert_it_fits, assert_targets_can_be_hit
from .pages import AUDIT_URL, CHECKLIST, SAVED, AuditPage
from .server import Server
from .test_accessibility import assert_accessible
from .visitors import Visitors

FOUR = '''from celery import shared_task


@shared_task(retry_limit=4, name="billing.charge")
def charge(order):
    """Charge once."""


@shared_task(retry_limit=4)
def refund(order):
    yield order


@shared_task
async def remind(order):
    pass


@shared_task
def report(order):
    pass
'''
OPTIONS, NAME, BODY = "known-options-only", "stable-explicit-name", "plain-synchronous-body"


def code_page(page: Page) -> None:
    """Go to where code is given, as the checklist leads there."""
    page.goto(f"/checklists/{CHECKLIST}/")
    page.get_by_role("link", name="Start from code").click()


def started(page: Page, task: str, code: str = FOUR, *, keep: bool = False) -> AuditPage:
    """An audit of one task of pasted code."""
    code_page(page)
    page.get_by_label("Python source").fill(code)
    if keep:
        page.get_by_label("Store the source").check()
    page.get_by_role("button", name="Find tasks").click()
    for box in page.locator("[name=task]:checked").all():
        box.uncheck()
    page.locator(f"[name=task][value$=':{task}']").check()
    page.get_by_role("button", name="Start the audits").click()
    page.wait_for_url(AUDIT_URL)
    return AuditPage(page)


def whole_diff(folder: Path) -> str:
    """What git says of a change in `refund`, with the whole file around it."""
    for name, text in {"a": FOUR.replace("yield order", "yield 1"), "b": FOUR}.items():
        (folder / name).mkdir()
        (folder / name / "t.py").write_text(text)
    command = ["git", "diff", "--no-index", "--no-prefix", "-U100000", "a/t.py", "b/t.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


def scan_again(audit: AuditPage, code: str) -> None:
    """Give the code as it is now."""
    audit.page.get_by_role("link", name="Scan again").click()
    audit.page.get_by_label("Python source").fill(code)
    audit.page.get_by_role("button", name="Scan again").click()
    audit.page.wait_for_url(AUDIT_URL)


def state(audit: AuditPage, item: str, wanted: str) -> None:
    """Wait until the suggestion of an item is in a state."""
    expect(audit.line(item).locator(".suggestion")).to_have_attribute("data-state", wanted)


@pytest.fixture
def audit(page: Page) -> AuditPage:
    """An audit of a task with three suggestions, of which the source is not stored."""
    return started(page, "refund")


def test_a_file_of_four_tasks_becomes_two_audits_of_which_one_is_filled_in_by_keyboard(
    page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "tasks.py"
    file.write_text(FOUR)
    code_page(page)
    page.get_by_label("Or files").set_input_files(file)
    page.get_by_role("button", name="Find tasks").click()
    expect(page.locator("[name=task]")).to_have_count(4)
    for task in ("charge", "refund"):
        page.locator(f"[name=task][value$=':{task}']").check()
    page.get_by_role("button", name="Start the audits").click()
    expect(page.locator("main li a")).to_have_text(["billing.charge", "tasks.refund"])
    page.get_by_role("link", name="tasks.refund").click()
    audit = AuditPage(page)
    audit.press("j")
    for item in (OPTIONS, NAME, BODY):
        while audit.page.evaluate("window.items.current.id") != item:
            audit.press("j")
        audit.press("y")
        expect(audit.radio(item, "fail")).to_be_checked()
    expect(audit.status).to_have_text(SAVED)
    text = audit.export("md").decode()
    for evidence in ("tasks.py:\u200b9: @\u200bshared_task(retry_limit=4)", "tasks.py:\u200b11: yield order"):
        assert evidence in text
    assert [audit.saved_answer(item)[0] for item in (OPTIONS, NAME, BODY)] == ["fail"] * 3
    page.goto("/mine/")
    expect(page.locator("main")).to_contain_text("billing.charge")


def test_files_are_dropped_onto_the_field(page: Page, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("tasks.py", "more.py")]
    for file in files:
        file.write_text(FOUR)
    code_page(page)
    place = page.get_by_label("Or files").bounding_box()
    assert place
    session = page.context.new_cdp_session(page)
    carried = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"x": place["x"] + 300, "y": place["y"] + 20}
        session.send("Input.dispatchDragEvent", {"type": kind, "data": carried, **at})
    page.get_by_role("button", name="Find tasks").click()
    expect(page.locator("[name=task]")).to_have_count(8)


def test_a_diff_ticks_the_task_that_it_touches(page: Page, tmp_path: Path) -> None:
    diff = tmp_path / "change.diff"
    diff.write_text(whole_diff(tmp_path))
    code_page(page)
    page.get_by_text("Only what a change touches").click()
    page.get_by_label("Or a file").set_input_files(diff)
    page.get_by_role("button", name="Find tasks").click()
    expect(page.locator("[name=task]")).to_have_count(4)
    expect(page.locator("[name=task]:checked")).to_have_attribute("value", "t.py:10:refund")


def test_accepting_keeps_the_note_that_is_being_typed_and_shows_the_evidence_below_it(audit: AuditPage) -> None:
    audit.write(OPTIONS, "mine")
    audit.line(OPTIONS).get_by_role("button", name="Accept").click()
    expect(audit.radio(OPTIONS, "fail")).to_be_checked()
    expect(audit.note(OPTIONS)).to_have_value(
        "mine\n\n`retry_limit=4` is ignored by Celery, line 9; did you mean `max_retries`?\npasted.py:9: @shared_task(retry_limit=4)"
    )
    state(audit, OPTIONS, "accepted")
    expect(audit.title(OPTIONS)).to_be_focused()
    expect(audit.progress).to_contain_text("1 of")
    audit.page.reload()
    state(audit, OPTIONS, "accepted")


def test_a_suggestion_that_was_dismissed_comes_back_on_request(audit: AuditPage) -> None:
    audit.press("j", "x")
    state(audit, OPTIONS, "dismissed")
    expect(audit.status).to_have_text(SAVED)
    audit.page.reload()
    state(audit, OPTIONS, "dismissed")
    audit.unfold(OPTIONS)
    audit.line(OPTIONS).get_by_role("button", name="Show it again").click()
    state(audit, OPTIONS, "open")
    expect(audit.line(OPTIONS).get_by_role("button", name="Accept")).to_be_visible()
    assert audit.saved_answer(OPTIONS) == ("open", "")


def test_keys_do_nothing_where_there_is_nothing_to_accept_and_while_somebody_types(page: Page) -> None:
    audit = started(page, "charge")
    audit.write(OPTIONS, "yxyx")
    assert audit.note(OPTIONS).input_value() == "yxyx"
    state(audit, OPTIONS, "open")
    expect(audit.line(BODY)).to_contain_text("looked and not found")
    audit.unfold(BODY)
    audit.press("y", "x")
    assert audit.page.evaluate("window.outbox.has('plain-synchronous-body:suggestion')") is False
    expect(audit.radio(BODY, "open")).to_be_checked()


def test_the_list_of_keys_names_both(audit: AuditPage) -> None:
    expect(audit.page.get_by_text("do not save what you typed")).to_be_hidden()
    audit.press("?")
    expect(audit.keys).to_contain_text("accept or dismiss the suggestion")


def test_without_a_network_an_acceptance_waits_and_arrives_later(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "ERR_|Failed to fetch")
    audit.page.context.set_offline(True)
    audit.press("j", "y")
    expect(audit.status).to_have_text("Not saved: 1 change waiting, trying again")
    state(audit, OPTIONS, "accepted")
    audit.page.context.set_offline(False)
    expect(audit.radio(OPTIONS, "fail")).to_be_checked()
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(OPTIONS)[0] == "fail"


def test_an_accepted_suggestion_is_a_change_in_the_history_and_can_be_taken_back(audit: AuditPage) -> None:
    audit.press("j", "y")
    expect(audit.radio(OPTIONS, "fail")).to_be_checked()
    audit.press("o")
    expect(audit.status).to_have_text(SAVED)
    state(audit, OPTIONS, "open")
    audit.line(OPTIONS).locator("details.history summary").click()
    expect(audit.line(OPTIONS).locator("li[data-change]")).to_have_count(3)


def test_a_suggestion_of_an_item_that_a_colleague_answered_long_ago_asks(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "409|ERR_|Failed to fetch")
    audit.page.evaluate("window.late = 0; Date.now = ((now) => () => now() + window.late)(Date.now)")
    audit.page.context.set_offline(True)
    audit.press("j", "y")
    audit.page.request.post(f"{audit.url}items/{OPTIONS}/", form={"verdict": "pass", "by": "Ada"})
    audit.page.evaluate("window.late = 60_000")
    audit.page.context.set_offline(False)
    conflict = audit.line(OPTIONS).locator(".conflict")
    expect(conflict).to_contain_text("Ada changed the suggestion meanwhile")
    expect(conflict.locator(".theirs")).to_have_text("Pass")
    conflict.get_by_role("button", name="Keep theirs").click()
    expect(audit.radio(OPTIONS, "pass")).to_be_checked()
    state(audit, OPTIONS, "open")
    expect(audit.status).to_have_text(SAVED)


def test_a_suggestion_that_a_colleague_answered_a_moment_ago_asks_too(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "409|ERR_|Failed to fetch")
    audit.page.route("**/changes", lambda route: route.abort())
    audit.page.request.post(f"{audit.url}items/{OPTIONS}/", form={"verdict": "pass", "by": "Ada"})
    audit.press("j", "y")
    conflict = audit.line(OPTIONS).locator(".conflict")
    expect(conflict).to_contain_text("Ada changed the suggestion meanwhile")
    expect(conflict.locator(".mine")).to_have_text("suggests fail")
    assert audit.saved_answer(OPTIONS)[0] == "pass"
    conflict.get_by_role("button", name="Use mine").click()
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(OPTIONS)[0] == "fail"


def somebody_scans_again(audit: AuditPage) -> None:
    """Another person gives the code after an edit, and this page does not know."""
    code = FOUR.replace("(retry_limit=4)", "(retry_limit=9)")
    audit.page.request.post(f"{audit.url}scan/", multipart={"code": code})


def test_accepting_what_was_scanned_again_says_so_once_and_leaves_nothing_behind(
    audit: AuditPage, visitors: Visitors
) -> None:
    visitors.forgive(audit.page, "status of 400")
    somebody_scans_again(audit)
    audit.press("j", "y")
    expect(audit.problem(OPTIONS)).to_contain_text("load the page again")
    state(audit, OPTIONS, "open")
    expect(audit.status).to_have_text(SAVED)
    audit.page.reload()
    expect(audit.problem(OPTIONS)).to_be_empty()
    expect(audit.status).to_have_text(SAVED)
    state(audit, OPTIONS, "open")
    audit.press("j", "y")
    expect(audit.radio(OPTIONS, "fail")).to_be_checked()


def test_what_was_kept_for_an_earlier_finding_is_not_taken_over(audit: AuditPage, visitors: Visitors) -> None:
    visitors.forgive(audit.page, "ERR_|Failed to fetch|beforeunload")
    audit.page.route("**/items/**", lambda route: route.abort())
    audit.press("j", "y")
    state(audit, OPTIONS, "accepted")
    somebody_scans_again(audit)
    audit.page.reload()
    expect(audit.problem(OPTIONS)).to_contain_text("was not saved")
    state(audit, OPTIONS, "open")
    expect(audit.status).to_have_text(SAVED)
    audit.page.reload()
    expect(audit.problem(OPTIONS)).to_be_empty()


def test_all_are_accepted_after_a_look_at_what_that_does(audit: AuditPage) -> None:
    page = audit.page
    page.get_by_role("link", name="Accept all").click()
    expect(page.locator("main")).to_contain_text("pasted.py:9")
    rows = page.locator("[name=item]")
    number = rows.count()
    page.locator(f"[name=item][value^={NAME}]").uncheck()
    page.get_by_role("button", name="Accept these").click()
    page.wait_for_url(AUDIT_URL)
    state(audit, OPTIONS, "accepted")
    state(audit, NAME, "open")
    assert audit.saved()["counts"]["open"] == len(audit.items) - number + 1


def test_a_scan_after_an_edit_marks_the_answer_and_changes_none(audit: AuditPage) -> None:
    audit.press("j", "y")
    expect(audit.radio(OPTIONS, "fail")).to_be_checked()
    expect(audit.status).to_have_text(SAVED)
    scan_again(audit, FOUR.replace("(retry_limit=4)", "(retry_limit=9)"))
    audit.unfold(OPTIONS)
    part = audit.line(OPTIONS).locator(".suggestion")
    expect(part).to_contain_text("The code behind this answer has changed.")
    expect(part.locator(".was")).to_contain_text("retry_limit=4")
    expect(part.locator(".says")).to_contain_text("retry_limit=9")
    assert audit.saved_answer(OPTIONS)[0] == "fail"
    reminder = audit.page.locator(".outdated")
    reminder.get_by_role("link").click()
    expect(audit.title(OPTIONS)).to_be_focused()
    part.get_by_role("button", name="The answer still holds").click()
    state(audit, OPTIONS, "dismissed")
    expect(reminder).to_be_hidden()
    expect(audit.status).to_have_text(SAVED)
    audit.page.reload()
    expect(reminder).to_have_count(0)
    expect(part).to_contain_text("the answer still holds")


def test_an_answer_that_is_changed_after_accepting_is_not_called_accepted(audit: AuditPage) -> None:
    audit.press("j", "y")
    expect(audit.radio(OPTIONS, "fail")).to_be_checked()
    expect(audit.status).to_have_text(SAVED)
    audit.press("p")
    assert audit.line(OPTIONS).locator(".suggestion").get_attribute("data-state") == "open"


def test_one_key_leads_to_the_next_suggestion_and_one_click_shows_no_other_items(audit: AuditPage) -> None:
    chip = audit.chip("Suggested")
    number = int(chip.locator(".count").inner_text())
    assert number == audit.page.locator(".suggestion.found").count() > 2
    audit.press("u")
    expect(audit.title(OPTIONS)).to_be_focused()
    audit.press("y", "u")
    expect(chip.locator(".count")).to_have_text(str(number - 1))
    focused = audit.page.evaluate("document.activeElement.closest('li.item').id")
    state(audit, focused, "open")
    assert focused != OPTIONS
    chip.click()
    expect(audit.page.locator("li.item:visible")).to_have_count(number - 1)
    for _ in range(number - 1):
        audit.press("x", "u")
    expect(chip.locator(".count")).to_have_text("0")
    expect(audit.page.locator("#said")).to_have_text("Nothing in sight has a suggestion to decide")


def test_items_and_lines_of_the_source_lead_to_each_other(page: Page) -> None:
    audit = started(page, "refund", keep=True)
    audit.unfold(OPTIONS)
    audit.line(OPTIONS).get_by_role("link", name="pasted.py:9").click()
    row = page.locator("#code-1-9")
    expect(row).to_be_in_viewport()
    expect(row.locator(".text")).to_have_text("@shared_task(retry_limit=4)")
    assert page.evaluate("document.querySelector(':target').id") == "code-1-9"
    for item in (NAME, BODY):
        page.locator(f".source a[href='#{item}']").first.click()
        expect(audit.title(item)).to_be_focused()
        expect(audit.note(item)).to_be_visible()


@pytest.mark.parametrize(("width", "is_beside"), [(1280, True), (390, False)])
def test_the_source_stands_beside_the_items_or_below_them(
    visitors: Visitors, server: Server, width: int, is_beside: bool
) -> None:
    page = visitors.come(server.url, width=width)
    started(page, "refund", FOUR + "# the end\n" * 300, keep=True)
    items, source = (page.locator(name).bounding_box() for name in ("main", ".source"))
    assert items
    assert source
    assert (source["x"] >= items["x"] + items["width"]) is is_beside
    assert (source["y"] >= items["y"] + items["height"]) is not is_beside
    if is_beside:
        page.mouse.wheel(0, 3000)
        expect(page.locator(".source")).to_be_in_viewport()
    assert_it_fits(page)
    assert_targets_can_be_hit(page)


def test_the_source_is_deleted_and_the_evidence_stays(page: Page) -> None:
    audit = started(page, "refund", keep=True)
    page.get_by_text("Delete the source…").click()
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.locator(".source")).to_have_count(0)
    audit.unfold(OPTIONS)
    expect(audit.line(OPTIONS)).to_contain_text("pasted.py:9 @shared_task(retry_limit=4)")


def test_everything_works_without_scripts(visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url, scripts=False)
    audit = started(page, "refund", keep=True)
    expect(page.get_by_text("do not save what you typed in an item")).to_be_visible()
    audit.note(OPTIONS).fill("not saved by this button")
    audit.line(OPTIONS).get_by_role("button", name="Accept").click()
    assert audit.saved_answer(OPTIONS)[0] == "fail"
    state(audit, OPTIONS, "accepted")
    audit.line(NAME).get_by_role("button", name="Dismiss").click()
    state(audit, NAME, "dismissed")
    audit.line(NAME).get_by_role("button", name="Show it again").click()
    state(audit, NAME, "open")
    page.get_by_role("link", name="Accept all").click()
    page.get_by_role("button", name="Accept these").click()
    state(audit, BODY, "accepted")
    scan_again(audit, FOUR.replace("retry_limit=4)", "retry_limit=5)"))
    expect(audit.line(OPTIONS)).to_contain_text("The code behind this answer has changed.")


def test_enter_in_an_item_saves_it_and_accepts_nothing(visitors: Visitors, server: Server) -> None:
    page = visitors.come(server.url, scripts=False)
    audit = started(page, "refund")
    audit.radio(OPTIONS, "na").check(force=True)
    audit.radio(OPTIONS, "na").press("Enter")
    page.wait_for_load_state()
    assert audit.saved_answer(OPTIONS) == ("na", "")


def test_a_second_click_on_start_makes_no_second_audit(page: Page) -> None:
    code_page(page)
    page.get_by_label("Python source").fill(FOUR.partition("@shared_task\n")[0])
    page.get_by_role("button", name="Find tasks").click()
    for box in page.locator("[name=task]").all():
        box.check()
    page.get_by_role("button", name="Start the audits").dblclick()
    expect(page.locator("main li a")).to_have_count(2)
    page.goto("/mine/")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_every_page_is_accessible(page: Page) -> None:
    code_page(page)
    page.get_by_text("Only what a change touches").click()
    assert_accessible(page)
    page.get_by_label("Python source").fill(FOUR)
    page.get_by_role("button", name="Find tasks").click()
    assert_accessible(page)
    audit = started(page, "refund", keep=True)
    audit.press("j", "y", "j", "x", "j")
    expect(audit.status).to_have_text(SAVED)
    assert_accessible(page)
    for name in ("Accept all…", "Scan again"):
        page.goto(audit.url)
        page.get_by_role("link", name=name).click()
        assert_accessible(page)
    page.goto(audit.url)
    scan_again(audit, FOUR.replace("(retry_limit=4)", "(retry_limit=9)"))
    audit.unfold(OPTIONS)
    assert_accessible(page)
