"""The pages that anybody can read: home and the checklist."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from markup import Markup
from pytest_django import DjangoAssertNumQueries
from sample_content import CONTENT, ITEMS, REWORDED

from checklist.catalogue import loader
from checklist.catalogue.models import Edition

PATH = "/checklists/celery-tasks/"
START = f"{PATH}audits/"


def test_home_lists_the_checklists_by_title(client: Client, db: None) -> None:
    loader.load([replace(CONTENT, slug=slug, title=title) for slug, title in (("a", "Zebra"), ("b", "Ant"))])
    assert [title.text for title in Markup.of(client.get("/")).all("h2")] == ["Ant", "Zebra"]


def test_home_starts_an_audit(client: Client, edition: Edition) -> None:
    assert Markup.of(client.get("/")).one("form").attributes == {"class": "start", "action": START, "method": "post"}


def test_home_without_any_checklist_says_what_to_do(client: Client, db: None) -> None:
    assert "load_checklists" in client.get("/").content.decode()


def test_home_does_not_list_a_retired_checklist(client: Client, edition: Edition) -> None:
    loader.load([])
    assert "celery-tasks" not in client.get("/").content.decode()


def test_a_checklist_has_an_anchor_per_item(client: Client, edition: Edition) -> None:
    assert [item.attributes["id"] for item in Markup.of(client.get(PATH)).all("li", class_="item")] == ITEMS


def test_every_link_within_a_checklist_has_a_target(client: Client, edition: Edition) -> None:
    page = Markup.of(client.get(PATH))
    targets = {href[1:] for href in page.attributes("href") if href.startswith("#")}
    assert targets <= set(page.attributes("id"))


def test_no_id_is_used_twice(client: Client, edition: Edition) -> None:
    ids = Markup.of(client.get(PATH)).attributes("id")
    assert len(ids) == len(set(ids))


def test_a_checklist_shows_its_current_edition(client: Client, edition: Edition) -> None:
    loader.load([REWORDED])
    assert "edition 2" in Markup.of(client.get(PATH)).one("main").text


@pytest.mark.parametrize(
    "text", ["Celery 5.7.0", "It blocks a worker.", "Tasks that run once.", "Since 3.1", "See also: Title of backoff"]
)
def test_a_checklist_shows_what_its_items_say(client: Client, edition: Edition, text: str) -> None:
    assert text in Markup.of(client.get(PATH)).one("main").text


def test_a_source_is_a_link_that_tells_nobody_where_the_reader_was(client: Client, edition: Edition) -> None:
    source = Markup.of(client.get(PATH)).one("a", href="https://example.org/retries")
    assert (source.text, source.attributes["rel"]) == ("Manual: retries", "noopener noreferrer")


def test_a_retired_checklist_can_be_read_and_not_started(client: Client, edition: Edition) -> None:
    loader.load([])
    page = Markup.of(client.get(PATH))
    assert "no longer offered" in page.one("aside").text
    assert not page.all("form")


@pytest.mark.parametrize("slug", ["unknown", "Celery-Tasks", "celery_tasks", "a" * 300])
def test_an_unknown_checklist_is_404(client: Client, edition: Edition, slug: str) -> None:
    assert client.get(f"/checklists/{slug}/").status_code == 404


def test_the_form_of_a_checklist_starts_an_audit(client: Client, edition: Edition) -> None:
    action = Markup.of(client.get(PATH)).one("form").attributes["action"]
    assert client.post(PATH + action, {"task": "t"}).status_code == 303


@pytest.mark.parametrize("path", ["/", PATH])
def test_a_page_of_the_catalogue_is_the_same_for_everybody(client: Client, edition: Edition, path: str) -> None:
    other = client.get(path, headers={"Cookie": "sessionid=x; csrftoken=y", "User-Agent": "x", "Accept-Language": "de"})
    assert client.get(path).content == other.content


@pytest.mark.parametrize(("path", "queries"), [("/", 2), (PATH, 1)])
def test_pages_of_the_catalogue_are_cheap(
    client: Client, edition: Edition, path: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)
