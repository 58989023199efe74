"""What a first visit costs: compressed bytes with their headers and requests, as gunicorn sends them to a Chromium with an empty cache."""

from __future__ import annotations

import gzip
import urllib.request
from typing import Any

import brotli
import pytest
from playwright.sync_api import Page

from . import states
from .pages import CHECKLIST
from .server import Server

KB = 1024
MOST_BYTES = 44 * KB
MOST_REQUESTS = 8
MOST_BYTES_OF_CSS = 8 * KB
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}


class Traffic:
    """What Chromium's network layer says about the requests of `page`: every URL, and the bytes of its answer with the headers."""

    def __init__(self, page: Page) -> None:
        self.urls: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.sizes[self.urls[event["requestId"]]] = event["encodedDataLength"]


def get(url: str, encoding: str) -> tuple[bytes, str]:
    """The body as it was sent, and how it was compressed."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request) as response:
        return response.read(), response.headers.get("Content-Encoding", "identity")


@pytest.fixture
def visit(page: Page, server: Server) -> Traffic:
    """The first visit of an audit of the whole Celery checklist."""
    traffic = Traffic(page)
    page.goto(states.fresh(server.url).edit, wait_until="networkidle")
    return traffic


def test_a_first_visit_is_light(visit: Traffic) -> None:
    sizes = {url: size for url, size in visit.sizes.items() if not url.endswith(".svg")}
    assert 20 * KB < sum(sizes.values()) <= MOST_BYTES, sizes


def test_a_first_visit_needs_few_requests(visit: Traffic) -> None:
    assert 3 < len(visit.urls) <= MOST_REQUESTS, visit.urls


def test_the_stylesheet_is_small(visit: Traffic) -> None:
    (stylesheet,) = [url for url in visit.sizes if url.endswith(".css")]
    assert len(get(stylesheet, "br")[0]) <= MOST_BYTES_OF_CSS


def test_everything_that_a_page_loads_is_compressed(visit: Traffic) -> None:
    for url in visit.urls.values():
        for encoding in ("br", "gzip"):
            body, sent = get(url, encoding)
            assert sent == encoding, url
            assert DECODERS[sent](body) == get(url, "identity")[0]


@pytest.mark.parametrize("path", ["/", f"/checklists/{CHECKLIST}/"])
@pytest.mark.parametrize(
    ("accepts", "sent"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", "identity")]
)
def test_pages_are_compressed_the_best_way_that_the_browser_takes(
    server: Server, path: str, accepts: str, sent: str
) -> None:
    body, encoding = get(f"{server.url}{path}", accepts)
    assert encoding == sent
    assert b"</html>" in DECODERS[encoding](body)
