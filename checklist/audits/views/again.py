"""The same task on its next change: a new audit from this one, and both compared."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from checklist.audits import access, allowance, service
from checklist.audits.comparison import compare
from checklist.audits.forms import AgainForm
from checklist.audits.page import Page
from checklist.audits.views import visitors
from checklist.audits.views.responses import SeeOther


def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the next change."""
    return render(request, "audits/again.html", {"page": Page(access.for_edit(token), base="../")})


def again(request: HttpRequest, token: str) -> HttpResponse:
    """Start the new audit, and go to its edit link."""
    earlier = access.for_edit(token)
    form = AgainForm(request.POST)
    if not form.is_valid():
        return render(request, "audits/again.html", {"page": Page(earlier, base="../"), "form": form}, status=422)
    allowance.take(request.META["REMOTE_ADDR"], timezone.now())
    found = service.start_again(audit=earlier, url=form.cleaned_data["url"])
    response = SeeOther(reverse("audit", args=[found.edit_token]))
    return visitors.keep(request, response, found, is_starter=True)


def comparison(request: HttpRequest, token: str) -> HttpResponse:
    """What changed against the earlier audit of the task, what got worse first."""
    found = access.for_edit(token)
    if not found.predecessor:
        raise Http404
    before, page = service.report(found.predecessor), Page(found, base="../")
    context = {"page": page, "before": before, "kinds": compare(before, page.report)}
    return render(request, "audits/comparison.html", context)
