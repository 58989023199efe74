"""Requests as a WSGI server hands them over. Django's test client makes its requests itself, past `checklist.wsgi`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from checklist.wsgi import Handler

LOCAL = RequestFactory()


@dataclass(frozen=True)
class Answer:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@contextmanager
def open_connections() -> Iterator[None]:
    """The database stays connected after a request, since a test is a transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def ask(application: Handler, method: str, path: str, body: bytes = b"", **environ: object) -> Answer:
    """One request; `path` is decoded already, as PEP 3333 has it, and `environ` overrides what it would be."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    own = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    given = {"REQUEST_METHOD": method, "PATH_INFO": path, **own}
    with open_connections():
        response = application(
            {**LOCAL._base_environ(), **given, **environ}, lambda status, headers: started.append((status, headers))
        )
        content = b"".join(response)
        response.close()
    ((status, headers),) = started
    return Answer(int(status[:3]), dict(headers), content)
