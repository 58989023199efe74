"""Pages are compressed for those who take it, and the rest of the answer stays true."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.catalogue.models import Edition
from checklist.compression import ENCODINGS, SHORTEST, Compression, _kept, accepted

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("gzip;q=0, br;q=0", ""),
        ("gzip ; q=0.000", ""),
        ("br;q=0.1", "br"),
        ("gzip;q=0.001", "gzip"),
        ("deflate, zstd", ""),
        ("brotli, x-gzip", ""),
        (",,;q=0,;", ""),
    ],
)
def test_the_best_encoding_that_the_client_takes_is_chosen(header: str, encoding: str) -> None:
    assert accepted(header) == encoding


@pytest.mark.parametrize(
    ("header", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", ""), ("br;q=0", "")]
)
@pytest.mark.parametrize("link", ["edit_link", "view_link"])
def test_a_page_unpacks_to_what_everybody_gets(
    client: Client, link: str, header: str, encoding: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(link)
    packed = client.get(path, headers={"Accept-Encoding": header})
    assert packed.headers.get("Content-Encoding", "") == encoding
    assert UNPACK[encoding](packed.content) == client.get(path).content
    assert packed["Content-Length"] == str(len(packed.content))


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_page_is_sent_in_less_than_half(client: Client, edit_link: str, encoding: str) -> None:
    packed = client.get(edit_link, headers={"Accept-Encoding": encoding})
    assert len(packed.content) * 2 < len(client.get(edit_link).content)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_same_state_is_the_same_bytes(client: Client, edit_link: str, encoding: str) -> None:
    first, second = (client.get(edit_link, headers={"Accept-Encoding": encoding}).content for _ in range(2))
    assert first == second


def test_gzip_holds_no_time_stamp(client: Client, edit_link: str) -> None:
    assert client.get(edit_link, headers={"Accept-Encoding": "gzip"}).content[4:8] == bytes(4)


@pytest.mark.parametrize("header", ["br", "gzip", "", "identity"])
def test_whatever_the_client_takes_caches_are_told_that_it_matters(client: Client, edit_link: str, header: str) -> None:
    assert "Accept-Encoding" in client.get(edit_link, headers={"Accept-Encoding": header})["Vary"]


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_etag_of_a_compressed_page_promises_only_the_same_meaning(
    client: Client, edit_link: str, encoding: str
) -> None:
    plain, packed = (client.get(edit_link, headers=headers)["ETag"] for headers in ({}, {"Accept-Encoding": encoding}))
    assert packed == f"W/{plain.removeprefix('W/')}"


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_a_304_has_the_etag_and_vary_of_the_page(client: Client, edit_link: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    page = client.get(edit_link, headers=headers)
    again = client.get(edit_link, headers=headers | {"If-None-Match": page["ETag"]})
    assert (again.status_code, again.content, again.headers.get("Content-Encoding")) == (304, b"", None)
    assert (again.headers.get("ETag"), again.headers.get("Vary")) == (page["ETag"], page["Vary"])


def test_a_compressed_page_is_sent_again_after_a_change(client: Client, audit: Audit, edit_link: str) -> None:
    headers = {"Accept-Encoding": "br"}
    tag = client.get(edit_link, headers=headers)["ETag"]
    service.answer(audit=audit, item="backoff", note="new")
    again = client.get(edit_link, headers=headers | {"If-None-Match": tag})
    assert (again.status_code, b"new" in brotli.decompress(again.content)) == (200, True)


def through(response: HttpResponse) -> HttpResponse:
    """The answer after the middleware, to a client that takes everything."""
    request = RequestFactory().get("/", headers={"Accept-Encoding": "br, gzip"})
    return Compression(lambda _: response)(request)


@pytest.mark.parametrize(("size", "encoding"), [(0, None), (SHORTEST - 1, None), (SHORTEST, "br")])
def test_a_small_answer_is_left_alone(size: int, encoding: str | None) -> None:
    response = through(HttpResponse(b"a" * size))
    assert response.headers.get("Content-Encoding") == encoding
    assert encoding or (response.content, "Vary" in response) == (b"a" * size, False)


def test_an_answer_that_is_compressed_already_is_left_alone() -> None:
    packed = gzip.compress(b"a" * 9000, 0)
    response = through(HttpResponse(packed, headers={"Content-Encoding": "gzip"}))
    assert (response.content, response["Content-Encoding"]) == (packed, "gzip")


def test_a_stream_is_left_alone() -> None:
    response = through(StreamingHttpResponse([b"a" * 9000]))
    assert b"".join(response.streaming_content) == b"a" * 9000
    assert "Content-Encoding" not in response


@pytest.mark.parametrize(("before", "after"), [('"a"', 'W/"a"'), ('W/"a"', 'W/"a"')])
def test_an_etag_becomes_weak_once(before: str, after: str) -> None:
    assert through(HttpResponse(b"a" * 9000, headers={"ETag": before}))["ETag"] == after


def test_an_answer_without_an_etag_gets_none() -> None:
    assert "ETag" not in through(HttpResponse(b"a" * 9000))


@pytest.mark.parametrize("path", ["/", "/checklists/celery-tasks/", "/audits/nothing/"])
def test_pages_for_everybody_are_compressed_too(client: Client, audit: Audit, path: str) -> None:
    plain, packed = (client.get(path, headers=headers) for headers in ({}, {"Accept-Encoding": "br"}))
    assert brotli.decompress(packed.content) == plain.content


def test_the_page_of_a_checklist_is_compressed_once(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[bytes] = []
    _kept.cache_clear()
    monkeypatch.setitem(ENCODINGS, "br", lambda content: compressed.append(content) or brotli.compress(content))
    pages = [client.get("/checklists/celery-tasks/", headers={"Accept-Encoding": "br"}).content for _ in range(3)]
    assert len(compressed) == 1
    assert {brotli.decompress(page) for page in pages} == {compressed[0]}


def test_the_page_of_an_audit_is_compressed_each_time(
    client: Client, edit_link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[bytes] = []
    monkeypatch.setitem(ENCODINGS, "br", lambda content: compressed.append(content) or brotli.compress(content))
    for _ in range(2):
        client.get(edit_link, headers={"Accept-Encoding": "br"})
    assert len(compressed) == 2
