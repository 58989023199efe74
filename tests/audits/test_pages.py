"""The pages of an audit: what they show, and what they never hold."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from markup import Markup
from posting import HTMX, answer
from pytest_django import Settings

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.audits.report import Verdict
from checklist.audits.views.audit import FORMATS


def test_the_edit_token_is_not_in_the_html_of_the_audit(client: Client, audit: Audit, edit_link: str) -> None:
    assert audit.edit_token not in client.get(edit_link).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
@pytest.mark.parametrize("fields", [{"verdict": "pass"}, {"verdict": "maybe"}])
def test_the_edit_token_is_not_in_the_html_of_an_answer(
    client: Client, audit: Audit, edit_link: str, fields: dict[str, str], headers: dict[str, str]
) -> None:
    assert audit.edit_token not in answer(client, edit_link, headers=headers, **fields).content.decode()


def test_the_edit_token_is_not_in_the_html_of_a_refused_correction(
    client: Client, audit: Audit, edit_link: str
) -> None:
    assert audit.edit_token not in client.post(edit_link, {"task": ""}).content.decode()


@pytest.mark.parametrize("name", ["", *(f"export.{form}" for form in FORMATS)])
def test_the_edit_token_is_nowhere_in_what_the_view_link_gives(
    client: Client, audit: Audit, view_link: str, name: str
) -> None:
    response = client.get(view_link + name)
    assert audit.edit_token not in response.content.decode() + str(response.headers)


def test_a_new_audit_shows_a_view_link_that_works(client: Client, edit_link: str) -> None:
    link = Markup.of(client.get(edit_link)).one("input", id="view-link").attributes["value"]
    assert client.get(urlsplit(link).path).status_code == 200


def test_the_view_link_is_absolute(client: Client, edit_link: str, view_link: str, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://walkaround.example.org"
    assert f"https://walkaround.example.org{view_link}" in client.get(edit_link).content.decode()


def test_the_shared_page_has_nothing_to_click_that_writes(client: Client, view_link: str) -> None:
    page = Markup.of(client.get(view_link))
    assert not [found for name in ("form", "input", "textarea") for found in page.all(name)]


def test_the_shared_page_shows_answers_and_outcome(client: Client, edit_link: str, view_link: str) -> None:
    answer(client, edit_link, "max-retries-set", verdict="fail", note="no cap")
    page = Markup.of(client.get(view_link))
    failed = page.one("li", id="max-retries-set")
    assert (failed.attributes["class"], "no cap" in failed.text) == ("item failure", True)
    assert page.one("p", class_="outcome request-changes").text == "Request changes"


HOSTILE = "\"><script>alert(1)</script>'<img src=x onerror=alert(1)>{{ 7 }}{% now %}&lt;"


@pytest.mark.parametrize("link", ["edit_link", "view_link"])
def test_what_a_user_typed_is_text_and_never_html(
    client: Client, audit: Audit, link: str, request: pytest.FixtureRequest
) -> None:
    service.correct(audit=audit, task=HOSTILE)
    service.answer(audit=audit, item="backoff", verdict=Verdict.FAIL, note=HOSTILE)
    page = Markup.of(client.get(request.getfixturevalue(link)))
    assert not [found for found in page.elements if found.name == "img" or "onerror" in found.attributes]
    assert page.one("h1").text == HOSTILE


def test_a_hostile_task_that_is_refused_is_text_too(client: Client, edit_link: str) -> None:
    page = Markup.of(client.post(edit_link, {"task": HOSTILE * 4, "url": HOSTILE}))
    assert page.one("input", name="url").attributes["value"] == HOSTILE
    assert not page.all("img")


def test_a_hostile_note_that_is_refused_is_text_too(client: Client, edit_link: str) -> None:
    page = Markup.of(answer(client, edit_link, note="</textarea>" + HOSTILE * 60))
    assert not page.all("img")
    assert page.all("textarea", name="note")[1].text.strip() == "</textarea>" + HOSTILE * 60


@pytest.mark.parametrize("url", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_dangerous_url_never_becomes_a_link(client: Client, edit_link: str, url: str) -> None:
    refused = Markup.of(client.post(edit_link, {"url": url}))
    hrefs = [*refused.attributes("href"), *Markup.of(client.get(edit_link)).attributes("href")]
    schemes = {urlsplit(href).scheme for href in hrefs}
    assert schemes <= {"", "http", "https"}


@pytest.mark.parametrize("link", ["edit_link", "view_link"])
def test_no_page_holds_inline_script_or_style(client: Client, link: str, request: pytest.FixtureRequest) -> None:
    page = Markup.of(client.get(request.getfixturevalue(link)))
    assert not [found for found in page.all("script") if "src" not in found.attributes]
    assert not page.all("style") + [found for found in page.elements if "style" in found.attributes]
