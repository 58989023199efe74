"""What makes a task of a function: Celery's own decorators, presets of them, and the decorators of a project that end in one of them."""

from __future__ import annotations

import ast
from dataclasses import replace

from checklist.scan.apps import Apps
from checklist.scan.effort import spend
from checklist.scan.frameworks import CELERY, OTHERS
from checklist.scan.maker import Layer, Maker, Unsure
from checklist.scan.names import Scope, ends_with
from checklist.scan.project import Project
from checklist.scan.targets import DEEPEST, Defined, External, Target, Value
from checklist.scan.walking import returned
from checklist.scan.wrappers import Wrappers


class Makers:
    """Finds out what the decorators of a project make."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.apps = Apps(project, self)
        self.wrappers = Wrappers(project, self)

    def of(self, node: ast.expr, scope: Scope, depth: int = 0) -> Maker | None:
        """What `node`, put above a function or called with it, makes of it: a task, or `None`. Raises `Unsure`."""
        spend()
        if depth > DEEPEST:
            return None
        if isinstance(node, ast.Call) and ends_with(node.func, "cast") and len(node.args) == 2:
            return self.of(node.args[1], scope, depth + 1)
        if isinstance(node, ast.Call):
            return self._of_call(node, scope, depth)
        if isinstance(node, ast.Lambda):
            return self._of_lambda(node, scope, depth)
        if isinstance(node, ast.IfExp):
            return self.of(node.body, scope, depth + 1) or self.of(node.orelse, scope, depth + 1)
        if isinstance(node, ast.Name):
            return self._of_name(node, scope, depth)
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        return None

    def _of_name(self, node: ast.Name, scope: Scope, depth: int) -> Maker | None:
        targets = self.project.resolve(node, scope)
        if not targets and node.id in {"shared_task", "periodic_task"}:
            return Maker(node.id)
        return self.of_targets(targets, depth)

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Maker | None:
        if node.attr in {"task", "periodic_task"}:
            return self.apps.of(node, scope, depth)
        targets = self.project.resolve(node, scope)
        if not targets and node.attr == "shared_task":
            return Maker("shared_task")
        return self.of_targets(targets, depth)

    def of_targets(self, targets: list[Target], depth: int) -> Maker | None:
        """What the first of these that makes tasks makes. Raises `Unsure` when none does and one might."""
        unsure: Unsure | None = None
        for target in targets:
            try:
                if found := self._of_target(target, depth + 1):
                    return found
            except Unsure as error:
                unsure = error
        if unsure:
            raise unsure
        return None

    def _of_target(self, target: Target, depth: int) -> Maker | None:
        if isinstance(target, External):
            return self._of_external(target)
        if isinstance(target, Value) and not target.elements_of:
            if isinstance(target.node, ast.Call):
                return self._of_preset(target, depth)
            return self.of(target.node, target.scope, depth + 1)
        if isinstance(target, Defined):
            return self.wrappers.of(target, depth)
        return None

    def _of_external(self, target: External) -> Maker | None:
        if form := CELERY.get(target.name):
            return Maker(form)
        last = target.name.split(".")[-1]
        if target.root == "celery" or target.root in OTHERS:
            return None
        if last == "shared_task":
            return Maker("shared_task")
        if last.lower().endswith("task") and last[0].islower():
            raise Unsure(f"`{target.name}` is not among the files that were read")
        return None

    def _of_preset(self, target: Value, depth: int) -> Maker | None:
        """A name for a decorator with options: `quick = shared_task(acks_late=True)`."""
        found = self.of(target.node, target.scope, depth + 1)
        if not found or not found.layers or found.wrapper:
            return replace(found, form="preset") if found else None
        nearest = replace(found.layers[0], origin="preset")
        return replace(found, form="preset", layers=(nearest, *found.layers[1:]))

    def _of_call(self, node: ast.Call, scope: Scope, depth: int) -> Maker | None:
        if ends_with(node.func, "partial") and node.args:
            found, given = self.of(node.args[0], scope, depth + 1), tuple(node.args[1:])
        else:
            found, given = self.of(node.func, scope, depth + 1), tuple(node.args)
            if found and given and self.is_function(given[0], scope):
                return None  # the function is given already: this is a task, not a maker
            if not found:
                return self._of_returned(node, scope, depth)
        if not found:
            return None
        splats = tuple(keyword for keyword in node.keywords)
        return found.with_layer(_called(found.form), Layer("decorator", scope, splats, given))

    def _of_returned(self, node: ast.Call, scope: Scope, depth: int) -> Maker | None:
        """A call of something of the project that hands out the decorator: `tasks_of(app)`, or an instance with `__call__`."""
        for target in self.project.resolve(node.func, scope):
            if isinstance(target, Defined) and isinstance(target.node, ast.FunctionDef):
                for value, inner in returned(target):
                    if isinstance(value, ast.Attribute) and (found := self.of(value, inner, depth + 1)):
                        return found
        return None

    def is_function(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an argument is the function that becomes a task, and not an option."""
        if isinstance(node, ast.Lambda):
            return True
        return isinstance(node, ast.Name | ast.Attribute) and any(
            isinstance(target, Defined) for target in self.project.resolve(node, scope)
        )

    def _of_lambda(self, node: ast.Lambda, scope: Scope, depth: int) -> Maker | None:
        inside = scope.within(node)
        if isinstance(node.body, ast.Call):
            found = self.wrappers.application(node.body, inside, depth) or self.of(node.body, inside, depth + 1)
            return replace(found, form="project_decorator") if found else None
        return None


def _called(form: str) -> str:
    return form if form.endswith("()") else f"{form}()"
