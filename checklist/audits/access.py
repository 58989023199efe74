"""Who may do what: the whole security model. There are no accounts; holding a link is the right.

An audit has two unguessable tokens, one right each. Nothing else in the project turns a token into an audit, and an unknown,
replaced, expired or switched-off token is a 404 like any other page that does not exist. Of a deleted audit only its edit link is
left, and only to restore it or to delete it for good.

Replacing links, letting them expire and deleting belong to whoever started the audit, as the list of that browser says; the holder
of the edit link may only when no starter is known.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from checklist.audits.models import Audit, Kept, Visitor
from checklist.catalogue.models import checklist_of, edition_of
from checklist.prepared import Prepared, Row

# What only lists show is left out.
_AUDIT = [field.attname for field in Audit._meta.concrete_fields if field.name not in Audit.LISTED]
_EDITION = [
    "number",
    "digest",
    "checklist_id",
    "checklist__slug",
    "checklist__current_id",
    "checklist__current__number",
]
_COLUMNS = [*_AUDIT, *(f"edition__{name}" for name in _EDITION)]

_by_edit_token = Prepared(lambda token: Audit.objects.with_edit_link(token).values_list(*_COLUMNS), "")
_by_view_token = Prepared(lambda token: Audit.objects.with_view_link(token).values_list(*_COLUMNS), "")


def _one(row: Row | None, is_open: Callable[[Audit], bool]) -> Audit:
    """The audit of that row, with its edition, if there is one and it is open to whoever asks. Raises `Http404`."""
    if row is None:
        raise Http404
    audit = Audit.from_db(DEFAULT_DB_ALIAS, _AUDIT, row[: len(_AUDIT)])
    if not is_open(audit):
        raise Http404
    number, digest, checklist, slug, current, newest = row[len(_AUDIT) :]
    audit.edition = edition_of(audit.edition_id, checklist, number, digest)
    audit.edition.checklist = checklist_of(checklist, slug, current)
    if current == audit.edition_id:
        audit.edition.checklist.current = audit.edition
    elif current is not None:
        audit.edition.checklist.current = edition_of(current, checklist, newest)
    return audit


def for_edit(token: str) -> Audit:
    """The audit whose edit token this is: its holder may read and change it. Raises `Http404`."""
    now = timezone.now()
    return _one(_by_edit_token.first(token), lambda audit: audit.is_edit_link_live(now) and not audit.deleted)


def for_edit_of_scanned(token: str) -> Audit:
    """Like `for_edit`, but only an audit that was started from code or continues one. Raises `Http404`."""
    found = for_edit(token)
    if not found.is_scanned:
        raise Http404
    return found


def for_view(token: str) -> Audit:
    """The audit whose view token this is: its holder may only read it. Raises `Http404`."""
    now = timezone.now()
    return _one(_by_view_token.first(token), lambda audit: audit.is_view_link_live(now))


def for_edit_even_deleted(token: str) -> Audit:
    """Like `for_edit`, but also a deleted audit. Only the page that offers to restore it may ask. Raises `Http404`."""
    now = timezone.now()
    found = _by_edit_token.first(token)
    return _one(found, lambda audit: audit.is_edit_link_live(now) and (not audit.deleted or audit.is_restorable(now)))


def deleted(token: str) -> Audit:
    """The deleted audit whose edit token this is: its holder may restore it. Raises `Http404`."""
    now = timezone.now()
    return _one(_by_edit_token.first(token), lambda audit: audit.is_edit_link_live(now) and audit.is_restorable(now))


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
