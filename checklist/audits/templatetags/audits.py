"""What templates outside of this app may ask about audits."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template

from checklist.audits.lists import Wish
from checklist.audits.models import Audit
from checklist.audits.service import shared_url

register = template.Library()


@register.simple_tag
def example_links() -> dict[str, str]:
    """The view link of the newest example audit of each checklist, by the checklist's slug."""
    examples = Audit.objects.examples().select_related("edition__checklist")
    return {audit.edition.checklist.slug: shared_url(audit) for audit in reversed(examples)}


@register.simple_tag
def page_address(wish: Wish, number: int) -> str:
    """The query of a page of the list that shows what was asked for."""
    asked = {"q": wish.words, "outcome": wish.outcome, "checklist": wish.checklist, "sort": wish.sort}
    return urlencode({name: value for name, value in asked.items() if value} | {"page": number})
