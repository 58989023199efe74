"""Posts as the pages of an audit send them."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

HTMX = {"HX-Request": "true"}


def answer(
    client: Client, edit_link: str, item: str = "backoff", headers: dict[str, str] | None = None, **fields: str
) -> HttpResponse:
    """Post an answer as the form of the item does."""
    return client.post(f"{edit_link}items/{item}/", fields, headers=headers)
