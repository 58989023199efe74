"""What may give all calls of a session of `requests` a timeout: an adapter that is mounted, a method that is replaced, or a function that gets it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from checklist.scan.effort import once_per_scan
from checklist.scan.found import Evidence
from checklist.scan.names import FUNCTIONS
from checklist.scan.places import is_test
from checklist.scan.project import Project
from checklist.scan.source import Module
from checklist.scan.subject import Subject
from checklist.scan.targets import Value

_REPLACED = {"request", "send"}


def configured(session: ast.expr, subject: Subject) -> Evidence | None:
    """The first line outside of tests that may set a timeout for a session, which is what the expression of a body leads to."""
    project, name = subject.project, _name(session)
    values = [each for each in project.resolve(session, subject.scope) if name and isinstance(each, Value)]
    made, is_local = {each.node for each in values}, all(isinstance(each.scope.node, FUNCTIONS) for each in values)
    for module, node in _configuring(project).get(name, ()) if values else ():
        if is_local and module not in {each.scope.module for each in values}:
            continue
        targets = project.resolve(node, project.scope_of(module, node))
        if any(isinstance(each, Value) and each.node in made for each in targets):
            return module.evidence(node)
    return None


@once_per_scan
def _configuring(project: Project) -> dict[str, list[tuple[Module, ast.expr]]]:
    """What gets an adapter or another `request`, or is given to a call, by its name."""
    found: dict[str, list[tuple[Module, ast.expr]]] = defaultdict(list)
    for module in (each for each in project.modules.values() if not is_test(each)):
        for node in ast.walk(module.tree):
            for each in _configured_by(node):
                if name := _name(each):
                    found[name].append((module, each))
    return found


def _configured_by(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        yield from (each.value if isinstance(each, ast.Starred) else each for each in node.args)
        yield from (each.value for each in node.keywords)
    elif isinstance(node, ast.Attribute):
        is_replaced = node.attr in _REPLACED and isinstance(node.ctx, ast.Store)
        if is_replaced or node.attr == "mount":
            yield node.value


def _name(node: ast.expr) -> str:
    """The name itself, or the last part of a dotted one; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
