"""What may give all calls of a session of `requests` a timeout: an adapter that is mounted, a method that is replaced, or a function that gets it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from checklist.scan.effort import spend
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
    if not isinstance(session, ast.Name | ast.Attribute):
        return None
    name = session.id if isinstance(session, ast.Name) else session.attr
    for target in subject.project.resolve(session, subject.scope):
        if isinstance(target, Value) and (found := _sessions(subject.project).line(name, target)):
            return found
    return None


class _Sessions:
    """The lines that configure something, by its name. Kept for a scan: many tasks share a session."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[tuple[Module, str], list[ast.expr]] = {}

    def line(self, name: str, made: Value) -> Evidence | None:
        """The first line that configures what has this name and is that value."""
        is_local = isinstance(made.scope.node, FUNCTIONS)
        modules = [made.scope.module] if is_local else list(self.project.modules.values())
        for module in modules:
            for node in self._configuring(module, name):
                targets = self.project.resolve(node, self.project.scope_of(module, node))
                if any(isinstance(each, Value) and each.node is made.node for each in targets):
                    return module.evidence(node)
        return None

    def _configuring(self, module: Module, name: str) -> list[ast.expr]:
        if name not in module.text or is_test(module):
            return []
        if (module, name) not in self._known:
            self._known[module, name] = list(_configuring(module, name))
        return self._known[module, name]


def _configuring(module: Module, name: str) -> Iterator[ast.expr]:
    """Where something of that name gets an adapter or another `request`, or is given to a call."""
    for node in ast.walk(module.tree):
        spend()
        if isinstance(node, ast.Name | ast.Attribute) and name == getattr(node, "attr", getattr(node, "id", "")):
            up = module.parents.get(node)
            if isinstance(up, ast.Attribute):
                is_replaced = up.attr in _REPLACED and isinstance(up.ctx, ast.Store)
                if up.attr == "mount" or is_replaced:
                    yield node
            elif isinstance(up, ast.keyword | ast.Starred) or (isinstance(up, ast.Call) and node in up.args):
                yield node


@lru_cache(maxsize=4)
def _sessions(project: Project) -> _Sessions:
    return _Sessions(project)
