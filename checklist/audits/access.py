"""Who may do what: the whole security model. There are no accounts; holding a link is the right.

An audit has two unguessable tokens, one right each. Nothing else in the project turns a token into an audit, and an unknown token
is a 404 like any other page that does not exist. Of a deleted audit only its edit link is left, and only to restore it or to delete
it for good.
"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone

from checklist.audits.models import Audit, AuditQuerySet


def _audits() -> AuditQuerySet:
    return Audit.objects.select_related("edition__checklist__current")


def for_edit(token: str) -> Audit:
    """The audit whose edit token this is: its holder may read and change it. Raises `Http404`."""
    return get_object_or_404(_audits().alive(), edit_token=token)


def for_view(token: str) -> Audit:
    """The audit whose view token this is: its holder may only read it. Raises `Http404`."""
    return get_object_or_404(_audits().alive(), view_token=token)


def for_edit_even_deleted(token: str) -> Audit:
    """Like `for_edit`, but also a deleted audit. Only the page that offers to restore it may ask. Raises `Http404`."""
    audits = _audits()
    return get_object_or_404(audits.alive() | audits.restorable(timezone.now()), edit_token=token)


def deleted(token: str) -> Audit:
    """The deleted audit whose edit token this is: its holder may restore it or delete it for good. Raises `Http404`."""
    return get_object_or_404(_audits().restorable(timezone.now()), edit_token=token)
