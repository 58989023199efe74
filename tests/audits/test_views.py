"""Starting an audit and correcting what it is about."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from django.test import Client
from markup import Markup
from sample_content import REWORDED

from checklist.audits.models import Audit
from checklist.catalogue import loader
from checklist.catalogue.models import Edition

State = Callable[[], list[object]]
START = "/checklists/celery-tasks/audits/"


def test_starting_leads_to_the_edit_link_of_a_new_audit(client: Client, edition: Edition) -> None:
    response = client.post(START, {"task": "billing.tasks.charge", "url": "https://example.org/pull/1"})
    audit = Audit.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/audits/{audit.edit_token}/")


def test_starting_stores_task_url_and_the_current_edition(client: Client, edition: Edition) -> None:
    client.post(START, {"task": " billing.tasks.charge ", "url": "https://example.org/pull/1"})
    assert Audit.objects.values_list("task", "url", "edition").get() == (
        "billing.tasks.charge", "https://example.org/pull/1", edition.pk,
    )  # fmt: skip


def test_starting_needs_no_url(client: Client, edition: Edition) -> None:
    assert client.post(START, {"task": "t"}).status_code == 303


def test_a_task_of_200_characters_starts_an_audit(client: Client, edition: Edition) -> None:
    assert client.post(START, {"task": "é" * 200}).status_code == 303


refused_starts = pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task", ""),
        ("task", "  "),
        ("task", "x" * 201),
        ("url", "javascript:alert(1)"),
        ("url", "ftp://x.org/"),
        ("url", "https://x.org/" + "x" * 490),
    ],
    ids=lambda value: value[:20],
)
TYPED = {"task": "typed.task", "url": "https://typed.example/"}


@refused_starts
def test_a_refused_start_is_422_and_starts_nothing(client: Client, edition: Edition, name: str, value: str) -> None:
    assert client.post(START, TYPED | {name: value}).status_code == 422
    assert not Audit.objects.exists()


@refused_starts
def test_a_refused_start_says_why_beside_the_field(client: Client, edition: Edition, name: str, value: str) -> None:
    page = Markup.of(client.post(START, TYPED | {name: value}))
    reason = page.one("span", id=page.one("input", name=name).attributes["aria-describedby"])
    assert len(reason.text) > 10


@refused_starts
def test_a_refused_start_says_nothing_beside_the_other_field(
    client: Client, edition: Edition, name: str, value: str
) -> None:
    page = Markup.of(client.post(START, TYPED | {name: value}))
    (other,) = set(TYPED) - {name}
    assert "aria-invalid" not in page.one("input", name=other).attributes


@refused_starts
def test_a_refused_start_keeps_what_was_typed(client: Client, edition: Edition, name: str, value: str) -> None:
    page = Markup.of(client.post(START, TYPED | {name: value}))
    assert {field: page.one("input", name=field).attributes["value"] for field in TYPED} == TYPED | {name: value}


@refused_starts
def test_the_form_of_a_refused_start_leads_to_the_start_again(
    client: Client, edition: Edition, name: str, value: str
) -> None:
    form = Markup.of(client.post(START, TYPED | {name: value})).one("form")
    assert urljoin(START, form.attributes["action"]) == START


@pytest.mark.parametrize("slug", ["unknown", "Celery-tasks", "celery_tasks"])
def test_an_unknown_checklist_starts_no_audit(client: Client, edition: Edition, slug: str) -> None:
    assert client.post(f"/checklists/{slug}/audits/", {"task": "t"}).status_code == 404
    assert not Audit.objects.exists()


def test_a_retired_checklist_starts_no_audit(client: Client, edition: Edition) -> None:
    loader.load([])
    assert client.post(START, {"task": "t"}).status_code == 404
    assert not Audit.objects.exists()


def test_after_a_new_edition_audits_start_on_that(client: Client, audit: Audit) -> None:
    loader.load([REWORDED])
    client.post(START, {"task": "t"})
    assert [found.edition.number for found in Audit.objects.order_by("pk")] == [1, 2]


def test_a_correction_leads_back_to_the_audit(client: Client, edit_link: str) -> None:
    response = client.post(edit_link, {"task": "other.task", "url": "https://example.org/pull/2"})
    assert (response.status_code, response["Location"]) == (303, edit_link)


@pytest.mark.parametrize(
    "fields", [{"task": "other"}, {"url": "https://o.example/"}, {"url": ""}, {"task": "o", "url": ""}]
)
def test_a_correction_changes_what_it_names_and_nothing_else(
    client: Client, edit_link: str, fields: dict[str, str]
) -> None:
    client.post(edit_link, fields)
    before = {"task": "billing.tasks.charge", "url": "https://example.org/pull/1"}
    assert Audit.objects.values("task", "url").get() == before | fields


@pytest.mark.parametrize(
    "fields", [{}, {"task": ""}, {"task": "x" * 201}, {"url": "javascript:x"}, {"task": "good", "url": "//x"}]
)
def test_a_refused_correction_is_422_and_changes_nothing(
    client: Client, edit_link: str, state: State, fields: dict[str, str]
) -> None:
    before = state()
    assert client.post(edit_link, fields).status_code == 422
    assert state() == before


def test_a_refused_correction_says_why_beside_the_field_and_keeps_what_was_typed(
    client: Client, edit_link: str
) -> None:
    page = Markup.of(client.post(edit_link, {"task": "typed", "url": "ftp://typed"}))
    assert page.one("span", id="url-problem").text == "A link starts with https:// or http://."
    assert [page.one("input", name=name).attributes["value"] for name in ("task", "url")] == ["typed", "ftp://typed"]


def test_repeating_a_correction_writes_nothing(client: Client, edit_link: str, state: State) -> None:
    client.post(edit_link, {"task": "other"})
    before = state()
    client.post(edit_link, {"task": "other"})
    assert state() == before


def test_a_refused_correction_shows_what_is_stored_for_a_field_that_was_left_out(
    client: Client, edit_link: str
) -> None:
    page = Markup.of(client.post(edit_link, {"task": ""}))
    assert page.one("input", name="url").attributes["value"] == "https://example.org/pull/1"
