"""Answers to items and questions, and what others answered meanwhile."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from checklist.audits import access, changes, moulds, service
from checklist.audits import questions as asking
from checklist.audits.answering import Conflict
from checklist.audits.forms import AnswerForm, QuestionsForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.audits.views.responses import SeeOther, conflict, is_htmx, problem, saved, unless_unchanged
from checklist.audits.views.suggestions import decided
from checklist.catalogue.rendering import rendered


def answer(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """Save verdict or note of one item, or what becomes of its suggestion."""
    found = access.for_edit(token)
    if not service.has_item(found, item):
        raise Http404
    if "suggestion" in request.POST:
        return decided(request, found, item)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, item, form)
    try:
        answers = service.answer(audit=found, item=item, **form.cleaned_data)
    except Conflict as collided:
        return conflict(request, Page(found, base="../../"), item, collided)
    if is_htmx(request):
        response = saved(Page(found, answers=answers))
        response["Walkaround-Answer"] = json.dumps(changes.revisions(answers[item]))
        return response
    return SeeOther(f"{reverse('audit', args=[token])}#{item}")


def _refused(request: HttpRequest, found: Audit, item: str, form: AnswerForm) -> HttpResponse:
    if is_htmx(request):
        return problem(request, form)
    page = Page(found, base="../../", refused=(item, form))
    return render(request, "audits/audit.html", {"page": page}, status=400)


def questions(request: HttpRequest, token: str) -> HttpResponse:
    """Say which questions of the checklist apply to this task."""
    found = access.for_edit(token)
    form = QuestionsForm(request.POST, rendered(found.edition).content.questions)
    if not form.is_valid():
        if is_htmx(request):
            return problem(request, form)
        return render(request, "audits/audit.html", {"page": Page(found, base="../", asking=form)}, status=400)
    try:
        asking.answer(audit=found, **form.cleaned_data)
    except Conflict as collided:
        return conflict(request, Page(found, base="../"), "questions", collided)
    if is_htmx(request):
        response = saved(Page(found))
        response["Walkaround-Answer"] = json.dumps(changes.revisions_of_questions(found))
        return response
    return SeeOther(f"{reverse('audit', args=[token])}#questions")


def audit_changes(request: HttpRequest, token: str) -> HttpResponse:
    """What changed since the client last asked, for the open page of the holder of the edit link."""
    found = access.for_edit(token)

    def respond() -> HttpResponse:
        page = Page(found)
        return JsonResponse({**changes.state(found, page.report), "html": moulds.saved(page).decode()})

    return unless_unchanged(request, found, respond, also=found.edition.checklist.current_id)


def shared_changes(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the shared page shows the last state."""
    found = access.for_view(token)
    state = {"revision": found.revision, "edition": found.edition_id}
    return unless_unchanged(request, found, lambda: JsonResponse(state))
