"""What happened to an audit, and taking an old text out of it."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from checklist.audits import access, history, service
from checklist.audits.page import Page
from checklist.audits.views.responses import SeeOther, is_htmx


def audit_history(request: HttpRequest, token: str) -> HttpResponse:
    """Every change of the audit."""
    found = access.for_edit(token)
    page = Page(found, base="../")
    pages = Paginator(history.of_audit(found), settings.HISTORY_PAGE_SIZE)
    items = {entry.item for entry in page.report.entries}
    context = {"page": page, "items": items, "changes": pages.get_page(request.GET.get("page"))}
    return render(request, "audits/history.html", context)


def item_history(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """Every change of one item."""
    found = access.for_edit(token)
    if not service.has_item(found, item):
        raise Http404
    page = Page(found, base="../../../")
    pages = Paginator(history.of_item(found, item), settings.HISTORY_PAGE_SIZE)
    context = {"page": page, "line": page.line(item), "changes": pages.get_page(request.GET.get("page"))}
    return render(request, "audits/_history.html" if is_htmx(request) else "audits/item_history.html", context)


def erase(request: HttpRequest, token: str, item: str, revision: int) -> HttpResponse:
    """Take an old text of a note out of the history for good."""
    found = access.for_edit(token)
    if not history.erase_note(audit=found, item=item, revision=revision):
        raise Http404
    return SeeOther(reverse("item-history", args=[token, item]))
