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
    path("audits/<token:token>/items/<slug:item>/history/", methods(get=views.item_history), name="item-history"),
    path(
        "audits/<token:token>/items/<slug:item>/history/<int:revision>/erase/", methods(post=views.erase), name="erase"
    ),
    path("audits/<token:token>/history/", methods(get=views.audit_history), name="history"),
    path("audits/<token:token>/changes", methods(get=views.audit_changes), name="changes"),
    path("shared/<token:token>/changes", methods(get=views.shared_changes), name="shared-changes"),
    path("audits/<token:token>/edition/", methods(get=views.edition, post=views.move), name="edition"),
    path("audits/<token:token>/delete/", methods(get=views.ask_to_delete, post=views.delete), name="delete"),
    path("audits/<token:token>/restore/", methods(post=views.restore), name="restore"),
    path("audits/<token:token>/remove/", methods(post=views.remove), name="remove"),
    path("audits/<token:token>/questions/", methods(post=views.questions), name="questions"),
    path("audits/<token:token>/export.<str:extension>", methods(get=views.export), name="export"),
    path("shared/<token:token>/", methods(get=views.shared), name="shared"),
    path("shared/<token:token>/items/<slug:item>/comment.md", methods(get=views.shared_comment), name="shared-comment"),
    path("shared/<token:token>/export.<str:extension>", methods(get=views.shared_export), name="shared-export"),
]
