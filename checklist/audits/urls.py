"""URLs of audits: below an edit token everything, below a view token reading only."""

from __future__ import annotations

from django.urls import path

from checklist.audits import views
from checklist.routing import methods

urlpatterns = [
    path("checklists/<slug:slug>/audits/", methods(post=views.start), name="start"),
    path("audits/<token:token>/", methods(get=views.audit, post=views.correct), name="audit"),
    path("audits/<token:token>/items/<slug:item>/", methods(post=views.answer), name="answer"),
    path("audits/<token:token>/items/<slug:item>/comment.md", methods(get=views.comment), name="comment"),
    path("audits/<token:token>/questions/", methods(post=views.questions), name="questions"),
    path("audits/<token:token>/export.<str:extension>", methods(get=views.export), name="export"),
    path("shared/<token:token>/", methods(get=views.shared), name="shared"),
    path("shared/<token:token>/items/<slug:item>/comment.md", methods(get=views.shared_comment), name="shared-comment"),
    path("shared/<token:token>/export.<str:extension>", methods(get=views.shared_export), name="shared-export"),
]
