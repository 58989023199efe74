"""What is rare in the life of an audit: another edition, deletion, and the way back from both."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from checklist.audits import access, history, lifecycle
from checklist.audits.differences import between
from checklist.audits.forms import MoveForm
from checklist.audits.page import Page
from checklist.audits.views.responses import SeeOther
from checklist.catalogue.rendering import rendered


def edition(request: HttpRequest, token: str) -> HttpResponse:
    """What the newest edition changes, and the offer to move to it or back."""
    found = access.for_edit(token)
    newest = found.edition.checklist.latest
    differences = between(rendered(found.edition).content, rendered(newest).content)
    earlier = [number for number in history.earlier_editions(found) if number != newest.number]
    context = {"page": Page(found, base="../"), "newest": newest, "differences": differences, "earlier": earlier}
    return render(request, "audits/edition.html", context)


def move(request: HttpRequest, token: str) -> HttpResponse:
    """Move the audit to another edition of its checklist."""
    found = access.for_edit(token)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("edition: the number of an edition of this checklist", content_type="text/plain")
    wanted = get_object_or_404(found.edition.checklist.editions, number=form.cleaned_data["edition"])
    lifecycle.move(audit=found, edition=wanted, by=form.cleaned_data["by"])
    return SeeOther(reverse("audit", args=[token]))


def ask_to_delete(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once before an audit is deleted."""
    return render(request, "audits/delete.html", {"page": Page(access.for_edit(token), base="../")})


def delete(request: HttpRequest, token: str) -> HttpResponse:
    """Delete the audit; it can be restored."""
    lifecycle.delete(audit=access.for_edit(token))
    return SeeOther(reverse("audit", args=[token]))


def restore(request: HttpRequest, token: str) -> HttpResponse:
    """Bring a deleted audit back."""
    lifecycle.restore(audit=access.deleted(token))
    return SeeOther(reverse("audit", args=[token]))


def remove(request: HttpRequest, token: str) -> HttpResponse:
    """Delete a deleted audit for good."""
    lifecycle.remove(audit=access.deleted(token))
    return SeeOther(reverse("home"))
