"""URLs of the catalogue: what there is to read before anything is started."""

from __future__ import annotations

from django.urls import path

from checklist.catalogue import views
from checklist.routing import methods

urlpatterns = [
    path("", methods(get=views.home), name="home"),
    path("checklists/<slug:slug>/", methods(get=views.checklist), name="checklist"),
]
