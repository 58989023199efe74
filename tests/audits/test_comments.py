"""Review comments over HTTP; their text is tested in `tests/exports`."""

from __future__ import annotations

import pytest
from django.test import Client
from posting import answer

from checklist.audits.models import Audit

LINKS = ["edit_link", "view_link"]


@pytest.mark.parametrize("link", LINKS)
def test_a_comment_is_markdown_about_one_item(client: Client, link: str, request: pytest.FixtureRequest) -> None:
    response = client.get(f"{request.getfixturevalue(link)}items/max-retries-set/comment.md")
    assert (response.status_code, response["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    assert response.content.decode().splitlines()[0].endswith("(critical, `max-retries-set`)")


def test_both_links_give_the_same_comment_with_the_note(client: Client, edit_link: str, view_link: str) -> None:
    answer(client, edit_link, verdict="fail", note="don't retry")
    texts = {client.get(f"{link}items/backoff/comment.md").content.decode() for link in (edit_link, view_link)}
    assert len(texts) == 1
    assert "don't retry" in texts.pop()


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("item", ["unknown", "BACKOFF", "retries", "a" * 300])
def test_an_unknown_item_has_no_comment(client: Client, link: str, item: str, request: pytest.FixtureRequest) -> None:
    assert client.get(f"{request.getfixturevalue(link)}items/{item}/comment.md").status_code == 404


@pytest.mark.parametrize("link", LINKS)
def test_a_comment_holds_no_token(client: Client, audit: Audit, link: str, request: pytest.FixtureRequest) -> None:
    response = client.get(f"{request.getfixturevalue(link)}items/backoff/comment.md")
    assert audit.edit_token not in response.content.decode() + str(response.headers)


def test_a_comment_that_did_not_change_is_not_sent_again(client: Client, edit_link: str) -> None:
    path = f"{edit_link}items/backoff/comment.md"
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    answer(client, edit_link, note="a note")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
