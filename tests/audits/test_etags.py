"""ETags: a page that did not change is not sent again."""

from __future__ import annotations

import pytest
from django.test import Client
from sample_content import REWORDED

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.audits.report import Verdict
from checklist.catalogue import loader

PAGES = ("", "export.md", "export.gitlab.md", "export.txt", "export.json", "items/backoff/comment.md")
SECRET_PAGES = [(link, name) for link in ("edit_link", "view_link") for name in PAGES]


@pytest.fixture(params=SECRET_PAGES, ids=" ".join)
def path(request: pytest.FixtureRequest) -> str:
    """Each page of an audit in turn."""
    link, name = request.param
    return str(request.getfixturevalue(link)) + name


def test_an_etag_saves_sending_the_page_again(client: Client, path: str) -> None:
    tag = client.get(path)["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_an_etag_changes_after_an_answer(client: Client, path: str, audit: Audit) -> None:
    tag = client.get(path)["ETag"]
    service.answer(audit=audit, item="backoff", verdict=Verdict.PASS)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_an_etag_changes_after_a_correction(client: Client, path: str, audit: Audit) -> None:
    tag = client.get(path)["ETag"]
    service.correct(audit=audit, task="other.task")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_an_etag_changes_with_new_content_only_where_the_page_offers_it(
    client: Client, path: str, edit_link: str
) -> None:
    tag = client.get(path)["ETag"]
    loader.load([REWORDED])
    expected = 200 if path == edit_link else 304
    assert client.get(path, headers={"If-None-Match": tag}).status_code == expected


def test_an_etag_does_not_hold_a_token(client: Client, path: str, audit: Audit) -> None:
    tag = client.get(path)["ETag"]
    assert audit.edit_token not in tag
    assert audit.view_token not in tag


def test_no_two_pages_of_an_audit_share_an_etag(client: Client, edit_link: str, view_link: str) -> None:
    paths = [link + name for link in (edit_link, view_link) for name in PAGES]
    assert len({client.get(path)["ETag"] for path in paths}) == len(paths)


def test_an_etag_of_a_compressed_page_saves_sending_it_again(client: Client, path: str) -> None:
    zipped = {"Accept-Encoding": "gzip"}
    tag = client.get(path, headers=zipped)["ETag"]
    assert client.get(path, headers=zipped | {"If-None-Match": tag}).status_code == 304
