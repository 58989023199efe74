"""Suggestions beside the items: accepted, dismissed, shown again; all that are left accepted at once."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from checklist.audits import access, changes, suggestions
from checklist.audits.answering import Conflict
from checklist.audits.forms import AcceptAllForm, SuggestionForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.audits.report import Verdict
from checklist.audits.suggestions import OutdatedError
from checklist.audits.views.responses import SeeOther, is_htmx, problem, saved

OUTDATED = "The code was scanned again meanwhile: load the page again to see what it says now."
MEANWHILE = "Somebody answered this item meanwhile: look at the answer, then accept again if it is wrong."


def decided(request: HttpRequest, audit: Audit, item: str) -> HttpResponse:
    """Accept or dismiss the suggestion of an item, or show it again."""
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        return _refused(request, audit, item, form)
    found = form.cleaned_data
    try:
        if found["verb"] == suggestions.ACCEPTED:
            accept = {name: found[name] for name in ("finding", "base", "change", "by")}
            suggestions.accept(audit=audit, item=item, **accept)
        else:
            is_dismissed = found["verb"] == "dismiss"
            suggestions.dismiss(audit=audit, item=item, finding=found["finding"], is_dismissed=is_dismissed)
    except OutdatedError:
        form.add_error(None, OUTDATED)
        return _refused(request, audit, item, form)
    except Conflict as collided:
        return _conflict(request, audit, item, form, collided)
    if is_htmx(request):
        response = saved(Page(audit))
        # No revision of its own: the page looks what became of verdict and note.
        response["Walkaround-Answer"] = json.dumps({suggestions.FIELD: [0, ""]})
        return response
    return SeeOther(f"{reverse('audit', args=[audit.edit_token])}#{item}")


def _refused(request: HttpRequest, audit: Audit, item: str, form: SuggestionForm, status: int = 400) -> HttpResponse:
    if is_htmx(request):
        return problem(request, form)
    page = Page(audit, base="../../", refused=(item, form))
    return render(request, "audits/audit.html", {"page": page}, status=status)


def _conflict(request: HttpRequest, audit: Audit, item: str, form: SuggestionForm, found: Conflict) -> HttpResponse:
    """409: the script of the page asks what stays, and what is there now is a verdict; without scripts the page says so."""
    if is_htmx(request) or "text/html" not in request.headers.get("Accept", ""):
        collision = changes.collision(item, found)
        there = Verdict(collision["value"]).words
        response: HttpResponse = JsonResponse({**collision, "value": "open", "shown": there}, status=409)
    else:
        form.add_error(None, MEANWHILE)
        response = _refused(request, audit, item, form, 409)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def ask_all(request: HttpRequest, token: str) -> HttpResponse:
    """List what "accept all" would do."""
    return _all(request, access.for_edit_of_scanned(token))


def _all(
    request: HttpRequest, audit: Audit, status: int = 200, form: AcceptAllForm | None = None, left: int = 0
) -> HttpResponse:
    page = Page(audit, base="../")
    entries = [entry for entry in page.report.entries if entry.verdict is Verdict.OPEN]
    shown = [page.suggested.of(entry) for entry in entries] if page.suggested else []
    lines = [one for one in shown if one and one.is_found and not one.is_dismissed]
    context = {"page": page, "lines": lines, "form": form, "left": left}
    return render(request, "audits/suggestions.html", context, status=status)


def accept_all(request: HttpRequest, token: str) -> HttpResponse:
    """Accept the chosen suggestions; where some say something else now, or were answered meanwhile, list what there is and say so.

    The status is 422 when none was accepted.
    """
    audit = access.for_edit_of_scanned(token)
    form = AcceptAllForm(request.POST)
    if not form.is_valid():
        return _all(request, audit, 422, form)
    chosen = form.cleaned_data["item"]
    suggestions.accept_all(audit=audit, chosen=chosen, by=form.cleaned_data["by"])
    if left := suggestions.left_open(audit, chosen):
        return _all(request, access.for_edit_of_scanned(token), 422 if left == len(chosen) else 200, left=left)
    return SeeOther(reverse("audit", args=[token]))
