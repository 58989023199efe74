"""Start from code: what is pasted or dropped is scanned, tasks are chosen, and each gets an audit. The same again for one audit.

Nothing of the code is kept on the server between two steps: the page that asks which tasks are meant carries it, and it is scanned anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from checklist.audits import access, allowance, sources, suggestions
from checklist.audits.code_form import CodeForm, key, named, new_choice, title
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.audits.scans import Scan, Source
from checklist.audits.starting import Start, start_scanned, started_before
from checklist.audits.views import visitors
from checklist.audits.views.responses import SeeOther
from checklist.catalogue.models import Checklist
from checklist.catalogue.rendering import rendered
from checklist.limits import Exceeded, wait
from checklist.scan import sandbox
from checklist.scan.found import Kind, Suggested
from checklist.scan.rules import known
from checklist.scan.sandbox import RefusedError
from checklist.scan.scanned import Scanned, ScannedTask

REFUSED = 422
MOST_TASKS = 200  # that one choice starts audits of


def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the code."""
    return _page(request, _checklist(slug))


def _checklist(slug: str) -> Checklist:
    """A checklist of which the code can answer something. Raises `Http404`."""
    found = get_object_or_404(Checklist.objects.listed(), slug=slug)
    if not rendered(found.latest).content.rules:
        raise Http404
    return found


def _page(request: HttpRequest, checklist: Checklist, status: int = 200, **more: object) -> HttpResponse:
    edition = rendered(checklist.latest)
    context = {"edition": edition, "looked_up": len(known(edition.content.rules))}
    context |= {"back": reverse("checklist", args=[checklist.slug]), **more}
    return render(request, "audits/code.html", context, status=status)


def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Find the tasks and ask which are meant, or with `task` start an audit for each that is named."""
    checklist = _checklist(slug)
    form = _form(request)
    if _is_back(request, form):
        return _page(request, checklist, form=form)
    scanned = _scanned(form, rendered(checklist.latest).content.rules)
    if scanned is None:
        return _page(request, checklist, REFUSED, form=form)
    chosen = named(scanned.tasks, request.POST.getlist("task"))
    if not chosen:
        is_refused = _has_chosen(request) and bool(scanned.tasks)
        return _choices(request, checklist, form, scanned, "Choose at least one task." if is_refused else "")
    if len(chosen) > MOST_TASKS:
        words = f"At most {MOST_TASKS} audits are started at once; these are {len(chosen)} tasks."
        return _choices(request, checklist, form, scanned, words)
    try:
        audits = _started(request, checklist, form, scanned, chosen)
    except Exceeded as exceeded:
        return wait(_choices(request, checklist, form, scanned, exceeded.words, exceeded.status), exceeded)
    if len(audits) == 1:
        response: HttpResponse = SeeOther(reverse("audit", args=[audits[0].edit_token]))
    else:
        response = render(request, "audits/started.html", {"audits": audits, "edition": rendered(checklist.latest)})
    return visitors.keep_all(request, response, audits, is_starter=True)


def _is_back(request: HttpRequest, form: CodeForm) -> bool:
    """Whether this comes from the page that asks for tasks to change the code, which the page before then shows as it was given."""
    return "back" in request.POST and form.is_valid()


def _has_chosen(request: HttpRequest) -> bool:
    """Whether this comes from the page that asks for tasks, even with none chosen; the page before has a field for code."""
    return "task" in request.POST or ("given" in request.POST and "code" not in request.POST)


def _form(request: HttpRequest) -> CodeForm:
    """What was posted. Raises `Exceeded` for more fields or files than Django reads."""
    try:
        return CodeForm(request.POST, request.FILES)
    except (TooManyFieldsSent, TooManyFilesSent):
        words = f"At most {sandbox.MOST_FILES} files are scanned and {MOST_TASKS} tasks chosen at once. Go back and choose fewer."
        raise Exceeded(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words) from None


def _scanned(form: CodeForm, rules: Mapping[str, str]) -> Scanned | None:
    """What the sandbox finds; `None` when the form or the sandbox refuses, and the form says why."""
    if not form.is_valid():
        return None
    try:
        return sandbox.scan(form.sources, rules, form.cleaned_data["diff"])
    except RefusedError as refused:
        form.add_error(None, f"{str(refused)[:1].upper()}{str(refused)[1:]}.")
        return None


def _choices(
    request: HttpRequest,
    checklist: Checklist,
    form: CodeForm,
    scanned: Scanned,
    problem: str = "",
    status: int = REFUSED,
) -> HttpResponse:
    posted = request.POST.getlist("task")
    context = _choice(form, scanned, lambda task: key(task) in posted if posted else _is_likely(task, scanned))
    context |= {"once": form.data.get("once") or new_choice(), "is_several": True}
    context |= {"edition": rendered(checklist.latest), "problem": problem}
    return render(request, "audits/choose.html", context, status=status if problem else 200)


def _is_likely(task: ScannedTask, scanned: Scanned) -> bool:
    """Whether a task is meant without anybody saying so: the only one, or one that the diff touches while it leaves others alone."""
    is_some = not all(each.is_touched for each in scanned.tasks)
    return len(scanned.tasks) == 1 or (is_some and task.is_touched)


def _choice(form: CodeForm, scanned: Scanned, is_ticked: Any) -> dict[str, Any]:
    tasks = [
        {
            "key": key(each),
            "title": title(each),
            "task": each.task,
            "is_ticked": is_ticked(each),
            "is_touched": bool(form.cleaned_data["diff"]) and each.is_touched,
            "counts": {suggested: _count(each, suggested) for suggested in Suggested},
        }
        for each in sorted(scanned.tasks, key=lambda each: not each.is_touched)
    ]
    unread = [*form.unread, *scanned.unread]
    kept = sources.of_tasks(scanned.tasks, scanned.sources) if form.cleaned_data["keep"] else None
    found = {"tasks": tasks, "possible": scanned.possible, "unread": unread, "kept": kept}
    return {"form": form, "files": len(form.sources), **found}


def _count(scanned: ScannedTask, suggested: Suggested) -> int:
    findings = [said.finding for said in scanned.suggestions]
    return sum(finding.kind is Kind.FOUND and finding.suggests is suggested for finding in findings)


def _started(
    request: HttpRequest, checklist: Checklist, form: CodeForm, scanned: Scanned, chosen: list[ScannedTask]
) -> list[Audit]:
    """An audit for each chosen task; those that this choice started before are found again, and do not count as starts."""
    once = form.cleaned_data["once"]
    source = scanned.sources if form.cleaned_data["keep"] else None
    starts = [Start(task, title(task), form.cleaned_data["url"], source, once) for task in chosen]
    if new := len(starts) - len(started_before(starts)):
        allowance.take(request.META["REMOTE_ADDR"], timezone.now(), new)
    return [start_scanned(edition=checklist.latest, start=one) for one in starts]


def ask_again(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code of a scanned audit as it is now."""
    return _again(request, access.for_edit_of_scanned(token))


def _again(request: HttpRequest, audit: Audit, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "page": Page(audit, base="../"),
        "scan": Scan.objects.get(audit=audit),
        "is_kept": Source.objects.filter(audit=audit).exists(),
        **more,
    }
    return render(request, "audits/rescan.html", context, status=status)


def rescan(request: HttpRequest, token: str) -> HttpResponse:
    """Bring the suggestions of an audit up to date; ask which task is meant where that cannot be told."""
    audit = access.for_edit_of_scanned(token)
    form = _form(request)
    if _is_back(request, form):
        return _again(request, audit, form=form)
    scanned = _scanned(form, rendered(audit.edition).content.rules)
    if scanned is None:
        return _again(request, audit, REFUSED, form=form)
    task = _same_task(audit, scanned, request.POST.getlist("task"))
    if task is None:
        return _which(request, audit, form, scanned)
    source = scanned.sources if form.cleaned_data["keep"] else None
    suggestions.rescan(audit=audit, scanned=task, source=source)
    return SeeOther(reverse("audit", args=[token]))


def _which(request: HttpRequest, audit: Audit, form: CodeForm, scanned: Scanned) -> HttpResponse:
    """Ask which of the tasks the audit is about; a choice of none, or of one that is not there, is refused."""
    is_refused = _has_chosen(request) and bool(scanned.tasks)
    problem = "Choose one task." if is_refused else ""
    context = {"page": Page(audit, base="../"), "problem": problem}
    context |= _choice(form, scanned, lambda task: False)
    return render(request, "audits/choose.html", context, status=REFUSED if problem or not scanned.tasks else 200)


def _same_task(audit: Audit, scanned: Scanned, chosen: list[str]) -> ScannedTask | None:
    """The task that the audit is about: the one that was chosen, else of that name, in that file where several have it."""
    scan = Scan.objects.get(audit=audit)
    if chosen:
        return next(iter(named(scanned.tasks, chosen[:1])), None)
    found = [each for each in scanned.tasks if each.task.name == scan.name]
    if len(found) > 1:
        found = [each for each in found if each.task.path == scan.path]
    return found[0] if len(found) == 1 else None


def forget_source(request: HttpRequest, token: str) -> HttpResponse:
    """Delete the source that is stored with an audit."""
    suggestions.forget_source(audit=access.for_edit_of_scanned(token))
    return SeeOther(reverse("audit", args=[token]))
