"""Every URL of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from checklist import views
from checklist.routing import methods

urlpatterns = [
    path("", include("checklist.catalogue.urls")),
    path("", include("checklist.audits.urls")),
    path("admin/", admin.site.urls),
    path("healthz", methods(get=views.healthz)),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
