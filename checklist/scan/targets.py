"""What an expression may lead to, as values."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from checklist.scan.names import Function, Scope
from checklist.scan.source import Module

DEEPEST = 30  # steps from name to name; longer chains are taken for unknown
MOST = 100  # things that one name may lead to; the rest is left out


@dataclass(frozen=True)
class External:
    """Something of a module that is not among those scanned, by its full name."""

    name: str

    @property
    def root(self) -> str:
        """The package that it comes from."""
        return self.name.split(".")[0]


@dataclass(frozen=True, eq=False)
class Defined:
    """A function or class that the scan holds, with the scope around it."""

    node: Function | ast.ClassDef
    scope: Scope

    @property
    def module(self) -> Module:
        """Where it stands."""
        return self.scope.module

    @property
    def name(self) -> str:
        """Its qualified name, from the nearest function around it on: `charge`, `Billing.charge`."""
        names: list[str] = [self.node.name]
        scope: Scope | None = self.scope
        while scope is not None and isinstance(scope.node, ast.ClassDef):
            names.append(scope.node.name)
            scope = scope.parent
        return ".".join(reversed(names))

    @property
    def inside(self) -> Scope:
        """The scope of its own body."""
        return self.scope.within(self.node)


@dataclass(frozen=True, eq=False)
class Value:
    """An expression that a name was given, with the scope in which it stands.

    `elements_of` when the name is each of its elements; `is_changed` when something changes the name's value later.
    """

    node: ast.expr
    scope: Scope
    elements_of: bool = False
    is_changed: bool = False


@dataclass(frozen=True, eq=False)
class Whole:
    """A module of the scan itself."""

    module: Module


@dataclass(frozen=True, eq=False)
class Given:
    """A parameter: whatever a caller passes. `annotation` is what the code says about it."""

    scope: Scope
    annotation: ast.expr | None


Target = External | Defined | Value | Whole | Given


def distinct(targets: Iterable[Target]) -> list[Target]:
    """Each thing once, and not more of them than anybody looks at."""
    found: dict[object, Target] = {}
    for target in targets:
        key: object = target
        if isinstance(target, Defined | Value):
            key = (target.node, target.scope, isinstance(target, Value) and (target.elements_of, target.is_changed))
        elif isinstance(target, Whole):
            key = target.module
        elif isinstance(target, Given):
            key = (target.scope, target.annotation)
        found.setdefault(key, target)
        if len(found) >= MOST:
            break
    return list(found.values())
