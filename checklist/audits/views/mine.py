"""My audits: what this browser keeps. The cookie is what authorises here, so every form carries Django's token."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from checklist.audits import access, lifecycle, lists
from checklist.audits.forms import WishForm
from checklist.audits.link_form import LinksForm
from checklist.audits.page import Page
from checklist.audits.report import Outcome
from checklist.audits.views import links, visitors
from checklist.audits.views.responses import SeeOther


def mine(request: HttpRequest) -> HttpResponse:
    """The list: searched, filtered, sorted, page by page."""
    visitor = visitors.current(request)
    wish = WishForm(request.GET).wish
    page = Paginator(lists.find(visitor, wish), settings.LIST_PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "wish": wish,
        "page": page,
        "entries": lists.read(page.object_list),
        "range": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "count": lists.count(visitor),
        "outcomes": list(Outcome),
        "checklists": lists.checklists(visitor),
        "now": timezone.now(),
    }
    response = render(request, "audits/mine.html", context)
    return visitors.remember(response, visitor) if visitor else response


def open_audit(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to the audit: to its edit link, or for its starter to the page that opens a new one."""
    kept = access.in_list(visitors.current(request), number)
    if kept.audit.is_edit_link_live(timezone.now()):
        return redirect("audit", kept.audit.edit_token)
    return redirect("my-links", number)


def ask_to_forget(request: HttpRequest) -> HttpResponse:
    """Ask before the whole list is forgotten, and name the number."""
    return render(request, "audits/forget.html", {"count": lists.count(visitors.current(request))})


def forget_all(request: HttpRequest) -> HttpResponse:
    """Forget the whole list."""
    lists.forget_all(visitor=visitors.current(request))
    return SeeOther(reverse("mine"))


def forget(request: HttpRequest, number: int) -> HttpResponse:
    """Forget one audit."""
    lists.forget(kept=access.in_list(visitors.current(request), number))
    return SeeOther(reverse("mine"))


def my_links(request: HttpRequest, number: int) -> HttpResponse:
    """The links of an audit that this browser started."""
    audit = access.as_starter(visitors.current(request), number)
    return links.page(request, Page(audit), may_change=True, number=number)


def change_my_links(request: HttpRequest, number: int) -> HttpResponse:
    """Replace, switch off or date a link of an audit that this browser started."""
    audit = access.as_starter(visitors.current(request), number)
    form = LinksForm(request.POST)
    if not form.is_valid():
        return links.page(request, Page(audit), may_change=True, number=number, form=form)
    form.carry_out(audit)
    return SeeOther(reverse("my-links", args=[number]))


def ask_to_delete_mine(request: HttpRequest, number: int) -> HttpResponse:
    """Ask once before an audit that this browser started is deleted."""
    audit = access.as_starter(visitors.current(request), number)
    context = {"page": Page(audit), "back": reverse("my-audit", args=[number]), "number": number}
    return render(request, "audits/delete.html", context)


def delete_mine(request: HttpRequest, number: int) -> HttpResponse:
    """Delete an audit that this browser started; for good only when the form of a deleted one says so, never by a second click."""
    audit = access.as_starter(visitors.current(request), number)
    if audit.deleted and "for-good" in request.POST:
        lifecycle.remove(audit=audit)
        return SeeOther(reverse("mine"))
    lifecycle.delete(audit=audit)
    return SeeOther(reverse("my-audit", args=[number]))
