"""Helpers for `urls.py` files: which view answers which method, and what a token looks like in a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import register_converter
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.vary import vary_on_cookie

View = Callable[..., HttpResponse]


class TokenConverter:
    """An audit's token in a path. Whatever cannot be one is not found without asking the database."""

    regex = r"[A-Za-z0-9_-]{22,64}"

    def to_python(self, value: str) -> str:
        """The token as it stands in the path."""
        return value

    def to_url(self, value: str) -> str:
        """The path of a token."""
        return value


register_converter(TokenConverter, "token")


def methods(
    *,
    get: View | None = None,
    post: View | None = None,
    by_cookie: bool = False,
    takes_code: bool = False,
    takes_many: bool = False,
) -> View:
    """One URL, a view per method (`HEAD` is answered like `GET`), 405 for every other method.

    Under an audit's secret no view needs Django's CSRF token: `middleware.SameOriginWrites` refuses foreign writes. What a cookie
    authorises (`by_cookie`) needs it. Where source code is posted (`takes_code`), a body may be larger; there and where many things are
    chosen (`takes_many`), a form may have more fields.
    """
    views = {name: view for name, view in {"GET": get, "HEAD": get, "POST": post}.items() if view}

    def dispatch(request: HttpRequest, **arguments: Any) -> HttpResponse:
        view = views.get(request.method or "")
        return view(request, **arguments) if view else HttpResponseNotAllowed(list(views))

    view = vary_on_cookie(dispatch) if by_cookie else csrf_exempt(dispatch)
    view.takes_code, view.takes_many = takes_code, takes_code or takes_many  # type: ignore[attr-defined]
    return view
