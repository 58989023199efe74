"""Pages of the catalogue: the same for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from checklist.catalogue.models import Checklist
from checklist.catalogue.rendering import rendered


def home(request: HttpRequest) -> HttpResponse:
    """The checklists, and how to start."""
    editions = [rendered(checklist.latest) for checklist in Checklist.objects.listed()]
    return render(request, "catalogue/home.html", {"editions": editions})


def checklist(request: HttpRequest, slug: str) -> HttpResponse:
    """The current edition to read, with the form that starts an audit; a retired checklist can still be read."""
    found = get_object_or_404(Checklist.objects.select_related("current"), slug=slug)
    context = {"checklist": found, "edition": rendered(found.latest)}
    return render(request, "catalogue/checklist.html", context)
