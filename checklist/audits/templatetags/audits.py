"""What templates may ask about audits, and how they show what a person typed."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.template.defaultfilters import stringfilter

from checklist.audits.lists import Wish
from checklist.audits.models import Audit
from checklist.audits.service import shared_url
from checklist.catalogue import rendering
from checklist.exports import characters

register = template.Library()


@register.filter(is_safe=True)
@stringfilter
def visible(text: str) -> str:
    """What a person typed, to be read: with everything written out that nobody would see. A field to edit keeps what was typed."""
    return characters.visible(text)


@register.filter
@stringfilter
def inline(text: str) -> str:
    """What a rule says, to be read: `code` as code, and with everything written out that nobody would see."""
    return rendering.inline(characters.visible(text))


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
