"""Answering one item, from htmx and from a plain form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from markup import Markup
from posting import HTMX, answer
from sample_content import CONTENT

from checklist.audits.models import Answer
from checklist.catalogue import loader

State = Callable[[], list[object]]


def test_an_answer_leads_back_to_its_item(client: Client, edit_link: str) -> None:
    response = answer(client, edit_link, verdict="pass", note="fine")
    assert (response.status_code, response["Location"]) == (303, f"{edit_link}#backoff")


@pytest.mark.parametrize(
    "fields", [{"verdict": "fail"}, {"note": "b"}, {"verdict": "na", "note": ""}, {"verdict": "open"}]
)
def test_an_answer_changes_what_it_names_and_nothing_else(
    client: Client, edit_link: str, fields: dict[str, str]
) -> None:
    answer(client, edit_link, verdict="pass", note="a")
    answer(client, edit_link, **fields)
    assert (
        Answer.objects.values("item", "verdict", "note").get()
        == {"item": "backoff", "verdict": "pass", "note": "a"} | fields
    )


def test_line_ends_become_one_character_before_they_are_counted(client: Client, edit_link: str) -> None:
    assert answer(client, edit_link, note="a\r\n" * 2000).status_code == 303
    assert Answer.objects.get().note == "a\n" * 2000


def test_a_note_keeps_its_white_space_and_its_characters(client: Client, edit_link: str) -> None:
    note = "  <b>&amp; 'quoted' \u202e\U0001f6e9\n\n"
    answer(client, edit_link, note=note)
    assert Answer.objects.get().note == note


BAD_ANSWERS = [
    {},
    {"verdict": ""},
    {"verdict": "maybe"},
    {"verdict": "maybe", "note": "good"},
    {"verdict": "pass", "note": "a" * 4001},
    {"note": "a" * 4001},
    {"note": "a\x00b"},
    {"other": "x"},
]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
@pytest.mark.parametrize("fields", BAD_ANSWERS, ids=lambda fields: str(fields)[:40])
def test_a_bad_answer_is_400_and_changes_nothing(
    client: Client, edit_link: str, state: State, fields: dict[str, str], headers: dict[str, str]
) -> None:
    answer(client, edit_link, verdict="fail", note="before")
    before = state()
    assert answer(client, edit_link, headers=headers, **fields).status_code == 400
    assert state() == before


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_a_body_that_is_no_form_is_400(client: Client, edit_link: str, content_type: str) -> None:
    response = client.post(f"{edit_link}items/backoff/", '{"verdict": "pass"}', content_type=content_type)
    assert response.status_code == 400


@pytest.mark.parametrize("item", ["unknown", "BACKOFF", "retries", "-", "a" * 300])
def test_an_unknown_item_is_404_and_nothing_is_stored(client: Client, edit_link: str, item: str) -> None:
    assert answer(client, edit_link, item, verdict="pass").status_code == 404
    assert not Answer.objects.exists()


def test_an_item_that_only_a_later_edition_has_is_404(client: Client, edit_link: str) -> None:
    later = replace(
        CONTENT.sections[1], slug="later", items=(replace(CONTENT.sections[1].items[0], slug="later-item"),)
    )
    loader.load([replace(CONTENT, sections=(*CONTENT.sections, later))])
    assert answer(client, edit_link, "later-item", verdict="pass").status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
def test_repeating_an_answer_writes_nothing(
    client: Client, edit_link: str, state: State, headers: dict[str, str]
) -> None:
    answer(client, edit_link, verdict="fail", note="a\r\nb")
    before = state()
    answer(client, edit_link, headers=headers, verdict="fail", note="a\r\nb")
    assert state() == before


def test_htmx_gets_progress_sections_and_outcome_to_swap(client: Client, edit_link: str) -> None:
    response = answer(client, edit_link, headers=HTMX, verdict="pass")
    swapped = {
        found.attributes["id"]
        for found in Markup.of(response).elements
        if found.attributes.get("hx-swap-oob") == "true"
    }
    assert (response.status_code, swapped) == (200, {"progress", "sections", "outcome"})


def test_htmx_gets_a_fragment_and_no_page(client: Client, edit_link: str) -> None:
    assert not Markup.of(answer(client, edit_link, headers=HTMX, verdict="pass")).all("html")


def test_the_fragment_says_how_far_the_audit_is_now(client: Client, edit_link: str) -> None:
    page = Markup.of(answer(client, edit_link, "max-retries-set", headers=HTMX, verdict="fail"))
    assert page.one("p", id="progress").text.split() == ["Request", "changes", "1", "of", "5"]


@pytest.mark.parametrize("name", ["progress", "sections", "outcome"])
def test_a_swapped_part_is_what_the_whole_page_shows(client: Client, edit_link: str, name: str) -> None:
    fragment = Markup.of(answer(client, edit_link, headers=HTMX, verdict="fail"))
    page = Markup.of(client.get(edit_link))
    texts = [
        next(found.text for found in markup.elements if found.attributes.get("id") == name)
        for markup in (fragment, page)
    ]
    assert texts[0] == texts[1]


def test_htmx_is_told_why_an_answer_is_refused(client: Client, edit_link: str) -> None:
    problem = Markup.of(answer(client, edit_link, headers=HTMX, verdict="maybe")).one("div", class_="problem")
    assert problem.text.strip() == "A verdict is one of pass, fail, na, open."


def test_without_htmx_the_page_says_why_beside_the_item(client: Client, edit_link: str) -> None:
    page = Markup.of(answer(client, edit_link, note="a" * 4001))
    said = [found.text.strip() for found in page.all("div", class_="problem")]
    assert said[1] == "A note has at most 4,000 characters; this one has 4001."
    assert not any(said[:1] + said[2:])


def test_without_htmx_a_refused_note_is_kept(client: Client, edit_link: str) -> None:
    page = Markup.of(answer(client, edit_link, note="<é\n" + "a" * 4001))
    assert page.all("textarea", name="note")[1].text.strip() == "<é\n" + "a" * 4001


def test_the_forms_of_a_refused_page_lead_where_those_of_the_audit_lead(client: Client, edit_link: str) -> None:
    refused = Markup.of(answer(client, edit_link, note="a" * 4001))
    whole = Markup.of(client.get(edit_link))
    assert [f"../../{path}".removesuffix("./") for path in actions(whole)] == actions(refused)


def actions(page: Markup) -> list[str]:
    """Where the forms of a page that write lead."""
    return [form.attributes["action"] for form in page.all("form", method="post")]


def test_without_htmx_a_refused_verdict_is_kept(client: Client, edit_link: str) -> None:
    page = Markup.of(answer(client, edit_link, verdict="fail", note="a" * 4001))
    assert (
        len([found for found in page.all("input", name="verdict", value="fail") if "checked" in found.attributes]) == 1
    )
