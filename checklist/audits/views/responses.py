"""What several views answer with: a redirect, a fragment, a page that did not change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response

from checklist.audits import changes, moulds
from checklist.audits.answering import Conflict
from checklist.audits.forms import ChangeForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.build import build


class SeeOther(HttpResponseRedirect):
    """The answer to a post that was carried out: look there."""

    status_code = 303


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx sent `request` and takes a fragment."""
    return bool(getattr(request, "htmx", False))


def saved(page: Page) -> HttpResponse:
    """What changed around the answers, and the revision by which the page knows an overtaken answer."""
    response = HttpResponse(moulds.saved(page))
    response["Walkaround-Revision"] = page.audit.revision
    return response


def problem(request: HttpRequest, form: ChangeForm) -> HttpResponse:
    """Why a post was refused, which the page that sent it shows at its place."""
    return render(request, "audits/_problem.html", {"form": form}, status=400)


def conflict(request: HttpRequest, page: Page, place: str, found: Conflict) -> HttpResponse:
    """409: programs get what is stored as JSON, a browser without scripts a page that shows both values and asks."""
    if is_htmx(request) or "text/html" not in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse(changes.collision(place, found), status=409)
    else:
        title = next((entry.title for entry in page.report.entries if entry.item == place), "")
        asked = {f"{prefix}{one.field}" for one in found.collisions for prefix in ("", "base-")} | {"base", "change"}
        others = [(name, value) for name, value in request.POST.items() if name not in asked]
        context = {"page": page, "place": place, "title": title, "collisions": found.collisions, "others": others}
        response = render(request, "audits/conflict.html", context, status=409)
    # The outcome of a protocol, no fault to warn the operator of.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def unless_unchanged(
    request: HttpRequest, found: Audit, respond: Callable[[], HttpResponse], *, also: object = ""
) -> HttpResponse:
    """304 when the client already has this state of the audit, else what `respond` makes.

    `also` names what else the answer shows, beside the audit and its edition.
    """
    shown = f"{found.view_token} {found.is_view_link_live(timezone.now())} {request.get_full_path()} {also}"
    links = hashlib.sha256(shown.encode()).hexdigest()[:16]
    etag = f'"{found.revision}-{found.edition_id}-{links}-{build()}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if unchanged is not None else respond()
    response["ETag"] = etag
    return response
