"""The site's URLs and the floors: views in the same process, behind the same middleware, that do as little as can be done."""

from __future__ import annotations

from django.urls import path

from bench import floors
from checklist.routing import methods
from checklist.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500"]

urlpatterns = [
    path("audits/floor/bytes/<int:number>/", methods(get=floors.some_bytes)),
    path("audits/floor/write/<token:token>/items/<slug:item>/", methods(post=floors.write)),
    *urlpatterns,
]
