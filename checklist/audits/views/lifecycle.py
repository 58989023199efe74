"""What is rare in the life of an audit: another edition, deletion, and the way back from both."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.vary import vary_on_cookie

from checklist.audits import access, history, lifecycle
from checklist.audits.differences import between
from checklist.audits.forms import MoveForm
from checklist.audits.page import Page
from checklist.audits.views import visitors
from checklist.audits.views.responses import SeeOther
from checklist.catalogue.rendering import rendered
from checklist.views import forbidden


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


@vary_on_cookie
def ask_to_delete(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once before an audit is deleted; its starter is led to where that is done."""
    found = access.for_edit(token)
    if number := visitors.number_of_starter(request, found):
        return redirect("my-deletion", number)
    context = {"page": Page(found, base="../"), "back": "../", "is_refused": access.has_starter(found)}
    return render(request, "audits/delete.html", context)


def delete(request: HttpRequest, token: str) -> HttpResponse:
    """Delete the audit, where no starter is known; it can be restored."""
    found = access.for_edit(token)
    if access.has_starter(found):
        return forbidden(request)
    lifecycle.delete(audit=found)
    return SeeOther(reverse("audit", args=[token]))


def restore(request: HttpRequest, token: str) -> HttpResponse:
    """Bring a deleted audit back."""
    lifecycle.restore(audit=access.deleted(token))
    return SeeOther(reverse("audit", args=[token]))


def remove(request: HttpRequest, token: str) -> HttpResponse:
    """Delete a deleted audit for good, where no starter is known."""
    found = access.deleted(token)
    if number := visitors.number_of_starter(request, found):
        return redirect("my-deletion", number)
    if access.has_starter(found):
        return forbidden(request)
    lifecycle.remove(audit=found)
    return SeeOther(reverse("home"))
