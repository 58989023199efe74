"""URLs of audits: below an edit token everything, below a view token reading only."""

from __future__ import annotations

from django.urls import path

from checklist.audits.views import again, answers, audit, code, history, lifecycle, links, mine, suggestions
from checklist.routing import methods

urlpatterns = [
    path("checklists/<slug:slug>/audits/", methods(post=audit.start), name="start"),
    path("checklists/<slug:slug>/code/", methods(get=code.ask, post=code.start, takes_code=True), name="code"),
    path("audits/<token:token>/", methods(get=audit.audit, post=audit.correct), name="audit"),
    path("audits/<token:token>/items/<slug:item>/", methods(post=answers.answer), name="answer"),
    path("audits/<token:token>/items/<slug:item>/comment.md", methods(get=audit.comment), name="comment"),
    path("audits/<token:token>/items/<slug:item>/history/", methods(get=history.item_history), name="item-history"),
    path(
        "audits/<token:token>/items/<slug:item>/history/<int:revision>/erase/",
        methods(post=history.erase),
        name="erase",
    ),
    path("audits/<token:token>/history/", methods(get=history.audit_history), name="history"),
    path("audits/<token:token>/changes", methods(get=answers.audit_changes), name="changes"),
    path("shared/<token:token>/changes", methods(get=answers.shared_changes), name="shared-changes"),
    path("audits/<token:token>/links/", methods(get=links.links, post=links.change_links), name="links"),
    path("audits/<token:token>/keep/", methods(post=links.keep), name="keep"),
    path("audits/<token:token>/again/", methods(get=again.ask, post=again.again), name="again"),
    path("audits/<token:token>/comparison/", methods(get=again.comparison), name="comparison"),
    path("audits/<token:token>/edition/", methods(get=lifecycle.edition, post=lifecycle.move), name="edition"),
    path("audits/<token:token>/delete/", methods(get=lifecycle.ask_to_delete, post=lifecycle.delete), name="delete"),
    path("audits/<token:token>/restore/", methods(post=lifecycle.restore), name="restore"),
    path("audits/<token:token>/remove/", methods(post=lifecycle.remove), name="remove"),
    path("audits/<token:token>/questions/", methods(post=answers.questions), name="questions"),
    path("audits/<token:token>/scan/", methods(get=code.ask_again, post=code.rescan, takes_code=True), name="rescan"),
    path("audits/<token:token>/source/delete/", methods(post=code.forget_source), name="forget-source"),
    path(
        "audits/<token:token>/suggestions/",
        methods(get=suggestions.ask_all, post=suggestions.accept_all, takes_many=True),
        name="suggestions",
    ),
    path("audits/<token:token>/export.<str:extension>", methods(get=audit.export), name="export"),
    path("shared/<token:token>/", methods(get=audit.shared), name="shared"),
    path("shared/<token:token>/badge.svg", methods(get=audit.shared_badge), name="badge"),
    path("shared/<token:token>/items/<slug:item>/comment.md", methods(get=audit.shared_comment), name="shared-comment"),
    path("shared/<token:token>/export.<str:extension>", methods(get=audit.shared_export), name="shared-export"),
    path("mine/", methods(get=mine.mine, by_cookie=True), name="mine"),
    path("mine/forget/", methods(get=mine.ask_to_forget, post=mine.forget_all, by_cookie=True), name="forget-all"),
    path("mine/<int:number>/", methods(get=mine.open_audit, by_cookie=True), name="my-audit"),
    path("mine/<int:number>/forget/", methods(post=mine.forget, by_cookie=True), name="forget"),
    path(
        "mine/<int:number>/links/",
        methods(get=mine.my_links, post=mine.change_my_links, by_cookie=True),
        name="my-links",
    ),
    path(
        "mine/<int:number>/delete/",
        methods(get=mine.ask_to_delete_mine, post=mine.delete_mine, by_cookie=True),
        name="my-deletion",
    ),
]
