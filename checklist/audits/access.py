"""Who may do what: the whole security model. There are no accounts; holding a link is the right.

An audit has two unguessable tokens, one right each. Nothing else in the project turns a token into an audit, and an unknown,
replaced, expired or switched-off token is a 404 like any other page that does not exist. Of a deleted audit only its edit link is
left, and only to restore it or to delete it for good.

Replacing links, letting them expire and deleting belong to whoever started the audit, as the list of that browser says; the holder
of the edit link may only when no starter is known.
"""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from checklist.audits.models import Audit, AuditQuerySet, Kept, Visitor


def _audits() -> AuditQuerySet:
    return Audit.objects.select_related("edition__checklist__current", "earlier__edition__checklist")


def for_edit(token: str) -> Audit:
    """The audit whose edit token this is: its holder may read and change it. Raises `Http404`."""
    return get_object_or_404(_audits().alive().with_edit_link(token, timezone.now()))


def for_view(token: str) -> Audit:
    """The audit whose view token this is: its holder may only read it. Raises `Http404`."""
    return get_object_or_404(_audits().alive().with_view_link(token, timezone.now()))


def for_edit_even_deleted(token: str) -> Audit:
    """Like `for_edit`, but also a deleted audit. Only the page that offers to restore it may ask. Raises `Http404`."""
    now = timezone.now()
    audits = _audits().with_edit_link(token, now)
    return get_object_or_404(audits.alive() | audits.restorable(now))


def deleted(token: str) -> Audit:
    """The deleted audit whose edit token this is: its holder may restore it. Raises `Http404`."""
    now = timezone.now()
    return get_object_or_404(_audits().with_edit_link(token, now).restorable(now))


def has_starter(audit: Audit) -> bool:
    """Whether a browser says in its list that it started `audit`: then links and deletion are its own."""
    return Kept.objects.filter(audit=audit, is_starter=True).exists()


def in_list(visitor: Visitor | None, number: int) -> Kept:
    """An audit in the list of a visitor that still leads there. Raises `Http404`."""
    kept = Kept.objects.reachable(timezone.now()).select_related("audit__edition__checklist__current")
    return get_object_or_404(kept, visitor=visitor, pk=number)


def as_starter(visitor: Visitor | None, number: int) -> Audit:
    """An audit that this visitor started, whatever became of its links. Raises `Http404`."""
    kept = in_list(visitor, number)
    if not kept.is_starter:
        raise Http404
    return kept.audit
