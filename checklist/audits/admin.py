"""Audits for staff: found by task, counted, read; the one thing to do is to switch the links of an abused audit off."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from checklist.audits import links
from checklist.audits.models import Answer, Audit
from checklist.audits.report import Outcome
from checklist.catalogue.admin import ReadOnlyAdmin
from checklist.exports.characters import visible

TOKENS = {"edit_token", "view_token"}


class AnswerInline(admin.TabularInline):  # type: ignore[type-arg]
    """The answers of an audit."""

    model = Answer
    fields = ["item", "verdict", "what", "who", "at"]
    readonly_fields = fields  # type: ignore[assignment]
    ordering = ["pk"]

    @admin.display(description="note")
    def what(self, answer: Answer) -> str:
        """The note, to be read."""
        return visible(answer.note)

    @admin.display(description="by")
    def who(self, answer: Answer) -> str:
        """The name that was given, to be read."""
        return visible(answer.by)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Audit)
class AuditAdmin(ReadOnlyAdmin):
    """Every audit. Its tokens are not shown: whoever may look here needs no link, and must not leak one."""

    list_display = ["name", "edition", "words", "progress", "updated", "links"]
    list_filter = ["edition__checklist", "outcome", "is_closed", ("deleted", admin.EmptyFieldListFilter), "is_example"]
    list_select_related = ["edition__checklist"]
    search_fields = ["task"]
    ordering = ["-updated"]
    exclude = [*sorted(TOKENS), "task", "url"]
    readonly_fields = ["name", "change_under_review"]
    inlines = [AnswerInline]
    actions = ["close_links", "open_links"]

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Who may switch links off and on: those who could change audits, if anybody did that here."""
        return request.user.has_perm("audits.change_audit")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """No filter of the address may ask for a token: who is told which audits match can guess it letter by letter."""
        return not TOKENS & set(lookup.split("__")) and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description="task", ordering="task")
    def name(self, audit: Audit) -> str:
        """The task, to be read."""
        return visible(audit.task)

    @admin.display(description="url")
    def change_under_review(self, audit: Audit) -> str:
        """The link to the change, to be read."""
        return visible(audit.url)

    @admin.display(description="outcome", ordering="outcome")
    def words(self, audit: Audit) -> str:
        """The outcome as a person reads it."""
        return audit.words

    @admin.display(description="answered")
    def progress(self, audit: Audit) -> str:
        """How far it is."""
        return f"{audit.answered} of {audit.total}"

    @admin.display(description="links")
    def links(self, audit: Audit) -> str:
        """Which links are live."""
        now = timezone.now()
        live = {"edit": audit.is_edit_link_live(now), "view": audit.is_view_link_live(now)}
        return ", ".join(name for name, is_live in live.items() if is_live) or "off"

    @admin.action(description="Switch both links of the selected audits off", permissions=["close"])
    def close_links(self, request: HttpRequest, audits: QuerySet[Audit]) -> None:
        """Close what was selected."""
        self._close(request, audits, is_closed=True)

    @admin.action(description="Switch the links of the selected audits on again", permissions=["close"])
    def open_links(self, request: HttpRequest, audits: QuerySet[Audit]) -> None:
        """Open what was selected."""
        self._close(request, audits, is_closed=False)

    def _close(self, request: HttpRequest, audits: QuerySet[Audit], *, is_closed: bool) -> None:
        found = list(audits)
        for audit in found:
            links.close(audit=audit, is_closed=is_closed)
        self.message_user(
            request, f"Links are {'off' if is_closed else 'on'}: {len(found)} audit(s).", messages.SUCCESS
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One audit, with the button for those who may press it."""
        context = {**(extra_context or {}), "may_close": self.has_close_permission(request)}
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual ones the button of one audit."""
        view = require_POST(self.admin_site.admin_view(self.close))
        return [path("<int:pk>/close/", view, name="audits_audit_close"), *super().get_urls()]

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the links of one audit."""
        if not self.has_close_permission(request):
            raise PermissionDenied
        self.close_links(request, Audit.objects.filter(pk=get_object_or_404(Audit, pk=pk).pk))
        return HttpResponseRedirect(reverse("admin:audits_audit_change", args=[pk]))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with how many audits each checklist has of each outcome."""
        return super().changelist_view(
            request, {**(extra_context or {}), "outcomes": list(Outcome), "counts": _counts()}
        )


def _counts() -> dict[str, list[int]]:
    """Per checklist how many audits have each outcome, in the order of `Outcome`."""
    rows = Audit.objects.alive().values_list("edition__checklist__slug", "outcome").annotate(n=Count("pk"))
    found = {(slug, outcome): count for slug, outcome, count in rows}
    return {slug: [found.get((slug, one.value), 0) for one in Outcome] for slug in sorted({slug for slug, _ in found})}
