"""The checklist gets a newer edition in the middle of an audit, and somebody moves it there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from .pages import CHECKLIST, SAVED, AuditPage, start_from_home
from .server import Server, environment
from .test_accessibility import assert_accessible
from .visitors import Visitors

MOVED = "moved this audit to another edition. What you typed is kept."


@pytest.fixture
def editor(project: Path, tmp_path: Path) -> Iterator[Server]:
    """A server whose checklists this test may change."""
    copy = shutil.copytree(project, tmp_path / "project")
    server = Server(copy, tmp_path / "var")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def audit(editor: Server, visitors: Visitors) -> AuditPage:
    """An audit of the first edition. Its pages are left before the server, which they would look for in vain."""
    page = visitors.come(editor.url)
    visitors.forgive(page, "status of 40[49]|ERR_|Failed to fetch|dialog: beforeunload")
    return start_from_home(page)


def publish(server: Server) -> None:
    """A second edition: the first item is revised, the second is gone, the third has another title."""
    file = server.project / "content" / f"{CHECKLIST}.yaml"
    content = yaml.safe_load(file.read_text())
    items = content["sections"][0]["items"]
    items[0]["revision"] = 2
    items[0]["check"] += "\nLook at the worker as well."
    removed = items.pop(1)["slug"]
    items[1]["title"] += ", always"
    for item in [item for section in content["sections"] for item in section["items"]]:
        item["needs"] = [slug for slug in item.get("needs", []) if slug != removed]
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    command = [sys.executable, "manage.py", "load_checklists"]
    subprocess.run(command, cwd=server.project, env=environment(server.var), check=True)


def move(page: Page, audit: AuditPage, name: str = "Move to edition 2") -> None:
    """Move the audit as somebody does who has the edit link."""
    page.goto(f"{audit.url}edition/")
    page.get_by_role("button", name=name).click()
    page.wait_for_url(audit.url)


def test_an_audit_offers_a_newer_edition_and_shows_what_changes(audit: AuditPage, editor: Server) -> None:
    page, (revised, removed, retitled) = audit.page, audit.items[:3]
    publish(editor)
    page.reload()
    page.get_by_role("link", name="See what changed").click()
    expect(page.locator("main")).to_contain_text(removed)
    expect(page.locator("section").filter(has_text=revised)).to_contain_text("asked again")
    expect(page.locator("section").filter(has_text=retitled).locator("ins").first).to_contain_text("always")
    assert_accessible(page)


def test_answers_are_carried_over_and_a_revised_item_asks_again(audit: AuditPage, editor: Server) -> None:
    revised, removed, retitled = audit.items[:3]
    for item in (revised, removed, retitled):
        audit.answer(item, "pass")
    publish(editor)
    move(audit.page, audit)
    expect(audit.radio(retitled, "pass")).to_be_checked()
    expect(audit.line(revised)).to_contain_text("Answered Pass before this item was revised")
    audit.page.wait_for_timeout(4500)
    expect(audit.radio(revised, "open")).to_be_checked()
    audit.answer(revised, "pass")
    expect(audit.progress).to_contain_text("2 of")
    audit.page.reload()
    expect(audit.radio(revised, "pass")).to_be_checked()


def test_a_move_can_be_taken_back(audit: AuditPage, editor: Server) -> None:
    removed = audit.items[1]
    audit.answer(removed, "fail")
    publish(editor)
    move(audit.page, audit)
    expect(audit.line(removed)).to_have_count(0)
    move(audit.page, audit, "Move back to edition 1")
    expect(audit.radio(removed, "fail")).to_be_checked()


def test_an_open_page_follows_says_so_and_keeps_what_was_typed(
    audit: AuditPage, editor: Server, visitors: Visitors
) -> None:
    item = audit.items[4]
    publish(editor)
    audit.write(item, "half a thou")
    move(visitors.come(editor.url), audit)
    expect(audit.page.locator("#notice")).to_contain_text(MOVED)
    expect(audit.note(item)).to_have_value("half a thou")
    expect(audit.note(item)).to_be_focused()
    audit.press("g", "h", "t")
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(item)[1] == "half a thought"
    assert_accessible(audit.page)


def test_what_waits_is_carried_into_the_new_edition(audit: AuditPage, editor: Server, visitors: Visitors) -> None:
    removed, retitled = audit.items[1:3]
    publish(editor)
    page = audit.page
    page.route("**/items/*/", lambda route: route.abort())
    audit.choose(retitled, "fail")
    audit.write(removed, "keep these words")
    expect(audit.status).to_contain_text("2 changes waiting")
    move(visitors.come(editor.url), audit)
    notice = page.locator("#notice")
    expect(notice).to_contain_text(MOVED)
    expect(notice).to_contain_text(f"{removed} is not in this edition")
    expect(notice).to_contain_text("keep these words")
    page.unroute("**/items/*/")
    expect(audit.status).to_have_text(SAVED)
    assert audit.saved_answer(retitled)[0] == "fail"
    page.reload()
    expect(notice).to_contain_text("keep these words")
    notice.get_by_role("button", name="Discard").click()
    expect(notice).to_be_hidden()
    page.reload()
    expect(notice).to_be_hidden()
