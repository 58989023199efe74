"""What a name means in a module: scopes, imports, and the definitions that they lead to, also in other files of the scan.

Nothing is run. A name that was bound more than once keeps every binding, because code of different conditions may each hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from checklist.scan.source import Module

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True)
class Imported:
    """A name that an import binds: of `module` as a whole, or of its `name`. `level` counts the dots of a relative import."""

    module: str
    name: str = ""
    level: int = 0


@dataclass(frozen=True, eq=False)
class Parameter:
    """A name that is a parameter of a function."""

    function: ast.AST
    annotation: ast.expr | None = None


@dataclass(frozen=True, eq=False)
class Assigned:
    """A name that is given a value; `value` is `None` where only an annotation or a loop says what it is."""

    value: ast.expr | None
    annotation: ast.expr | None = None
    elements_of: bool = False


Binding = Imported | Parameter | Assigned | Function | ast.ClassDef


@dataclass(eq=False)
class Scope:
    """The names of a module, class or function, without those of scopes inside."""

    module: Module
    node: ast.AST
    parent: Scope | None = None
    names: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Imported] = field(default_factory=list)
    inner: dict[ast.AST, Scope] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.node, FUNCTIONS):
            self._parameters(self.node.args)
        for statement in statements(self.node):
            self._bind(statement)

    def _add(self, name: str, binding: Binding) -> None:
        self.names.setdefault(name, []).append(binding)

    def _parameters(self, arguments: ast.arguments) -> None:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in filter(None, every):
            self._add(argument.arg, Parameter(self.node, argument.annotation))

    def _bind(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._add(node.name, node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self._add(
                    alias.asname or alias.name.split(".")[0],
                    Imported(alias.name if alias.asname else alias.name.split(".")[0]),
                )
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.AnnAssign):
            if isinstance(node.target, ast.Name):
                self._add(node.target.id, Assigned(node.value, node.annotation))
        elif isinstance(node, ast.For | ast.AsyncFor):
            if isinstance(node.target, ast.Name):
                self._add(node.target.id, Assigned(node.iter, elements_of=True))
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    self._add(item.optional_vars.id, Assigned(item.context_expr))

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            imported = Imported(node.module or "", alias.name, node.level)
            if alias.name == "*":
                self.stars.append(Imported(node.module or "", level=node.level))
            else:
                self._add(alias.asname or alias.name, imported)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, Assigned(value))
        elif isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for n, element in enumerate(target.elts):
                if isinstance(element, ast.Name):
                    self._add(element.id, Assigned(values[n] if n < len(values) else None))

    def within(self, node: ast.AST) -> Scope:
        """The scope of a class, function or lambda that stands in this one."""
        if node not in self.inner:
            self.inner[node] = Scope(self.module, node, self)
        return self.inner[node]

    def find(self, name: str) -> tuple[list[Binding], Scope | None]:
        """The bindings of a name as Python looks for it from here, and the scope that holds them. Class bodies are seen only from themselves."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not isinstance(scope.node, ast.ClassDef)):
                return scope.names[name], scope
            scope = scope.parent
        return [], None

    @cached_property
    def top(self) -> Scope:
        """The scope of the module."""
        return self if self.parent is None else self.parent.top


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a scope, also those under `if`, `try`, `with` and loops, but not those of scopes inside."""
    waiting = [node.body] if isinstance(node, ast.Lambda) else list(reversed(getattr(node, "body", [])))
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, ast.stmt):
            yield statement
        if isinstance(statement, SCOPES):
            continue
        for name in ("finalbody", "orelse", "handlers", "cases", "body"):
            inside = getattr(statement, name, None)
            if isinstance(inside, list):
                waiting.extend(reversed(inside))


def ends_with(node: ast.expr, name: str) -> bool:
    """Whether a name, or the last part of a dotted one, is `name`."""
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def root_name(node: ast.expr) -> str:
    """The first name of `a.b().c`; empty where it does not begin with one."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
