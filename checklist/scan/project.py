"""All modules of a scan, and what an expression in one of them leads to, followed through imports into the others."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from checklist.scan.changes import assigned_globally, changes
from checklist.scan.effort import spend
from checklist.scan.instances import class_around, given_to_self
from checklist.scan.module_names import ModuleNames
from checklist.scan.names import Assigned, Binding, Imported, Parameter, Scope
from checklist.scan.source import Module
from checklist.scan.targets import DEEPEST, Defined, External, Given, Target, Value, Whole, distinct


class Project:
    """The modules of a scan. Scopes are made when they are asked for, and kept."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.path: module for module in modules}
        self._scopes: dict[str, Scope] = {}
        self._module_names = ModuleNames(self.modules)
        self._changed: dict[str, dict[tuple[Scope | None, str], list[ast.AST]]] = {}
        self._given_to_self: dict[ast.AST, dict[str, list[Value]]] = {}

    def top(self, module: Module) -> Scope:
        """The scope of a module."""
        if module.path not in self._scopes:
            self._scopes[module.path] = Scope(module, module.tree)
        return self._scopes[module.path]

    def scope_of(self, module: Module, node: ast.AST) -> Scope:
        """The scope in which `node` stands."""
        around = [
            up
            for up in module.above(node)
            if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef)
        ]
        scope = self.top(module)
        for up in reversed(around):
            scope = scope.within(up)
        return scope

    def module_named(self, dotted: str, near: Module) -> Module | None:
        """The module of that name, as `ModuleNames.named` says."""
        return self._module_names.named(dotted, near)

    def resolve(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Target]:
        """What a name or dotted name leads to: every possibility, none when it is unknown. Values are not evaluated."""
        spend()
        if depth > DEEPEST:
            return []
        if isinstance(node, ast.Name):
            return self.named(node.id, scope, depth + 1)
        if isinstance(node, ast.Attribute):
            bases = self.resolve(node.value, scope, depth + 1)
            found = distinct(found for base in bases for found in self.member(base, node.attr, depth + 1))
            return found or self._of_self(node, scope, depth)
        return [Value(node, scope)]

    def outer_names(self, node: ast.expr, scope: Scope) -> set[str]:
        """The full names of what an expression leads to outside of the scan: `requests.get`."""
        return {target.name for target in self.resolve(node, scope) if isinstance(target, External)}

    def _of_self(self, node: ast.Attribute, scope: Scope, depth: int) -> list[Target]:
        """`self.app`, where a method of the class says `self.app = ...`."""
        if not isinstance(node.value, ast.Name) or node.value.id not in {"self", "cls"}:
            return []
        own = class_around(scope)
        if own is None:
            return []
        if inherited := self.attribute_of_class(own, node.attr, depth + 1):
            return inherited
        return list(self._given_to(own).get(node.attr, ()))

    def _given_to(self, own: Defined) -> dict[str, list[Value]]:
        """What the methods of a class assign to attributes of `self`, found once."""
        if own.node not in self._given_to_self and isinstance(own.node, ast.ClassDef):
            self._given_to_self[own.node] = given_to_self(own)
        return self._given_to_self.get(own.node, {})

    def named(self, name: str, scope: Scope, depth: int = 0) -> list[Target]:
        """What a name leads to in a scope."""
        if depth > DEEPEST:
            return []
        bindings, holder = scope.find(name)
        if holder is None:
            return self._from_stars(name, scope.top, depth)
        return distinct(self._bound(name, bindings, holder, depth))

    def _bound(self, name: str, bindings: Iterable[Binding], holder: Scope, depth: int) -> Iterator[Target]:
        """Everything that the bindings of a name in a scope lead to; values that are changed later say so."""
        for binding in bindings:
            for target in self._follow(binding, holder, depth + 1):
                if isinstance(target, Value) and self.is_changed(name, holder):
                    target = replace(target, is_changed=True)
                yield target

    def is_changed(self, name: str, holder: Scope) -> bool:
        """Whether something in its module changes the value of a name of that scope after it was bound."""
        return bool(self.changes_of(name, holder))

    def changes_of(self, name: str, holder: Scope) -> list[ast.AST]:
        """The statements and calls of its module that change the value of a name of that scope after it was bound."""
        module = holder.module
        if module.path not in self._changed:
            found: dict[tuple[Scope | None, str], list[ast.AST]] = defaultdict(list)
            for each, node in changes(module):
                found[self.scope_of(module, node).find(each)[1], each].append(node)
            for each, node in assigned_globally(module):
                found[self.top(module), each].append(node)
            self._changed[module.path] = found
        return self._changed[module.path].get((holder, name), [])

    def _follow(self, binding: Binding, scope: Scope, depth: int) -> list[Target]:
        if isinstance(binding, Imported):
            return self._imported(binding, scope, depth)
        if isinstance(binding, Parameter):
            return [Given(scope, binding.annotation)]
        if isinstance(binding, Assigned):
            if binding.value is None:
                return [Given(scope, binding.annotation)] if binding.annotation is not None else []
            is_name = isinstance(binding.value, ast.Name | ast.Attribute) and not binding.elements_of
            if is_name and (found := self.resolve(binding.value, scope, depth + 1)):
                return found
            return [Value(binding.value, scope, binding.elements_of)]
        return [Defined(binding, scope)]

    def _imported(self, imported: Imported, scope: Scope, depth: int) -> list[Target]:
        module = scope.module
        if not imported.level and imported.module.split(".")[0] == "celery":
            return [External(f"{imported.module}.{imported.name}".rstrip("."))]
        if imported.level:
            package = module.parts if module.is_package else module.parts[:-1]
            up = package[: len(package) - imported.level + 1]
            dotted = ".".join((*up, *filter(None, imported.module.split("."))))
        else:
            dotted = imported.module
        if not imported.name:
            found = self.module_named(dotted, module)
            return [Whole(found)] if found and found is not module else [External(dotted)]
        base = self.module_named(dotted, module) if dotted else None
        if (
            base is not None
            and base is not module
            and (targets := self.named(imported.name, self.top(base), depth + 1))
        ):
            return targets
        if (
            submodule := self.module_named(f"{dotted}.{imported.name}".lstrip("."), module)
        ) and submodule is not module:
            return [Whole(submodule)]
        return [External(f"{dotted}.{imported.name}".lstrip("."))]

    def _from_stars(self, name: str, top: Scope, depth: int) -> list[Target]:
        if depth > DEEPEST:
            return []
        for star in top.stars:
            spend()
            for target in self._imported(star, top, depth + 1):
                if isinstance(target, Whole) and (found := self.named(name, self.top(target.module), depth + 1)):
                    return found
        return []

    def member(self, base: Target, name: str, depth: int = 0) -> list[Target]:
        """What `base.name` leads to."""
        if isinstance(base, External):
            full = f"{base.name}.{name}"  # `import shop.tasks` binds `shop`, which may be no file of the scan while `shop.tasks` is
            modules = self._module_names.ending(tuple(full.split(".")))
            return [Whole(modules[0])] if modules else [External(full)]
        if isinstance(base, Whole):
            if found := self.named(name, self.top(base.module), depth + 1):
                return found
            submodule = (
                self.module_named(".".join((*base.module.parts, name)), base.module) if base.module.is_package else None
            )
            return [Whole(submodule)] if submodule else []
        if isinstance(base, Defined) and isinstance(base.node, ast.ClassDef):
            return self.attribute_of_class(base, name, depth + 1)
        if isinstance(base, Value) and name == "Task" and self._is_app(base, depth + 1):
            return [External("celery.Task")]
        if isinstance(base, Value) and isinstance(base.node, ast.Call) and not base.elements_of:
            return self._of_instance(base.node, base.scope, name, depth)
        return []

    def _of_instance(self, node: ast.Call, scope: Scope, name: str, depth: int) -> list[Target]:
        """What `x.name` is when `x` was made by a class of the project.

        Only what is written like a class is asked for: `query = query.filter()`, line after line, would lead back to itself for ever.
        """
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if not called[:1].isupper():
            return []
        found: list[Target] = []
        for made in self.resolve(node.func, scope, depth + 1):
            if isinstance(made, Defined) and isinstance(made.node, ast.ClassDef):
                found += self.attribute_of_class(made, name, depth + 1) or self._given_to(made).get(name, [])
        return found

    def _is_app(self, value: Value, depth: int) -> bool:
        """Whether a value is an app that Celery makes, whose `app.Task` is then Celery's base class."""
        if value.elements_of or not isinstance(value.node, ast.Call):
            return False
        targets = self.resolve(value.node.func, value.scope, depth + 1)
        return any(isinstance(target, External) and target.root == "celery" for target in targets)

    def attribute_of_class(self, found: Defined, name: str, depth: int = 0) -> list[Target]:
        """An attribute that a class or one of its bases in the scan defines."""
        for cls in self.lineage(found, depth):
            if isinstance(cls, Defined) and name in cls.inside.names:
                return list(self._bound(name, cls.inside.names[name], cls.inside, depth))
        return []

    def lineage(self, found: Defined, depth: int = 0) -> list[Defined | External | None]:
        """A class and everything that it inherits from, nearest first; `None` stands for a base that cannot be followed."""
        return list(self._lineage(found, depth, set()))

    def _lineage(self, found: Defined, depth: int, seen: set[ast.AST]) -> Iterator[Defined | External | None]:
        yield found
        seen.add(found.node)
        if depth > DEEPEST or not isinstance(found.node, ast.ClassDef):
            return
        for base in found.node.bases:
            expression = base.value if isinstance(base, ast.Subscript) else base
            targets = [
                target
                for target in self.resolve(expression, found.scope, depth + 1)
                if isinstance(target, Defined | External | Value)
            ]
            followed: list[Target | None] = [*targets] or [None]
            for target in followed:
                if isinstance(target, Defined) and target.node not in seen:
                    yield from self._lineage(target, depth + 1, seen)
                elif isinstance(target, External):
                    yield target
                elif not isinstance(target, Defined):
                    yield None
