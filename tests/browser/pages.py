"""The pages as a visitor uses them: every selector of the browser tests, and no assertion about behaviour."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

CHECKLIST = "celery-tasks"
TASK = "billing.tasks.charge"
AUDIT_URL = re.compile(r"/audits/[\w-]{22,}/$")

SAVING = "Saving…"
SAVED = "All changes saved"
NOT_SAVED = re.compile("^Not saved")


def start_from_home(page: Page, task: str = TASK) -> AuditPage:
    """Start an audit of `task` where the checklists are listed."""
    page.goto("/")
    return _start(page, page.locator(f'form[action="/checklists/{CHECKLIST}/audits/"]'), task, "")


def start_from_checklist(page: Page, task: str = TASK, url: str = "") -> AuditPage:
    """Start an audit of `task` from the checklist that can be read."""
    page.goto(f"/checklists/{CHECKLIST}/")
    return _start(page, page.locator("form.start"), task, url)


def start_with_keys(page: Page, task: str = TASK) -> AuditPage:
    """Start an audit from the home page without the mouse."""
    page.goto("/")
    tab_to(page, page.locator(f"#task-{CHECKLIST}"))
    page.keyboard.type(task)
    page.keyboard.press("Enter")
    page.wait_for_url(AUDIT_URL)
    return AuditPage(page)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")


def _start(page: Page, form: Locator, task: str, url: str) -> AuditPage:
    form.locator("[name=task]").fill(task)
    form.locator("[name=url]").fill(url)
    form.get_by_role("button", name="Start an audit").click()
    page.wait_for_url(AUDIT_URL)
    return AuditPage(page)


class ReportPage:
    """What the audit and the shared page have in common."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.url = page.url.partition("#")[0]
        self.progress = page.locator("#progress")
        self.outcome = page.locator("#outcome")
        self.verdict = page.locator("#outcome p.outcome")
        self.copy_markdown = page.get_by_role("button", name="Copy Markdown")
        self.markdown_link = page.get_by_role("link", name="Markdown", exact=True)
        self.json_link = page.get_by_role("link", name="JSON", exact=True)
        self.theme_switch = page.get_by_role("button", name="Light or dark")
        self.items_shown = page.locator("li.item[id]")

    @property
    def token(self) -> str:
        """The secret in the address."""
        return self.url.rstrip("/").rpartition("/")[2]

    def section_count(self, title: str) -> Locator:
        """The count, like 1/5, beside a section in the navigation."""
        return self.page.locator("#sections li").filter(has_text=title).locator(".count")

    def line(self, item: str) -> Locator:
        """Everything about one item."""
        return self.page.locator(f"li.item#{item}")

    def copy_comment(self, item: str) -> Locator:
        """What copies the review comment about a failed item."""
        return self.page.locator(f'a.comment[href$="items/{item}/comment.md"]')

    def export(self, extension: str) -> bytes:
        """The export as the server gives it, past the page."""
        response = self.page.request.get(f"{self.url}export.{extension}")
        assert response.ok, response.status
        return response.body()

    def saved(self) -> dict[str, Any]:
        """What the database holds, through the JSON export."""
        return self.page.request.get(f"{self.url}export.json").json()

    def saved_answer(self, item: str) -> tuple[str, str]:
        """Verdict and note of an item in the database."""
        return next((a["verdict"], a["note"]) for a in self.saved()["answers"] if a["item"] == item)


class AuditPage(ReportPage):
    """The clickable audit."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.status = page.locator("#saving")
        self.view_link = page.locator("#view-link")
        self.copy_view_link = page.locator("button[data-copy-value]")
        self.copy_edit_link = page.locator("button[data-copy-address]")
        self.task = page.locator("form.correct [name=task]")
        self.change = page.locator("form.correct [name=url]")
        self.correct = page.locator("form.correct").get_by_role("button")
        self.share = page.locator("#share")
        self.search = page.get_by_role("searchbox")
        self.sections = page.get_by_label("Section", exact=True)
        self.show_all = page.locator("#filters").get_by_role("button", name="Show all")
        self.nothing = page.locator("#nothing")
        self.keys = page.locator("dialog#keys")
        self.keys_switch = self.keys.get_by_role("checkbox")
        answers = self.saved()["answers"]
        self.items = [answer["item"] for answer in answers]
        self.severity = {answer["item"]: answer["severity"] for answer in answers}
        self.section = {answer["item"]: answer["section"] for answer in answers}

    def first(self, severity: str) -> str:
        """The first item of that severity."""
        return next(item for item in self.items if self.severity[item] == severity)

    def section_title(self, item: str) -> str:
        """The title of the section that holds `item`."""
        return self.page.locator(f"h2#{self.section[item]}").text_content() or ""

    def title(self, item: str) -> Locator:
        """The title of an item, which unfolds it and has the focus while it is in hand."""
        return self.line(item).locator("h3 a")

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def chip(self, name: str) -> Locator:
        """A filter that is a button, such as Open or Critical; its text ends in a count."""
        return self.page.locator("#filters .chip").filter(has_text=name)

    def shown(self) -> list[str]:
        """The items that the filters leave in sight."""
        return self.page.locator("li.item:visible").evaluate_all("items => items.map((item) => item.id)")

    def question(self, slug: str, reply: str) -> Locator:
        """One reply, `yes` or `no`, to a question of the checklist."""
        return self.page.locator(f"#questions input[name=question-{slug}][value={reply}]")

    def choose(self, item: str, verdict: str) -> None:
        """Click a verdict. The other verdicts of an item that is answered and folded are out of sight."""
        label = self.line(item).locator(f"label:has(input[name=verdict][value={verdict}])")
        if not label.is_visible():
            self.unfold(item)
        label.click()

    def answer(self, item: str, verdict: str) -> None:
        """Click a verdict and wait until it is saved."""
        self.choose(item, verdict)
        expect(self.status).to_have_text(SAVED)

    def radio(self, item: str, verdict: str) -> Locator:
        """One verdict of an item."""
        return self.line(item).locator(f"input[name=verdict][value={verdict}]")

    def unfold(self, item: str) -> None:
        """Open an item when it is folded."""
        if not self.note(item).is_visible():
            self.title(item).click()

    def note(self, item: str) -> Locator:
        """The field for an item's note."""
        return self.line(item).locator("> form textarea")

    def write(self, item: str, text: str) -> None:
        """Type a note, key by key, and stay in the field."""
        self.unfold(item)
        self.note(item).press_sequentially(text)

    def overfill(self, item: str, text: str) -> None:
        """Put a longer note into the field than its maxlength lets a person type."""
        self.unfold(item)
        self.note(item).evaluate("note => note.removeAttribute('maxlength')")
        self.note(item).fill(text)

    def problem(self, item: str) -> Locator:
        """Why a value was refused, beside the item's fields."""
        return self.line(item).locator(".problem")

    def save(self, item: str) -> None:
        """Press an item's Save button, which is there when scripts do not run."""
        self.line(item).get_by_role("button", name="Save").click()
