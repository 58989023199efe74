"""What `app.config_from_object(...)` takes the settings from: a module, a class, a mapping, or Django's settings."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from checklist.scan.by_text import named_by
from checklist.scan.names import Scope, ends_with
from checklist.scan.project import Project
from checklist.scan.targets import Defined, External, Target, Value, Whole
from checklist.scan.walking import expressions

DJANGO = External("django.conf.settings")

Source = Scope | Value | External


def sources_of(node: ast.expr, scope: Scope, project: Project) -> list[Source]:
    """The scopes whose names are settings, and the mappings that hold them; empty when what is named is not among the files."""
    return list(_sources(_targets(node, scope, project), project))


def _targets(node: ast.expr, scope: Scope, project: Project) -> list[Target]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value.replace(":", ".") == DJANGO.name:
            return [DJANGO]
        return named_by(node.value, scope.module, project)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return list(_kept_under(node.slice.value, project))
    return project.resolve(node, scope)


def _sources(targets: Iterable[Target], project: Project) -> Iterator[Source]:
    for target in targets:
        if isinstance(target, Whole):
            yield project.top(target.module)
        elif isinstance(target, Defined):
            yield target.inside
        elif target == DJANGO:
            yield DJANGO
        elif isinstance(target, Value) and is_mapping(target.node) and not target.is_changed:
            yield target
        elif isinstance(target, Value) and isinstance(target.node, ast.Call):
            made = project.resolve(target.node.func, target.scope)
            yield from (each.inside for each in made if isinstance(each, Defined))


def is_mapping(node: ast.AST) -> bool:
    """Whether an expression is `{...}`, or `dict(...)` with keywords alone."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args
    return isinstance(node, ast.Dict)


def _kept_under(key: object, project: Project) -> Iterator[Target]:
    """`app.config["CELERY"]`, as Flask's applications have it: what the project keeps under that key of its configuration."""
    if not isinstance(key, str):
        return
    for module in project.modules.values():
        if key in module.text:
            for node, scope in expressions(project.top(module)):
                for value in _values_under(key, node, scope):
                    yield from project.resolve(value, scope)


def _values_under(key: str, node: ast.AST, scope: Scope) -> Iterator[ast.expr]:
    """`CELERY = {...}` in a module or class, `app.config["CELERY"] = {...}`, and `app.config.from_mapping(CELERY={...})`."""
    if isinstance(node, ast.Assign):
        is_outside = scope.parent is None or isinstance(scope.node, ast.ClassDef)
        names = [each.id for each in node.targets if isinstance(each, ast.Name) and is_outside]
        keys = [getattr(each.slice, "value", None) for each in node.targets if _is_entry_of_config(each)]
        if key in [*names, *keys]:
            yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ends_with(node.func.value, "config"):
        yield from (each.value for each in node.keywords if each.arg == key)


def _is_entry_of_config(node: ast.expr) -> TypeGuard[ast.Subscript]:
    return isinstance(node, ast.Subscript) and ends_with(node.value, "config") and isinstance(node.slice, ast.Constant)
