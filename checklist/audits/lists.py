"""The audits that a browser remembers: kept when they are started or on request, forgotten on request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from checklist.audits.models import Audit, Kept, Visitor

SORTS = {"changed": "-audit__updated", "task": "audit__task", "started": "-audit__created", "open": "audit__answered"}


@dataclass(frozen=True)
class Wish:
    """Which audits of a list to show: words of the task or URL, an outcome, the slug of a checklist, and the order."""

    words: str = ""
    outcome: str = ""
    checklist: str = ""
    sort: str = "changed"


def find(visitor: Visitor | None, wish: Wish) -> QuerySet[Kept, int]:
    """The numbers of the audits of a visitor's list that can be reached and fit the wish, in its order.

    Numbers only: a database sorts a long list of whole rows many times slower.
    """
    found = Kept.objects.filter(visitor=visitor).reachable(timezone.now())
    for word in wish.words.split():
        found = found.filter(audit__task__icontains=word)
    if wish.outcome:
        found = found.filter(audit__outcome=wish.outcome)
    if wish.checklist:
        found = found.filter(audit__edition__checklist__slug=wish.checklist)
    return found.order_by(SORTS[wish.sort], "-audit_id").values_list("pk", flat=True)


def read(numbers: Iterable[int]) -> list[Kept]:
    """These entries of a list with their audits, in this order."""
    wanted = list(numbers)
    rows = Kept.objects.select_related("audit__edition").in_bulk(wanted)
    return [rows[number] for number in wanted if number in rows]


def count(visitor: Visitor | None) -> int:
    """How many audits a visitor's list holds, whether they can be reached or not."""
    return Kept.objects.filter(visitor=visitor).count()


def checklists(visitor: Visitor | None) -> list[tuple[str, str]]:
    """Slug and title of every checklist that a list has audits of."""
    editions = "audit__edition__checklist__slug", "audit__edition__title"
    return sorted(dict(Kept.objects.filter(visitor=visitor).values_list(*editions).distinct()).items())


def new_visitor() -> Visitor:
    """A browser that keeps its first audit."""
    return Visitor.objects.create(created=timezone.now())


@transaction.atomic
def keep(*, visitor: Visitor, audit: Audit, is_starter: bool = False) -> None:
    """Put `audit` into a visitor's list. Who kept it from a link loses it with that link; who started it does not."""
    kept, is_new = Kept.objects.get_or_create(
        visitor=visitor,
        audit=audit,
        defaults={"is_starter": is_starter, "link": audit.edit_token, "added": timezone.now()},
    )
    if not is_new and kept.link != audit.edit_token:
        Kept.objects.filter(pk=kept.pk).update(link=audit.edit_token)


def forget(*, kept: Kept) -> None:
    """Take an audit out of a list; the audit and its links stay."""
    kept.delete()


def forget_all(*, visitor: Visitor | None) -> int:
    """Empty a visitor's list. Returns how many audits it held."""
    return Kept.objects.filter(visitor=visitor).delete()[0]
