"""What `<anything>.task` is: Celery's decorator, that of another framework, or one of the project's own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checklist.scan.frameworks import OTHERS
from checklist.scan.instances import class_around
from checklist.scan.maker import Maker, Unsure
from checklist.scan.names import Scope, ends_with, root_name
from checklist.scan.project import Project
from checklist.scan.targets import DEEPEST, Defined, External, Given, Target, Value, Whole
from checklist.scan.walking import returned

if TYPE_CHECKING:
    from checklist.scan.makers import Makers

MOST_OWNERS = (
    3  # of a name that is bound again and again, as in `query = query.filter()`, each of which leads to all others
)


class Apps:
    """Finds out what makes tasks by its attribute `task`."""

    def __init__(self, project: Project, makers: Makers) -> None:
        self.project = project
        self.makers = makers
        self._speaks_of_celery: bool | None = None

    def of(self, node: ast.Attribute, scope: Scope, depth: int) -> Maker | None:
        """`<anything>.task`: Celery's, unless it is known to be something else's."""
        targets = self.project.resolve(node.value, scope)
        maker = Maker("app.task", app=tuple(targets))
        if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"} and (own := class_around(scope)):
            targets = [own]
        if not targets:
            return self._of_own_instance(node, scope, depth, maker)
        answers = [self._task_of(target, node.attr, depth) for target in targets]
        found = [answer for answer in answers if isinstance(answer, Maker)]
        if found:
            return found[0]
        if all(answer is False for answer in answers):
            return None
        if all(isinstance(target, Given) for target in targets):
            return self._of_own_instance(node, scope, depth, maker)
        return maker

    def _knows_celery(self, scope: Scope) -> bool:
        """Whether the file, or any other of the project, speaks of Celery."""
        if self._speaks_of_celery is None:
            self._speaks_of_celery = any("celery" in module.text.lower() for module in self.project.modules.values())
        return self._speaks_of_celery or "celery" in scope.module.path.lower()

    def _of_own_instance(self, node: ast.Attribute, scope: Scope, depth: int, maker: Maker) -> Maker | None:
        if isinstance(node.value, ast.Call) and ends_with(node.value.func, "mark"):
            return None
        root = root_name(node.value)
        if root in OTHERS:
            return None
        if scope.find(root)[0] and not _is_named_like_app(node.value) and not self._knows_celery(scope):
            raise Unsure(f"nothing that was read says that `{scope.module.source(node.value)}` is a Celery app")
        return maker

    def _task_of(self, target: Target, name: str, depth: int) -> Maker | bool | None:
        """What `.task` of a target is: a maker, `False` when it is nothing of Celery's, `True` or `None` when it is or may be Celery's."""
        if depth > DEEPEST:
            return None
        if isinstance(target, External):
            return self._task_of_external(target)
        if isinstance(target, Whole):
            named = self.project.named(name, self.project.top(target.module))
            return (self.makers.of_targets(named, depth + 1) or False) if named else None
        if isinstance(target, Given):
            return self._task_of_annotated(target, depth)
        if isinstance(target, Defined):
            return self._task_of_class(target, name, depth) if isinstance(target.node, ast.ClassDef) else False
        return self._task_of_value(target, name, depth)

    def _task_of_external(self, target: External) -> bool | None:
        if target.root == "celery":
            return True
        if target.name.startswith("django.conf.settings."):
            return None  # a project may keep its app there
        return False if target.root in OTHERS or target.root.startswith(("taskiq", "airflow", "prefect")) else None

    def _task_of_annotated(self, target: Given, depth: int) -> bool | None:
        if target.annotation is None:
            return None
        for found in self.project.resolve(target.annotation, target.scope):
            if isinstance(found, External) and self._task_of_external(found) is False:
                return False
            if isinstance(found, Defined) and self._task_of_class(found, "task", depth) is False:
                return False
        return None

    def _task_of_class(self, target: Defined, name: str, depth: int) -> Maker | bool | None:
        """A class, or an instance of one, of the project."""
        for found in self.project.attribute_of_class(target, name, depth + 1):
            if isinstance(found, Defined):
                return self.makers.wrappers.of(found, depth + 1) or False
            if isinstance(found, Value) and (maker := self.makers.of(found.node, found.scope, depth + 1)):
                return maker
        line = self.project.lineage(target)
        if any(isinstance(cls, External) and cls.root == "celery" for cls in line):
            return True
        return None if any(cls is None or isinstance(cls, External) for cls in line) else False

    def _task_of_value(self, target: Value, name: str, depth: int) -> Maker | bool | None:
        if target.elements_of:
            return None
        node = target.node
        if isinstance(node, ast.BoolOp):
            return self._task_of_value(Value(node.values[-1], target.scope), name, depth + 1)
        if isinstance(node, ast.IfExp):
            return self._task_of_either(node, target.scope, name, depth)
        if isinstance(node, ast.Call):
            return self._task_of_call(node, target.scope, name, depth)
        return None if isinstance(node, ast.Name | ast.Attribute | ast.Await | ast.Subscript | ast.Constant) else False

    def _task_of_either(self, node: ast.IfExp, scope: Scope, name: str, depth: int) -> Maker | bool | None:
        """`A() if testing else B()`."""
        targets = [found for each in (node.body, node.orelse) for found in self.project.resolve(each, scope)]
        answers = [self._task_of(target, name, depth + 1) for target in targets]
        if answers and all(answer is False for answer in answers):
            return False
        return next((answer for answer in answers if answer), None)

    def _task_of_call(self, node: ast.Call, scope: Scope, name: str, depth: int) -> Maker | bool | None:
        """What a call gives, by what is called; a method of another framework's object, as in `Broker().with_backend(x)`, gives one of its own."""
        made = self.project.resolve(node.func, scope)
        answers = [self._task_of_made(each, name, depth + 1) for each in made]
        if not made and isinstance(node.func, ast.Attribute):
            owners = self.project.resolve(node.func.value, scope)[:MOST_OWNERS]
            answers = [False for owner in owners if self._task_of(owner, name, depth + DEEPEST // 3) is False]
        return next((answer for answer in answers if answer is not None), None)

    def _task_of_made(self, made: Target, name: str, depth: int) -> Maker | bool | None:
        """What `.task` of a call's value is, by what is called."""
        if isinstance(made, External):
            return self._task_of_external(made)
        if isinstance(made, Defined) and isinstance(made.node, ast.ClassDef):
            return self._task_of_class(made, name, depth)
        if isinstance(made, Defined):
            for value, scope in returned(made):
                for target in self.project.resolve(value, scope):
                    if (answer := self._task_of(target, name, depth + 1)) is not None:
                        return answer
        return None


def _is_named_like_app(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"app", "_app"} or "celery" in name.lower()
