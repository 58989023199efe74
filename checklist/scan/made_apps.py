"""Where a project makes its Celery apps, and which class these make their tasks of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.by_text import named_by
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.targets import Defined, External, Target, Value

_CELERY = {"celery.Celery", "celery.app.base.Celery", "celery.app.Celery"}


class MadeApps:
    """What the modules say of apps: `calls` make them, each with its scope; `task_classes` are the classes that they make tasks of.

    Each of these is written as its text says, and leads to what follows; to nothing where that was not read.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.task_classes: list[tuple[str, list[Target]]] = []

    def look_at(self, node: ast.AST, scope: Scope) -> None:
        """Take note of `Celery(...)`, of the call of a class that inherits from it, and of `app.Task = Base`."""
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            classes = list(self._classes(node, scope)) if name[:1].isupper() else []
            if name == "Celery" or classes:
                self.calls.append((node, scope))
                self._made(node, scope, classes)
        elif isinstance(node, ast.Assign) and any(_is_task_of_app(target) for target in node.targets):
            classes = self.project.resolve(node.value, scope)
            if any(isinstance(each, Defined) for each in classes):
                self.task_classes.append((scope.module.source(node.value), classes))

    def _classes(self, node: ast.Call, scope: Scope) -> Iterator[Target]:
        """What is called, where that is Celery's class or one that inherits from it."""
        for target in self.project.resolve(node.func, scope):
            line = self.project.lineage(target) if isinstance(target, Defined) else [target]
            if any(isinstance(cls, External) and cls.name in _CELERY for cls in line):
                yield target

    def _made(self, node: ast.Call, scope: Scope, classes: list[Target]) -> None:
        if given := next((keyword.value for keyword in node.keywords if keyword.arg == "task_cls"), None):
            self._name(given, scope)
            return
        for cls in classes:
            for found in self.project.attribute_of_class(cls, "task_cls") if isinstance(cls, Defined) else []:
                if isinstance(found, Value):
                    self._name(found.node, found.scope)
                elif isinstance(found, Defined):
                    self.task_classes.append((found.name, [found]))

    def _name(self, node: ast.expr, scope: Scope) -> None:
        """Celery takes the class itself, or its name as text."""
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        found = named_by(node.value, scope.module, self.project) if is_text else self.project.resolve(node, scope)  # type: ignore[attr-defined]
        self.task_classes.append((scope.module.source(node), found))


def _is_task_of_app(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "Task"
