"""Answers of an audit's URLs: access, form, service verb, answer. Only this module knows about htmx."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response

from checklist.audits import access, service
from checklist.audits.forms import AnswerForm, CorrectForm, QuestionsForm, StartForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.build import build
from checklist.catalogue.models import Checklist
from checklist.catalogue.rendering import rendered
from checklist.exports import RENDERERS, review_comment

FORMATS = {renderer.extension: renderer for renderer in RENDERERS.values()}


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx sent `request` and takes a fragment."""
    return bool(getattr(request, "htmx", False))


class SeeOther(HttpResponseRedirect):
    """The answer to a post that was carried out: look there."""

    status_code = 303


def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start an audit of the current edition, and go to its edit link."""
    checklist = get_object_or_404(Checklist.objects.listed(), slug=slug)
    form = StartForm(request.POST, rendered(checklist.latest).content.questions)
    if not form.is_valid():
        context = {"checklist": checklist, "edition": rendered(checklist.latest), "form": form, "action": "./"}
        return render(request, "catalogue/checklist.html", context, status=422)
    found = service.start(edition=checklist.latest, **form.cleaned_data)
    return SeeOther(reverse("audit", args=[found.edit_token]))


def audit(request: HttpRequest, token: str) -> HttpResponse:
    """The clickable audit."""
    found = access.for_edit(token)
    return _unless_unchanged(request, found, lambda: render(request, "audits/audit.html", {"page": Page(found)}))


def correct(request: HttpRequest, token: str) -> HttpResponse:
    """Correct the task's name or the URL of the change under review."""
    found = access.for_edit(token)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return render(request, "audits/audit.html", {"page": Page(found, correction=form)}, status=422)
    service.correct(audit=found, **form.cleaned_data)
    return SeeOther(reverse("audit", args=[token]))


def answer(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """Save verdict or note of one item."""
    found = access.for_edit(token)
    if not service.has_item(found, item):
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, item, form)
    service.answer(audit=found, item=item, **form.cleaned_data)
    if is_htmx(request):
        return _saved(request, found)
    return SeeOther(f"{reverse('audit', args=[token])}#{item}")


def _saved(request: HttpRequest, found: Audit) -> HttpResponse:
    """What changed around the answers, and the revision by which the page knows an overtaken answer."""
    response = render(request, "audits/_saved.html", {"page": Page(found)})
    response["Walkaround-Revision"] = found.revision
    return response


def questions(request: HttpRequest, token: str) -> HttpResponse:
    """Say which questions of the checklist apply to this task."""
    found = access.for_edit(token)
    form = QuestionsForm(request.POST, rendered(found.edition).content.questions)
    if not form.is_valid():
        if is_htmx(request):
            return _problem(request, "questions", form)
        return render(request, "audits/audit.html", {"page": Page(found, base="../", asking=form)}, status=400)
    service.answer_questions(audit=found, **form.cleaned_data)
    if is_htmx(request):
        return _saved(request, found)
    return SeeOther(f"{reverse('audit', args=[token])}#questions")


def _refused(request: HttpRequest, found: Audit, item: str, form: AnswerForm) -> HttpResponse:
    if is_htmx(request):
        return _problem(request, item, form)
    page = Page(found, base="../../", refused=(item, form))
    return render(request, "audits/audit.html", {"page": page}, status=400)


def _problem(request: HttpRequest, slug: str, form: AnswerForm | QuestionsForm) -> HttpResponse:
    """Why a post was refused, to be shown at its place on the page."""
    return render(request, "audits/_problem.html", {"slug": slug, "form": form, "oob": True}, status=400)


def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The report to read: no edit link, nothing to click."""
    found = access.for_view(token)
    return _unless_unchanged(request, found, lambda: render(request, "audits/shared.html", {"page": Page(found)}))


def export(request: HttpRequest, token: str, extension: str) -> HttpResponse:
    """The report as a file, for the holder of the edit link."""
    return _export(request, access.for_edit(token), extension)


def shared_export(request: HttpRequest, token: str, extension: str) -> HttpResponse:
    """The report as a file, for the holder of the view link."""
    return _export(request, access.for_view(token), extension)


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
    return _unless_unchanged(request, found, lambda: HttpResponse(text, content_type="text/markdown; charset=utf-8"))


def _export(request: HttpRequest, found: Audit, extension: str) -> HttpResponse:
    if extension not in FORMATS:
        raise Http404
    renderer = FORMATS[extension]

    def respond() -> HttpResponse:
        response = HttpResponse(renderer.render(service.report(found)), content_type=renderer.content_type)
        response["Content-Disposition"] = f'inline; filename="walkaround.{extension}"'
        return response

    return _unless_unchanged(request, found, respond)


def _unless_unchanged(request: HttpRequest, found: Audit, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """304 when the client already has this state of the audit, else what `respond` makes."""
    links = hashlib.sha256(f"{found.view_token} {request.path}".encode()).hexdigest()[:16]
    etag = f'"{found.revision}-{found.edition_id}-{links}-{build()}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if unchanged is not None else respond()
    response["ETag"] = etag
    return response
