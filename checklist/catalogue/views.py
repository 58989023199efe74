"""Pages of the catalogue: the same for everybody."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

from checklist.build import build
from checklist.catalogue.models import Checklist, Edition, edition_of
from checklist.catalogue.rendering import EDITIONS_KEPT, RenderedEdition, rendered
from checklist.compression import FixedResponse
from checklist.prepared import Prepared


def home(request: HttpRequest) -> HttpResponse:
    """The checklists, and how to start."""
    editions = [rendered(checklist.latest) for checklist in Checklist.objects.listed()]
    return render(request, "catalogue/home.html", {"editions": editions})


def checklist(request: HttpRequest, slug: str) -> HttpResponse:
    """The current edition to read, with the form that starts an audit; a retired checklist can still be read."""
    found = _by_slug.first(slug)
    if found is None:
        raise Http404
    pk, current, number, digest = found
    stored = edition_of(current, pk, number, digest) if current else _last(pk)
    edition = rendered(stored)
    etag = f'"{stored.digest[:16]}-{current is None:d}-{build()}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = FixedResponse(_page(edition, current is None)) if unchanged is None else unchanged
    response["ETag"] = etag
    return response


_CURRENT = ("pk", "current_id", "current__number", "current__digest")
_by_slug = Prepared(lambda slug: Checklist.objects.filter(slug=slug).values_list(*_CURRENT), "")


def _last(checklist: int) -> Edition:
    """The last edition of a retired checklist."""
    return Checklist.objects.get(pk=checklist).latest


@lru_cache(maxsize=EDITIONS_KEPT)
def _page(edition: RenderedEdition, is_retired: bool) -> bytes:
    """The whole page, which shows nothing of whoever asks."""
    context = {"checklist": {"is_retired": is_retired}, "edition": edition}
    return render_to_string("catalogue/checklist.html", context).encode()
