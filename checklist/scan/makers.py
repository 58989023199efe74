"""What makes a task of a function: Celery's own decorators, presets of them, and the decorators of a project that end in one of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from checklist.scan.effort import spend
from checklist.scan.names import SCOPES, Scope, statements
from checklist.scan.project import DEEPEST, Defined, External, Given, Project, Target, Value, Whole, class_around

CELERY = {
    "celery.shared_task": "shared_task",
    "celery.app.shared_task": "shared_task",
    "celery.task": "app.task",
    "celery.task.task": "app.task",
    "celery.task.base.task": "app.task",
    "celery.task.periodic_task": "app.task",
    "celery.task.base.periodic_task": "app.task",
    "celery.decorators.task": "app.task",
    "celery.decorators.periodic_task": "app.task",
    "celery.current_app.task": "app.task",
}

# Packages whose decorators called `task` make something else. A decorator `.task` of anything else that the scan does not hold is taken for Celery's.
# fmt: off
OTHERS = {
    "airflow", "apscheduler", "arq", "asyncio", "background_task", "behave", "chalice", "crewai", "dagster",
    "dbos", "discord", "django", "django_huey", "django_q", "django_rq", "django_tasks", "doit", "dramatiq",
    "fabric", "faust", "flask_apscheduler", "flytekit", "gevent", "hatchet_sdk", "huey", "inngest", "invoke",
    "kedro", "kubiya", "locust", "luigi", "metaflow", "mock", "modal", "mode", "molten", "nox", "parsl",
    "pdm", "poethepoet", "prefect", "procrastinate", "pytest", "ray", "robocorp", "rocketry", "rq", "saq",
    "snakemake", "spinach", "streaq", "taskipy", "taskiq", "temporalio", "toga", "trio", "unittest", "waflib",
    "zappa",
}
# fmt: on

# What people call the function that a decorator is given.
FUNCTION_NAMES = {"f", "fn", "fun", "func", "function", "method", "wrapped", "callback", "target"}


@dataclass(frozen=True)
class Layer:
    """Options that one step adds: keywords of a decorator, a preset or a wrapper, and the mappings that are poured in with `**`.

    `given` are positional arguments.
    """

    origin: str
    scope: Scope
    keywords: tuple[ast.keyword, ...] = ()
    given: tuple[ast.expr, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Maker:
    """Something that makes tasks of functions. `layers` are the options that it brings along, the one nearest to the use first."""

    form: str
    layers: tuple[Layer, ...] = ()
    wrapper: Defined | None = None
    app: ast.expr | None = None

    def with_layer(self, form: str, layer: Layer) -> Maker:
        """The same with options that are nearer to the use."""
        return replace(self, form=form, layers=(layer, *self.layers))


class Unsure(Exception):  # noqa: N818 - an answer
    """It cannot be said whether this makes tasks; the message says why."""


class Makers:
    """Finds out what the decorators of a project make."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._of_function: dict[ast.AST, Maker | None] = {}
        self._speaks_of_celery: bool | None = None

    def of(self, node: ast.expr, scope: Scope, depth: int = 0) -> Maker | None:
        """What `node`, put above a function or called with it, makes of it: a task, or `None`. Raises `Unsure`."""
        spend()
        if depth > DEEPEST:
            return None
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
        return self._of_targets(targets, depth)

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Maker | None:
        if node.attr in {"task", "periodic_task"}:
            return self._of_app(node, scope, depth)
        targets = self.project.resolve(node, scope)
        if not targets and node.attr == "shared_task":
            return Maker("shared_task")
        if not targets:
            targets = [
                found
                for base in self.project.resolve(node.value, scope)
                for found in self._member_of_instance(base, node.attr, depth)
            ]
        return self._of_targets(targets, depth)

    def _of_targets(self, targets: list[Target], depth: int) -> Maker | None:
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
            return self._of_definition(target, depth)
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
        if _ends_with(node.func, "partial") and node.args:
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
                for value, inner in self._returned(target):
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

    # The app

    def _of_app(self, node: ast.Attribute, scope: Scope, depth: int) -> Maker | None:
        """`<anything>.task`: Celery's, unless it is known to be something else's."""
        maker = Maker("app.task", app=node.value)
        targets = self.project.resolve(node.value, scope)
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
        if isinstance(node.value, ast.Call) and _ends_with(node.value.func, "mark"):
            return None
        root = _root_name(node.value)
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
            return (self._of_targets(named, depth + 1) or False) if named else None
        if isinstance(target, Given):
            return self._task_of_annotated(target, depth)
        if isinstance(target, Defined):
            return self._task_of_class(target, name, depth) if isinstance(target.node, ast.ClassDef) else False
        return self._task_of_value(target, name, depth)

    def _task_of_external(self, target: External) -> bool | None:
        if target.root == "celery":
            return True
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
                return self._of_definition(found, depth + 1) or False
            if isinstance(found, Value) and (maker := self.of(found.node, found.scope, depth + 1)):
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
        if not isinstance(node, ast.Call):
            return (
                None
                if isinstance(node, ast.Name | ast.Attribute | ast.Await | ast.Subscript | ast.IfExp | ast.Constant)
                else False
            )
        answers = [self._task_of_made(made, name, depth + 1) for made in self.project.resolve(node.func, target.scope)]
        return next((answer for answer in answers if answer is not None), None)

    def _task_of_made(self, made: Target, name: str, depth: int) -> Maker | bool | None:
        """What `.task` of a call's value is, by what is called."""
        if isinstance(made, External):
            return self._task_of_external(made)
        if isinstance(made, Defined) and isinstance(made.node, ast.ClassDef):
            return self._task_of_class(made, name, depth)
        if isinstance(made, Defined):
            for value, scope in self._returned(made):
                for target in self.project.resolve(value, scope):
                    if (answer := self._task_of(target, name, depth + 1)) is not None:
                        return answer
        return None

    def _member_of_instance(self, base: Target, name: str, depth: int) -> Iterator[Target]:
        """What `x.name` is when `x` was made by a class of the project."""
        if isinstance(base, Value) and isinstance(base.node, ast.Call):
            for made in self.project.resolve(base.node.func, base.scope):
                if isinstance(made, Defined) and isinstance(made.node, ast.ClassDef):
                    yield from self.project.attribute_of_class(made, name, depth + 1)

    # A project's own decorators

    def _of_definition(self, target: Defined, depth: int) -> Maker | None:
        """A function or class of the project that ends in one of Celery's decorators."""
        if target.node in self._of_function:
            return self._of_function[target.node]
        self._of_function[target.node] = None  # while it is looked at: a decorator that leads to itself makes nothing
        found = self._ends_in_task(target, depth)
        self._of_function[target.node] = found
        return found

    def _ends_in_task(self, target: Defined, depth: int) -> Maker | None:
        if isinstance(target.node, ast.ClassDef):
            for name in ("__call__", "__new__"):
                for method in self.project.attribute_of_class(target, name):
                    if isinstance(method, Defined) and (found := self._of_definition(method, depth + 1)):
                        return found
            return None
        try:
            inner = self._inner_maker(target.inside, depth)
        except Unsure:
            return None
        if inner is None or not any(True for _ in self._returned(target)):
            return None
        layer = Layer("wrapper", target.inside, (), (), f"`{target.name}`")
        return Maker(
            "project_decorator",
            (*(replace(each, origin="wrapper", note=f"`{target.name}`") for each in inner.layers), layer),
            target,
        )

    def _inner_maker(self, scope: Scope, depth: int) -> Maker | None:
        """The maker that a function, or a function in it, hands what it was given to."""
        for node, where in expressions(scope):
            if isinstance(node, ast.Call) and (found := self._application(node, where, depth)):
                return found
            returned = node.value if isinstance(node, ast.Return) else None
            if isinstance(returned, ast.Call | ast.Attribute) and (found := self.of(returned, where, depth + 1)):
                return found
            if isinstance(node, ast.FunctionDef) and node is not scope.node:
                for decorator in node.decorator_list:
                    if _is_returned(node.name, scope) and (found := self.of(decorator, where, depth + 1)):
                        return found
        return None

    def _application(self, node: ast.Call, scope: Scope, depth: int) -> Maker | None:
        """`maker(options)(function)` or `maker(function)`, where the function is a parameter or one that stands inside."""
        if not node.args or not all(isinstance(each, ast.Starred) for each in node.args[1:]):
            return None
        if not self._is_handed_on(node.args[0], scope):
            return None
        if not isinstance(node.func, ast.Call) and any(keyword.arg for keyword in node.keywords):
            is_function = isinstance(node.args[0], ast.Name) and node.args[0].id in FUNCTION_NAMES
            return self.of(node.func, scope, depth + 1) if is_function else None
        return self.of(node.func, scope, depth + 1)

    def _is_handed_on(self, node: ast.expr, scope: Scope) -> bool:
        if isinstance(node, ast.Call):
            return any(self._is_handed_on(argument, scope) for argument in node.args)
        if not isinstance(node, ast.Name):
            return False
        _, holder = scope.find(node.id)
        return holder is not None and holder.parent is not None

    def _of_lambda(self, node: ast.Lambda, scope: Scope, depth: int) -> Maker | None:
        inside = scope.within(node)
        if isinstance(node.body, ast.Call):
            found = self._application(node.body, inside, depth) or self.of(node.body, inside, depth + 1)
            return replace(found, form="project_decorator") if found else None
        return None

    def _returned(self, target: Defined) -> Iterator[tuple[ast.expr, Scope]]:
        inside = target.inside
        for statement in statements(target.node):
            if isinstance(statement, ast.Return) and statement.value is not None:
                yield statement.value, inside


def expressions(scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """Every node of a scope and of the scopes in it, in the order of the text, each with the scope in which it stands."""
    found = getattr(scope.node, "body", [])
    body = found if isinstance(found, list) else [found]
    spend(len(body))
    waiting = [(node, scope) for node in reversed(body)]
    while waiting:
        node, where = waiting.pop()
        spend()
        yield node, where
        if not isinstance(node, SCOPES):
            waiting.extend([(child, where) for child in _children(node)])
            continue
        inner = where.within(node)
        inside = node.body if isinstance(node.body, list) else [node.body]
        outside = [*getattr(node, "decorator_list", []), *getattr(node, "bases", [])]
        waiting.extend([(child, inner) for child in reversed(inside)])
        waiting.extend([(child, where) for child in reversed(outside)])


# Names that are only read or written, constants and operators: nothing below them matters to anybody.
_LEAVES = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes below, the last one first. Written out, because it runs for every node of a project."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _LEAVES):
            found.append(value)
    found.reverse()
    return found


def _is_returned(name: str, scope: Scope) -> bool:
    returned = (node for node, _ in expressions(scope) if isinstance(node, ast.Return))
    return any(isinstance(node.value, ast.Name) and node.value.id == name for node in returned)


def _is_named_like_app(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"app", "_app"} or "celery" in name.lower()


def _called(form: str) -> str:
    return form if form.endswith("()") else f"{form}()"


def _ends_with(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _root_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
