"""The links of an audit: what each allows, whether it is live and until when, and changing that."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.vary import vary_on_cookie

from checklist.audits import access
from checklist.audits.link_form import LinksForm
from checklist.audits.page import Page
from checklist.audits.views import visitors
from checklist.audits.views.responses import SeeOther
from checklist.views import forbidden


def page(
    request: HttpRequest, shown: Page, *, number: int | None, may_change: bool, form: LinksForm | None = None
) -> HttpResponse:
    """The page about both links; `number` is that of the audit in the visitor's list, where it is reached from there."""
    now = timezone.now()
    context = {
        "page": shown,
        "number": number,
        "may_change": may_change,
        "form": form,
        "edit_live": shown.audit.is_edit_link_live(now),
        "view_live": shown.audit.is_view_link_live(now),
    }
    return render(request, "audits/links.html", context, status=400 if form else 200)


@vary_on_cookie
def links(request: HttpRequest, token: str) -> HttpResponse:
    """The links of the audit, for the holder of the edit link; its starter is led to where they can be changed."""
    found = access.for_edit(token)
    if number := visitors.number_of_starter(request, found):
        return redirect("my-links", number)
    return page(request, Page(found, base="../"), number=None, may_change=not access.has_starter(found))


def change_links(request: HttpRequest, token: str) -> HttpResponse:
    """Replace, switch off or date a link, where no starter is known."""
    found = access.for_edit(token)
    if access.has_starter(found):
        return forbidden(request)
    form = LinksForm(request.POST)
    if not form.is_valid():
        return page(request, Page(found, base="../"), number=None, may_change=True, form=form)
    form.carry_out(found)
    return SeeOther(reverse("links", args=[found.edit_token]))


def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Put somebody's audit into the list of this browser."""
    return visitors.keep(request, SeeOther(reverse("audit", args=[token])), access.for_edit(token))
