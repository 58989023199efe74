"""The scripts of a page: small source files, each named by its noun, that reach a browser as one file.

`BUNDLES` says which source files make up a file, in the order in which they run. When static files are collected,
`staticfiles.MinifiedStorage` joins them; with DEBUG on and in tests, where nothing is collected, a page names each of them. Both ways a
template says `{% scripts "audit.js" %}`.
"""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html_join

_SHARED = ("shared/copy.js", "shared/poll.js")
_AUDIT = (
    "answers",
    "kept",
    "delivery",
    "outbox",
    "conflict",
    "history",
    "reviewer",
    "changes",
    "leftovers",
    "items",
    "keyboard",
)
BUNDLES = {
    "audit.js": ("django_htmx/htmx-4.min.js", *_SHARED, *(f"audit/{noun}.js" for noun in _AUDIT)),
    "suggestions.js": ("suggestions/suggestions.js",),
    "shared.js": (*_SHARED, "shared/live.js"),
}

register = template.Library()


@register.simple_tag
def scripts(bundle: str) -> str:
    """Script elements for what `bundle` is made of; they run in order, when the page is there."""
    names = [bundle] if getattr(staticfiles_storage, "joins_scripts", False) else BUNDLES[bundle]
    return format_html_join("", '<script src="{}" defer></script>', ([staticfiles_storage.url(name)] for name in names))
