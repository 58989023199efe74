"""What templates outside of this app may ask about audits."""

from __future__ import annotations

from django import template

from checklist.audits.models import Audit
from checklist.audits.service import shared_url

register = template.Library()


@register.simple_tag
def example_links() -> dict[str, str]:
    """The view link of the newest example audit of each checklist, by the checklist's slug."""
    examples = Audit.objects.examples().select_related("edition__checklist")
    return {audit.edition.checklist.slug: shared_url(audit) for audit in reversed(examples)}
