"""Answers of an audit's URLs: access, form, service verb, answer. Only this module knows about htmx."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response

from checklist.audits import access, changes, history, lifecycle, service
from checklist.audits.answering import Conflict
from checklist.audits.differences import between
from checklist.audits.forms import AnswerForm, CorrectForm, MoveForm, QuestionsForm, StartForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.build import build
from checklist.catalogue.models import Checklist
from checklist.catalogue.rendering import rendered
from checklist.exports import RENDERERS, review_comment

KEPT_FIELDS = {"verdict", "note", "base-verdict", "base-note", "by"}
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
    found = access.for_edit_even_deleted(token)
    template = "audits/deleted.html" if found.deleted else "audits/audit.html"
    return _unless_unchanged(request, found, lambda: render(request, template, {"page": Page(found)}))


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
    try:
        answers = service.answer(audit=found, item=item, **form.cleaned_data)
    except Conflict as conflict:
        return _conflict(request, found, item, conflict)
    if is_htmx(request):
        response = _saved(request, Page(found, answers=answers))
        response["Walkaround-Answer"] = json.dumps(changes.revisions(answers[item]))
        return response
    return SeeOther(f"{reverse('audit', args=[token])}#{item}")


def _conflict(request: HttpRequest, found: Audit, item: str, conflict: Conflict) -> HttpResponse:
    """409: programs get what is stored as JSON, a browser without scripts a page that shows both values and asks."""
    if is_htmx(request) or "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse(changes.collision(item, conflict), status=409)
    page = Page(found, base="../../")
    asked = {f"{prefix}{one.field}" for one in conflict.collisions for prefix in ("", "base-")}
    others = [(name, value) for name, value in request.POST.items() if name in KEPT_FIELDS - asked]
    context = {"page": page, "line": page.line(item), "collisions": conflict.collisions, "others": others}
    return render(request, "audits/conflict.html", context, status=409)


def _saved(request: HttpRequest, page: Page) -> HttpResponse:
    """What changed around the answers, and the revision by which the page knows an overtaken answer."""
    response = render(request, "audits/_saved.html", {"page": page})
    response["Walkaround-Revision"] = page.audit.revision
    return response


def questions(request: HttpRequest, token: str) -> HttpResponse:
    """Say which questions of the checklist apply to this task."""
    found = access.for_edit(token)
    form = QuestionsForm(request.POST, rendered(found.edition).content.questions)
    if not form.is_valid():
        return render(request, "audits/audit.html", {"page": Page(found, base="../")}, status=400)
    service.answer_questions(audit=found, **form.cleaned_data)
    if is_htmx(request):
        return _saved(request, Page(found))
    return SeeOther(f"{reverse('audit', args=[token])}#questions")


def audit_changes(request: HttpRequest, token: str) -> HttpResponse:
    """What changed since the client last asked, for the open page of the holder of the edit link."""
    found = access.for_edit(token)

    def respond() -> HttpResponse:
        page = Page(found)
        html = render_to_string("audits/_saved.html", {"page": page})
        return JsonResponse({**changes.state(found, page.report), "html": html})

    return _unless_unchanged(request, found, respond)


def shared_changes(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the shared page shows the last state."""
    found = access.for_view(token)
    return _unless_unchanged(
        request, found, lambda: JsonResponse({"revision": found.revision, "edition": found.edition_id})
    )


def audit_history(request: HttpRequest, token: str) -> HttpResponse:
    """Every change of the audit."""
    found = access.for_edit(token)
    context = {"page": Page(found, base="../"), "changes": history.of_audit(found)}
    return render(request, "audits/history.html", context)


def item_history(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """Every change of one item."""
    found = access.for_edit(token)
    if not service.has_item(found, item):
        raise Http404
    page = Page(found, base="../../../")
    context = {"page": page, "line": page.line(item), "changes": history.of_item(found, item)}
    return render(request, "audits/_history.html" if is_htmx(request) else "audits/item_history.html", context)


def erase(request: HttpRequest, token: str, item: str, revision: int) -> HttpResponse:
    """Take an old text of a note out of the history for good."""
    found = access.for_edit(token)
    if not history.erase_note(audit=found, item=item, revision=revision):
        raise Http404
    return SeeOther(reverse("item-history", args=[token, item]))


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
        response = HttpResponse(
            renderer.render(service.report(found, names="names" in request.GET)), content_type=renderer.content_type
        )
        response["Content-Disposition"] = f'inline; filename="walkaround.{extension}"'
        return response

    return _unless_unchanged(request, found, respond)


def _unless_unchanged(request: HttpRequest, found: Audit, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """304 when the client already has this state of the audit, else what `respond` makes."""
    links = hashlib.sha256(f"{found.view_token} {request.get_full_path()}".encode()).hexdigest()[:16]
    etag = f'"{found.revision}-{found.edition_id}-{found.edition.checklist.current_id}-{links}-{build()}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if unchanged is not None else respond()
    response["ETag"] = etag
    return response
