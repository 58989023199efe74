"""Holding a link is the right: which token opens an audit for what."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.http import Http404

from checklist.audits import access, service
from checklist.audits.models import Audit

DOORS = [access.for_edit, access.for_view]
Door = Callable[[str], Audit]


def test_the_edit_token_opens_the_audit_for_edit(audit: Audit) -> None:
    assert access.for_edit(audit.edit_token) == audit


def test_the_view_token_opens_the_audit_for_view(audit: Audit) -> None:
    assert access.for_view(audit.view_token) == audit


def test_the_view_token_does_not_open_the_audit_for_edit(audit: Audit) -> None:
    with pytest.raises(Http404):
        access.for_edit(audit.view_token)


def test_the_edit_token_does_not_open_the_audit_for_view(audit: Audit) -> None:
    with pytest.raises(Http404):
        access.for_view(audit.edit_token)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("token", ["", "a" * 32, "%", "_" * 32, "' OR 1=1 --", "1"])
def test_an_unknown_token_opens_nothing(audit: Audit, door: Door, token: str) -> None:
    with pytest.raises(Http404):
        door(token)


@pytest.mark.parametrize(
    "change", [str.swapcase, lambda token: token[:-1], lambda token: token + "A", lambda token: f" {token}"]
)
def test_a_token_that_is_almost_right_opens_nothing(audit: Audit, change: Callable[[str], str]) -> None:
    with pytest.raises(Http404):
        access.for_edit(change(audit.edit_token))


def test_of_two_audits_each_opens_with_its_own_token(audit: Audit) -> None:
    other = service.start(edition=audit.edition, task="another.task")
    assert [access.for_edit(found.edit_token).task for found in (audit, other)] == [
        "billing.tasks.charge",
        "another.task",
    ]


def test_nothing_else_in_the_project_looks_an_audit_up_by_its_token() -> None:
    nodes = [
        (path.name, node)
        for path in Path(settings.BASE_DIR, "checklist").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    ]
    lookups = {
        name
        for name, node in nodes
        if isinstance(node, ast.keyword) and (node.arg or "").startswith(("edit_token", "view_token"))
    }
    asked = {
        name
        for name, node in nodes
        if isinstance(node, ast.Attribute) and node.attr in {"with_edit_link", "with_view_link"}
    }
    assert (lookups, asked) == ({"models.py"}, {"access.py"})
