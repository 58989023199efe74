"""The cookie that names a browser which keeps a list of audits. It is set when the first one is kept, never by looking."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from checklist.audits import lists
from checklist.audits.models import Audit, Visitor

COOKIE = "visitor"
# No other value is looked up: PostgreSQL refuses some characters with an error.
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEPT_FOR = 400 * 24 * 3600  # seconds; browsers keep no cookie longer


def current(request: HttpRequest) -> Visitor | None:
    """The visitor whose cookie came with the request, `None` for a browser that keeps no list."""
    token = request.COOKIES.get(COOKIE, "")
    return Visitor.objects.filter(token=token).first() if TOKEN.fullmatch(token) else None


def number_of_starter(request: HttpRequest, audit: Audit) -> int | None:
    """The audit's number in this browser's list, when this browser started it."""
    visitor = current(request)
    kept = visitor.kept.filter(audit=audit, is_starter=True).first() if visitor else None
    return kept.pk if kept else None


def keep(request: HttpRequest, response: HttpResponse, audit: Audit, *, is_starter: bool = False) -> HttpResponse:
    """Put `audit` into the browser's list, and give `response` the cookie by which the list is found again."""
    return keep_all(request, response, [audit], is_starter=is_starter)


def keep_all(
    request: HttpRequest, response: HttpResponse, audits: Iterable[Audit], *, is_starter: bool = False
) -> HttpResponse:
    """Like `keep`, for several audits."""
    visitor = current(request) or lists.new_visitor()
    for audit in audits:
        lists.keep(visitor=visitor, audit=audit, is_starter=is_starter)
    return remember(response, visitor)


def remember(response: HttpResponse, visitor: Visitor) -> HttpResponse:
    """Set the cookie, or prolong it. Scripts cannot read it, and other sites' requests do not carry it."""
    response.set_cookie(
        COOKIE,
        visitor.token,
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
