"""Compresses pages: brotli where the browser takes it, else gzip. Static files are compressed when they are collected.

Text that an audit's page repeats for everybody is large and what a person typed is small and behind a secret link, so that
compressing both together tells an eavesdropper nothing that could be steered (the BREACH attack needs both in one page).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]

SHORTEST = 500  # bytes; less fits into one packet anyway
BROTLI_QUALITY = 8  # above it the time grows much faster than the size shrinks
GZIP_LEVEL = 6


def _brotli(content: bytes) -> bytes:
    return bytes(brotli.compress(content, quality=BROTLI_QUALITY))


def _gzip(content: bytes) -> bytes:
    # No time stamp, so that the same page gives the same bytes.
    return gzip.compress(content, compresslevel=GZIP_LEVEL, mtime=0)


ENCODINGS = {"br": _brotli, "gzip": _gzip}


def accepted(header: str) -> str:
    """The best encoding that an `Accept-Encoding` header names, or "": brotli before gzip, `;q=0` refuses."""
    offers = [offer.partition(";") for offer in header.lower().replace(" ", "").split(",")]
    taken = {name for name, _, quality in offers if quality not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}}
    return next((name for name in ENCODINGS if name in taken), "")


class FixedResponse(HttpResponse):
    """An answer whose bytes are the same for everybody: they are compressed once and kept."""


def _compressed(encoding: str, content: bytes) -> bytes:
    return ENCODINGS[encoding](content)


_kept = lru_cache(maxsize=64)(_compressed)


class Compression:
    """Middleware that compresses what is text, whole and not yet compressed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Compress the answer in place."""
        response = self.get_response(request)
        if response.streaming or response.has_header("Content-Encoding") or _is_short(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if encoding := accepted(request.headers.get("Accept-Encoding", "")):
            _weaken(response)
            if response.status_code != HTTPStatus.NOT_MODIFIED:
                compress = _kept if isinstance(response, FixedResponse) else _compressed
                response.content = compress(encoding, response.content)
                response["Content-Encoding"] = encoding
                response["Content-Length"] = str(len(response.content))
        return response


def _is_short(response: HttpResponse) -> bool:
    """Whether compressing gains nothing. A 304 is empty and yet says what the page that it stands for would say."""
    return response.status_code != HTTPStatus.NOT_MODIFIED and len(response.content) < SHORTEST


def _weaken(response: HttpResponse) -> None:
    """The same state in other bytes: an ETag may then only promise equal meaning."""
    etag = response.get("ETag", "")
    if etag.startswith('"'):
        response["ETag"] = f"W/{etag}"
