"""What people and checklists say stays text: on every page, in every fragment and export, in the real browser.

The content security policy is switched off in these visitors but for the last test, so that escaping alone has to hold: whatever ran
would be seen. Beside each page stands one with harmless words, which is made of the same elements.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from playwright.sync_api import Browser, Page, expect

from checklist.exports.characters import visible

from .payloads import PAYLOADS, groups
from .server import Server, environment
from .states import post
from .visitors import Visitors

HERE = Path(__file__).parent
TASKS = list(groups(190))
MOST_ITEMS = 12  # payloads in one text of the checklist

# Everything in a page that could run, load, draw or send something and that none of our pages has.
SUSPICIOUS = r"""() => {
  if (document.contentType !== "text/html") return []; // The browser's own way to show a text.
  const names = /^(on|style$|srcdoc|formaction|srcset|hx-(?!swap-oob)|data-hx)/;
  const elements = "iframe, object, embed, base, math, video, audio, style, script:not([src]), frame, applet, marquee, plaintext, xmp, img:not([src^='/']), meta[http-equiv]";
  const own = (address) => new URL(address, location).origin === location.origin;
  const found = [...document.querySelectorAll(elements)].map((element) => element.outerHTML);
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (value === "display: none;") continue; // Scripts of the admin.
      if (names.test(name)) found.push(`${name}=${value}`);
      if (name.endsWith("href") && !/^(https?:)$/.test(new URL(value, location).protocol)) found.push(`${name}=${value}`);
      if (["action", "src"].includes(name) && !own(value)) found.push(`${name}=${value}`);
    }
  }
  return found;
}"""
# Names of elements with the names of their attributes, as often as they stand in the page; but for breaks of lines, of which a text may
# have more than another.
STRUCTURE = r"""() => [...document.querySelectorAll(":not(br)")].map((element) => {
  const names = element.getAttributeNames().filter((name) => name !== "hx-swap-oob");
  return `${element.localName} ${names.sort().join(" ")}`;
})"""


@dataclass(frozen=True)
class Site:
    """A server with hostile texts in every field, and the tokens of its audits: an edit and a view token each."""

    url: str
    hostile: list[list[str]]
    plain: list[list[str]]
    large: list[str]
    scanned: list[str]
    pk: int
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site. Its checklist has a payload in every item, a few together in each."""
    server = Server(project, tmp_path_factory.mktemp("hostile") / "var")
    given = json.dumps({"payloads": [" ".join(PAYLOADS[n::MOST_ITEMS]) for n in range(MOST_ITEMS)], "texts": TASKS})
    code = f"import sys; sys.path.append({str(HERE)!r}); import hostile_site; hostile_site.main()"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    made = subprocess.run(
        command, cwd=project, env=environment(server.var), input=given, capture_output=True, text=True, check=True
    )
    server.start()
    yield Site(server.url, **json.loads(made.stdout.partition("FILLED")[2]))
    server.stop()


@pytest.fixture
def ran() -> list[object]:
    """What ran: the arguments of every call of `xss`."""
    return []


@pytest.fixture
def page(visitors: Visitors, site: Site, ran: list[object]) -> Page:
    """A visitor without the policy's protection, whose list holds every audit, and who is of the staff."""
    visitor = visitors.come(site.url, bypass_csp=True)
    visitor.context.expose_function("xss", lambda argument=None: ran.append(argument))
    visitor.context.add_cookies(
        [{"name": name, "value": value, "url": site.url} for name, value in site.cookies.items()]
    )
    return visitor


def structure(page: Page) -> Counter[str]:
    """What the page is made of."""
    return Counter(page.evaluate(STRUCTURE))


def assert_harmless(page: Page, ran: list[object]) -> None:
    """Nothing ran, and nothing in the page could."""
    assert page.evaluate(SUSPICIOUS) == []
    assert ran == []


# Each page, and of how many audits it is looked at: those that say the task alone of every third.
PAGES = {
    **dict.fromkeys(("", "history/", "items/item-0/history/", "comparison/"), 1),
    **dict.fromkeys(("links/", "again/", "edition/", "delete/"), 3),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_of_an_audit_takes_a_text_for_markup(page: Page, site: Site, ran: list[object], name: str) -> None:
    page.goto(f"/audits/{site.plain[0][0]}/{name}")
    harmless = structure(page)
    for edit, _ in site.hostile[:: PAGES[name]]:
        page.goto(f"/audits/{edit}/{name}")
        assert_harmless(page, ran)
        assert structure(page) == harmless


@pytest.mark.parametrize("name", ["", "suggestions/", "scan/"])
def test_no_page_takes_what_code_says_for_markup(page: Page, site: Site, ran: list[object], name: str) -> None:
    plain, *hostile = site.scanned
    page.goto(f"/audits/{plain}/{name}")
    harmless = structure(page)
    for edit in hostile:
        page.goto(f"/audits/{edit}/{name}")
        assert_harmless(page, ran)
        # Colours and `code` in the source and in what rules say; a text of several lines has rows of its own.
        assert {one.split(" ")[0] for one in structure(page) - harmless} <= {"span", "code"}


@pytest.mark.parametrize("text", TASKS[1::4])
def test_code_with_hostile_names_is_listed_as_text(page: Page, ran: list[object], text: str, tmp_path: Path) -> None:
    file = tmp_path / f"{quote(text, safe=' <>()=')[:60]}.py"
    file.write_text(f"from celery import shared_task\n@shared_task(name={text!r})\ndef charge():\n    pass\n")
    (broken := tmp_path / f"<img src onerror=xss(1)>{file.name[:20]}.txt").write_text("x")
    page.goto("/checklists/plain/code/")
    page.locator("#files").set_input_files([file, broken])
    page.get_by_role("button", name="Find tasks").click()
    expect(page.locator(".found-task .name")).to_have_text(visible(text))
    assert_harmless(page, ran)
    page.get_by_role("button", name="Start the audits").click()
    expect(page.locator("h1")).to_have_text(visible(text[:200]))
    assert_harmless(page, ran)


def test_no_shared_page_takes_a_text_for_markup(page: Page, site: Site, ran: list[object]) -> None:
    page.goto(f"/shared/{site.plain[0][1]}/")
    harmless = structure(page)
    for _, view in site.hostile:
        page.goto(f"/shared/{view}/")
        assert_harmless(page, ran)
        assert structure(page) == harmless


@pytest.mark.parametrize(
    "path", ["/", "/checklists/hostile/", "/mine/", "/admin/", "/admin/audits/audit/?all=", "/admin/catalogue/edition/"]
)
def test_no_list_takes_a_text_for_markup(
    page: Page, site: Site, ran: list[object], visitors: Visitors, path: str
) -> None:
    visitors.forgive(page, "404")  # The admin names no icon, and Chromium asks for the usual one.
    page.goto(path)
    assert_harmless(page, ran)
    assert page.locator("main, #content").first.locator("bdo, dialog").count() == 0


@pytest.mark.parametrize("number", [0, 1])
def test_an_audit_of_a_hostile_checklist_is_text(page: Page, site: Site, ran: list[object], number: int) -> None:
    addresses = [f"/audits/{site.large[0]}/{name}" for name in PAGES] if number == 0 else [f"/shared/{site.large[1]}/"]
    for address in [*addresses, f"/admin/audits/audit/{site.pk}/change/"]:
        page.goto(address)
        assert_harmless(page, ran)


def test_the_badge_is_a_picture(page: Page, site: Site, ran: list[object]) -> None:
    page.goto(f"/shared/{site.hostile[0][1]}/badge.svg")
    assert set(page.evaluate("[...document.querySelectorAll('*')].map((element) => element.localName)")) == {"svg", "title", "rect", "path", "g", "text"}  # fmt: skip
    assert ran == []


def test_no_export_is_a_page(page: Page, site: Site, ran: list[object]) -> None:
    for name in ("export.txt", "export.json"):
        page.goto(f"/shared/{site.large[1]}/{name}")
        assert page.locator("body *").count() == page.locator("body > pre, body > div, body > div *").count()
        assert ran == []


def test_markdown_runs_nothing_where_a_site_lets_all_html_through(page: Page, site: Site, ran: list[object]) -> None:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    for name in ("export.md", "export.md?names", "export.gitlab.md"):
        texts = [page.request.get(f"/shared/{view}/{name}").text() for _, view in (site.plain[0], *site.hostile)]
        found = []
        for text in texts:
            html = cmarkgfm.markdown_to_html_with_extensions(
                text, options=options, extensions=["table", "tasklist", "strikethrough"]
            )
            page.set_content(html)
            page.wait_for_timeout(20)
            found.append({name: count for name, count in structure(page).items() if not name.startswith("a ")})
            assert not [
                href
                for href in page.evaluate("[...document.links].map((link) => link.href)")
                if not href.startswith(("http://", "https://"))
            ]
        assert [one for one in found if one != found[0]] == []
    assert ran == []


def test_what_others_write_stays_text_on_an_open_page(page: Page, site: Site, ran: list[object]) -> None:
    edit = site.plain[1][0]
    page.goto(f"/audits/{edit}/")
    before = structure(page)
    for text in TASKS:
        post(
            f"{site.url}/audits/{edit}/",
            {"task": text, "url": f"https://example.org/{''.join(text.split())}", "by": text[:100]},
        )
        page.evaluate("window.changes.look()")
        expect(page.locator("h1")).to_have_text(visible(text))
        assert_harmless(page, ran)
    assert {name.split(" ")[0] for name in structure(page) - before} <= {"h1"}  # its tooltip


def test_a_conflict_and_the_history_beside_an_item_are_text(
    page: Page, site: Site, ran: list[object], visitors: Visitors
) -> None:
    visitors.forgive(page, "409")
    edit = site.plain[2][0]
    for text in TASKS[::3]:
        page.goto(f"/audits/{edit}/")
        note = page.locator("#item-0 > form textarea")
        page.locator("#item-0 h3 a").click()
        note.fill("mine, before I saw yours")
        post(f"{site.url}/audits/{edit}/items/item-0/", {"note": text, "by": text[:100]})
        note.blur()
        expect(page.locator("#item-0 .theirs")).to_have_text(visible(text))
        page.locator("#item-0 details.history summary").click()
        expect(page.locator("#item-0 .entries .value").first).to_have_text(visible(text))
        assert_harmless(page, ran)
        page.locator("#item-0 button[value=theirs]").click()


def test_what_is_kept_in_the_browser_is_text(page: Page, site: Site, ran: list[object]) -> None:
    for text in TASKS[::3]:
        page.goto(f"/audits/{site.plain[3][0]}/")
        page.evaluate("text => { localStorage.by = text; localStorage.theme = text; }", text)
        page.reload()
        expect(page.locator("#by")).to_have_value(text)
        assert_harmless(page, ran)


def sent(page: Page, path: str, fields: dict[str, str]) -> None:
    """Post a form as a browser without scripts does, and look at the answer."""
    page.goto("/")
    page.evaluate(
        """([path, fields]) => {
          const form = Object.assign(document.createElement("form"), { action: path, method: "post" });
          for (const [name, value] of fields) form.append(Object.assign(document.createElement("textarea"), { name, value }));
          document.body.append(form);
          form.submit();
        }""",
        [path, list(fields.items())],
    )
    page.wait_for_url(f"**{path}")


@pytest.mark.parametrize("text", TASKS[1::6])
def test_what_is_refused_is_shown_again_as_text(
    page: Page, site: Site, ran: list[object], visitors: Visitors, text: str
) -> None:
    visitors.forgive(page, "4[0-9][0-9]")
    edit = f"/audits/{site.plain[4][0]}/"
    posts = {
        "/checklists/plain/audits/": {"task": text, "url": text, "by": text, "question-asked": text, "change": text},
        edit: {"task": text, "url": text, "by": text * 9},
        f"{edit}again/": {"url": text},
        f"{edit}items/item-0/": {"verdict": text, "note": text, "by": text, "base": text},
        f"{edit}items/item-1/": {"note": text, "base": "0", "by": text[:100], text: text},
        f"{edit}questions/": {"question-asked": text},
        f"{edit}links/": {"link": text, "date": text, "until": text},
        f"{edit}edition/": {"edition": text},
    }
    for path, fields in posts.items():
        sent(page, path, fields)
        page.wait_for_timeout(20)
        assert_harmless(page, ran)


@pytest.mark.parametrize(
    "payload", [*PAYLOADS[::12], *(payload for payload in PAYLOADS if payload.startswith(('"', "'")))]
)
def test_nothing_in_an_address_runs(
    page: Page, site: Site, ran: list[object], visitors: Visitors, payload: str
) -> None:
    visitors.forgive(page, "40[0-9]")
    text = quote(payload, safe="")
    edit, view = site.plain[5]
    addresses = [
        f"/{text}/",
        f"/mine/?q={text}&outcome={text}&checklist={text}&sort={text}&page={text}",
        f"/audits/{edit}/?q={text}&section={text}&severity={text}&verdict={text}#{text}",
        f"/audits/{edit}/#%E0%A4%A",
        f"/audits/{edit}/history/?page={text}",
        f"/audits/{edit}/items/{text}/history/",
        f"/shared/{view}/?{text}#{text}",
        f"/admin/audits/audit/?q={text}",
        f"/admin/audits/audit/{text}/change/",
        f"/checklists/{text}/",
    ]
    for address in addresses:
        page.goto(address)
        page.wait_for_timeout(20)
        assert_harmless(page, ran)


def test_nothing_meets_the_policy_either(visitors: Visitors, site: Site) -> None:
    page = visitors.come(site.url)
    page.context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in site.cookies.items()])
    for address in ("/", "/checklists/hostile/", "/mine/", f"/audits/{site.large[0]}/", f"/shared/{site.large[1]}/", f"/admin/audits/audit/{site.pk}/change/"):  # fmt: skip
        page.goto(address)
        page.wait_for_timeout(50)


@pytest.mark.parametrize("payload", [PAYLOADS[4], PAYLOADS[8], PAYLOADS[14], PAYLOADS[22]])
def test_the_checks_see_what_runs(chromium: Browser, site: Site, payload: str) -> None:
    context = chromium.new_context(bypass_csp=True, base_url=site.url)
    ran: list[object] = []
    context.expose_function("xss", lambda argument=None: ran.append(argument))
    page = context.new_page()
    page.route(
        "**/planted", lambda route: route.fulfill(body=f"<title>x</title><body>{payload}", content_type="text/html")
    )
    page.goto("/planted")
    page.wait_for_timeout(100)
    assert ran or page.evaluate(SUSPICIOUS)
    context.close()
