"""Where a project makes its Celery apps, and which class these make their tasks of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.by_text import named_by
from checklist.scan.names import Scope
from checklist.scan.places import is_in_test
from checklist.scan.project import Project
from checklist.scan.targets import Defined, External, Target, Value

_CELERY = {"celery.Celery", "celery.app.base.Celery", "celery.app.Celery"}


@dataclass(frozen=True, eq=False)
class TaskClass:
    """A class that apps make their tasks of, as its text says it, and what that leads to: nothing where it was not read.

    `apps` are what the text leads to for the apps.
    """

    written: str
    targets: list[Target]
    apps: list[Target]


class MadeApps:
    """What the modules say of apps: `calls` make them, each with its scope; `task_classes` are the classes that they make tasks of."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.task_classes: list[TaskClass] = []

    def look_at(self, node: ast.AST, scope: Scope) -> None:
        """Take note of `Celery(...)`, of the call of a class that inherits from it, and of `app.Task = Base`."""
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            classes = list(self._classes(node, scope)) if name[:1].isupper() else []
            if name == "Celery" or classes:
                self.calls.append((node, scope))
                self._made(node, scope, classes)
        elif isinstance(node, ast.Assign) and not is_in_test(scope):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr == "Task":
                    self._set(target.value, node.value, scope)

    def _set(self, app: ast.expr, node: ast.expr, scope: Scope) -> None:
        classes = self.project.resolve(node, scope)
        if any(isinstance(each, Defined) for each in classes):
            apps = self.project.resolve(app, scope)
            self.task_classes.append(TaskClass(scope.module.source(node), classes, apps))

    def _classes(self, node: ast.Call, scope: Scope) -> Iterator[Target]:
        """What is called, where that is Celery's class or one that inherits from it."""
        for target in self.project.resolve(node.func, scope):
            line = self.project.lineage(target) if isinstance(target, Defined) else [target]
            if any(isinstance(cls, External) and cls.name in _CELERY for cls in line):
                yield target

    def _made(self, node: ast.Call, scope: Scope, classes: list[Target]) -> None:
        app: list[Target] = [Value(node, scope)]
        if given := next((keyword.value for keyword in node.keywords if keyword.arg == "task_cls"), None):
            self._name(given, scope, app)
            return
        for cls in classes:
            for found in self.project.attribute_of_class(cls, "task_cls") if isinstance(cls, Defined) else []:
                if isinstance(found, Value):
                    self._name(found.node, found.scope, app)
                elif isinstance(found, Defined):
                    self.task_classes.append(TaskClass(found.name, [found], app))

    def _name(self, node: ast.expr, scope: Scope, app: list[Target]) -> None:
        """Celery takes the class itself, or its name as text."""
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        found = named_by(node.value, scope.module, self.project) if is_text else self.project.resolve(node, scope)  # type: ignore[attr-defined]
        self.task_classes.append(TaskClass(scope.module.source(node), found, app))
