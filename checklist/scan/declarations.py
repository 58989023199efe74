"""Goes through modules and notes what they declare and register as tasks, and what may be one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from checklist.scan.found import Possible
from checklist.scan.maker import Layer, Maker, Unsure
from checklist.scan.makers import Makers
from checklist.scan.names import SCOPES, Function, Scope, statements
from checklist.scan.project import Project
from checklist.scan.registrations import (
    functions_of,
    may_be_task,
    registered_by,
    registered_classes,
    registers,
    takes_function,
)
from checklist.scan.source import Module
from checklist.scan.targets import Defined, External
from checklist.scan.walking import expressions

HARMLESS = {
    "property",
    "staticmethod",
    "classmethod",
    "dataclass",
    "override",
    "overload",
    "cached_property",
    "abstractmethod",
}
REGISTERED_BY_THEMSELVES = {
    f"celery.{name}"
    for name in ("task.Task", "task.PeriodicTask", "task.base.Task", "task.base.PeriodicTask", "decorators.Task")
}
TASKS = {"celery.Task", "celery.app.task.Task"}
FIXTURES = {"fixtures", "fixture", "testdata", "test_data"}


@dataclass(frozen=True, eq=False)
class Made:
    """A definition, and what makes a task of it."""

    defined: Defined
    maker: Maker


@dataclass(eq=False)
class Notes:
    """What was found so far, by path and line."""

    project: Project
    made: dict[tuple[str, int], Made] = field(default_factory=dict)
    possible: dict[tuple[str, int], Possible] = field(default_factory=dict)
    bases: set[ast.AST] = field(default_factory=set)  # classes that others inherit from
    unregistered: list[Defined] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.makers = Makers(self.project)

    def look_at(self, module: Module) -> None:
        """Find what `module` declares and registers."""
        top = self.project.top(module)
        for definition, scope in _definitions(top):
            for decorator in definition.decorator_list:
                if self._decorated(definition, scope, decorator):
                    break
            if isinstance(definition, ast.ClassDef):
                self._by_itself(Defined(definition, scope))
        if "task" in module.text.lower():  # walking every expression of a project takes as long as reading it
            for node, scope in expressions(top):
                if isinstance(node, ast.Call):
                    self._called(node, scope)

    def finish(self) -> None:
        """After every module: a class of Celery's that nothing registered, and that nothing inherits from, may be registered elsewhere."""
        for defined in self.unregistered:
            if (defined.module.path, defined.node.lineno) not in self.made and defined.node not in self.bases:
                self._may_be(defined, "nothing in these files registers this class: `app.register_task(...)`")

    def _add(self, defined: Defined, maker: Maker) -> None:
        module, line = defined.module, defined.node.lineno
        if self._is_data(module):
            self._may_be(defined, "it stands among files that tests or linters read as data")
        else:
            self.made.setdefault((module.path, line), Made(defined, maker))

    def _is_data(self, module: Module) -> bool:
        """Whether a file is data: a sample of a linter among those of tests, which is in no package, or one that says what a rule must find."""
        folders = [part.lower() for part in PurePosixPath(module.path).parts[:-1]]
        is_sample = any(part in FIXTURES for part in folders) and any(part.startswith("test") for part in folders)
        is_importable = str(PurePosixPath(module.path).with_name("__init__.py")) in self.project.modules
        return (is_sample and not is_importable) or "# ruleid:" in module.text

    def _may_be(self, defined: Defined, reason: str) -> None:
        place = (defined.module.path, defined.node.lineno)
        self.possible.setdefault(place, Possible(defined.name, *place, reason))

    def _decorated(self, node: Function | ast.ClassDef, scope: Scope, decorator: ast.expr) -> bool:
        if isinstance(decorator, ast.Name) and decorator.id in HARMLESS:
            return False
        defined = Defined(node, scope)
        if isinstance(node, ast.ClassDef):
            return self._class_decorated(defined, decorator)
        try:
            maker = self.makers.of(decorator, scope)
        except Unsure as unsure:
            self._may_be(defined, str(unsure))
            return False
        if maker is None:
            return False
        if isinstance(scope.node, ast.FunctionDef) and self._is_part_of_decorator(scope):
            self._may_be(defined, f"`{scope.node.name}` makes a task of it for each function that it decorates")
            return True
        self._add(defined, maker)
        return True

    def _is_part_of_decorator(self, scope: Scope) -> bool:
        """Whether a function is a decorator of the project and so makes tasks of what it is given, not of the function inside."""
        outermost = scope
        while isinstance(outermost.parent.node if outermost.parent else None, ast.FunctionDef):
            outermost = outermost.parent  # type: ignore[assignment]
        if outermost.parent is None or not isinstance(outermost.node, ast.FunctionDef):
            return False
        if not takes_function(scope):
            return False
        return self.makers.wrappers.of(Defined(outermost.node, outermost.parent), 0) is not None

    def _class_decorated(self, defined: Defined, decorator: ast.expr) -> bool:
        """A class under a decorator of the project that registers what it is given."""
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        if registers(decorator) and may_be_task(self.project, defined):
            self._add(defined, Maker("class"))
            return True
        for target in self.project.resolve(node, defined.scope):
            if isinstance(target, Defined) and isinstance(target.node, ast.FunctionDef):
                calls = (each for each, _ in expressions(target.inside) if isinstance(each, ast.Call))
                if any(registered_by(call) for call in calls):
                    self._add(defined, Maker("class"))
                    return True
        return False

    def _by_itself(self, defined: Defined) -> None:
        """Classes that old releases of Celery registered as soon as they were defined; others of Celery's wait to be registered."""
        if _is_abstract(defined) or not self.project.attribute_of_class(defined, "run"):
            return
        line = self.project.lineage(defined)
        self.bases |= {cls.node for cls in line[1:] if isinstance(cls, Defined)}
        celerys = {cls.name for cls in line if isinstance(cls, External) and cls.root == "celery"}
        if celerys & REGISTERED_BY_THEMSELVES:
            self._add(defined, Maker("class"))
        elif celerys & TASKS:
            self.unregistered.append(defined)

    def _called(self, node: ast.Call, scope: Scope) -> None:
        if registered := registered_by(node):
            options = tuple(keyword for keyword in node.keywords if keyword.arg != "task")
            for defined in registered_classes(self.project, registered, scope):
                self._add(defined, Maker("class", (Layer("decorator", scope, options),)))
        elif len(node.args) == 1 and self._may_make(node):
            self._applied(node, scope)

    def _may_make(self, node: ast.Call) -> bool:
        """Whether it is worth asking what is called: `x(...)(f)`, `x.task(f)`, `shared_task(f)`."""
        if isinstance(node.func, ast.Call):
            return True
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in {"task", "shared_task"} or name.endswith("_task")

    def _applied(self, node: ast.Call, scope: Scope) -> None:
        """The plain call `app.task(**options)(function)`, anywhere."""
        if not isinstance(node.args[0], ast.Name | ast.Attribute | ast.Call):
            return
        functions = list(functions_of(self.project, node.args[0], scope))
        if not functions:
            return
        try:
            maker = self.makers.of(node.func, scope)
        except Unsure:
            return
        if maker is None:
            return
        if not isinstance(node.func, ast.Call) and node.keywords:
            maker = maker.with_layer(f"{maker.form}()", Layer("decorator", scope, tuple(node.keywords)))
        for defined in functions:
            if not self._is_decorators_own(defined, scope):
                self._add(defined, maker)

    def _is_decorators_own(self, defined: Defined, scope: Scope) -> bool:
        """A function inside of a decorator that wraps what was decorated: the decorated one is the task."""
        return isinstance(defined.scope.node, ast.FunctionDef) and self._is_part_of_decorator(defined.scope)


def _definitions(scope: Scope) -> Iterator[tuple[Function | ast.ClassDef, Scope]]:
    """Every function and class of a scope and of those inside, each with the scope in which it stands."""
    for statement in statements(scope.node):
        if isinstance(statement, SCOPES):
            yield statement, scope
            yield from _definitions(scope.within(statement))


def _is_abstract(defined: Defined) -> bool:
    for statement in statements(defined.node):
        if isinstance(statement, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == "abstract" for each in statement.targets
        ):
            return isinstance(statement.value, ast.Constant) and statement.value.value is True
    return False
