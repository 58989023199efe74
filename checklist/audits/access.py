"""Who may do what: the whole security model. There are no accounts; holding a link is the right.

An audit has two unguessable tokens, one right each. Nothing else in the project turns a token into an audit, and an unknown token
is a 404 like any other page that does not exist.
"""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from checklist.audits.models import Audit

_AUDITS = Audit.objects.select_related("edition__checklist")


def for_edit(token: str) -> Audit:
    """The audit whose edit token this is: its holder may read and change it. Raises `Http404`."""
    return get_object_or_404(_AUDITS, edit_token=token)


def for_view(token: str) -> Audit:
    """The audit whose view token this is: its holder may only read it. Raises `Http404`."""
    return get_object_or_404(_AUDITS, view_token=token)
