"""The audit itself: started, shown, corrected, read by others, exported."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from checklist.audits import access, allowance, moulds, service
from checklist.audits.forms import CorrectForm, StartForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.audits.stored import of_both
from checklist.audits.views import visitors
from checklist.audits.views.responses import SeeOther, unless_unchanged
from checklist.catalogue.models import Checklist
from checklist.catalogue.rendering import rendered
from checklist.exports import RENDERERS, badge, review_comment
from checklist.limits import Exceeded, wait

FORMATS = {renderer.extension: renderer for renderer in RENDERERS.values()}


def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start an audit of the current edition, and go to its edit link."""
    checklist = get_object_or_404(Checklist.objects.listed(), slug=slug)
    form = StartForm(request.POST, rendered(checklist.latest).content.questions)
    if not form.is_valid():
        context = {"checklist": checklist, "edition": rendered(checklist.latest), "form": form, "action": "./"}
        return render(request, "catalogue/checklist.html", context, status=422)
    try:
        allowance.take(request.META["REMOTE_ADDR"], timezone.now())
    except Exceeded as exceeded:
        context = {"checklist": checklist, "edition": rendered(checklist.latest), "form": form, "action": "./"}
        page = render(
            request, "catalogue/checklist.html", {**context, "problem": exceeded.words}, status=exceeded.status
        )
        return wait(page, exceeded)
    task, url, answers = (form.cleaned_data[name] for name in ("task", "url", "questions"))
    found = service.start(edition=checklist.latest, task=task, url=url, answers=answers)
    return visitors.keep(request, SeeOther(reverse("audit", args=[found.edit_token])), found, is_starter=True)


def audit(request: HttpRequest, token: str) -> HttpResponse:
    """The clickable audit."""
    found = access.for_edit_even_deleted(token)
    before = found.predecessor
    also = found.edition.checklist.current_id, before and (before.pk, before.revision)

    def respond() -> HttpResponse:
        if found.deleted:
            return render(request, "audits/deleted.html", {"page": Page(found)})
        if found.is_scanned:
            answers, answers_before = of_both(found, before)
            return HttpResponse(moulds.audit(Page(found, answers=answers, answers_before=answers_before)))
        return HttpResponse(moulds.audit(Page(found)))

    return unless_unchanged(request, found, respond, also=also)


def correct(request: HttpRequest, token: str) -> HttpResponse:
    """Correct the task's name or the URL of the change under review."""
    found = access.for_edit(token)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return render(request, "audits/audit.html", {"page": Page(found, correction=form)}, status=422)
    service.correct(audit=found, **form.cleaned_data)
    return SeeOther(reverse("audit", args=[token]))


def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The report to read: no edit link, nothing to click."""
    found = access.for_view(token)
    return unless_unchanged(request, found, lambda: HttpResponse(moulds.shared(Page(found))))


def shared_badge(request: HttpRequest, token: str) -> HttpResponse:
    """Outcome and counts as a picture, which pages of other sites may show."""
    found = access.for_view(token)

    def respond() -> HttpResponse:
        return HttpResponse(badge.render(service.report(found)), content_type="image/svg+xml")

    response = unless_unchanged(request, found, respond)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def export(request: HttpRequest, token: str, extension: str) -> HttpResponse:
    """The report as a file, for the holder of the edit link."""
    return _export(request, access.for_edit(token), extension)


def shared_export(request: HttpRequest, token: str, extension: str) -> HttpResponse:
    """The report as a file, for the holder of the view link."""
    return _export(request, access.for_view(token), extension)


def _export(request: HttpRequest, found: Audit, extension: str) -> HttpResponse:
    if extension not in FORMATS:
        raise Http404
    renderer = FORMATS[extension]

    def respond() -> HttpResponse:
        report = service.report(found, names="names" in request.GET)
        response = HttpResponse(renderer.render(report), content_type=renderer.content_type)
        response["Content-Disposition"] = f'inline; filename="walkaround.{extension}"'
        return response

    return unless_unchanged(request, found, respond)


def comment(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """A review comment about one item, for the holder of the edit link."""
    return _comment(request, access.for_edit(token), item)


def shared_comment(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """A review comment about one item, for the holder of the view link."""
    return _comment(request, access.for_view(token), item)


def _comment(request: HttpRequest, found: Audit, item: str) -> HttpResponse:
    report = service.report(found)
    entry = next((entry for entry in report.entries if entry.item == item), None)
    if entry is None:
        raise Http404
    text = review_comment.render(report, entry)
    return unless_unchanged(request, found, lambda: HttpResponse(text, content_type="text/markdown; charset=utf-8"))
