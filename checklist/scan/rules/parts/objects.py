"""Which expressions are rows of a database as objects, judged by where the value comes from."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from checklist.scan.names import Assigned, Parameter, Scope
from checklist.scan.project import Project

_ONE = {"get", "create", "first", "last", "latest", "earliest", "aget", "acreate", "afirst", "alast", "one"}
_MANY = {"all", "filter", "exclude", "order_by", "select_related", "prefetch_related", "iterator", "select_for_update"}
_PLAIN = {"values", "values_list", "aggregate", "count", "exists", "dates", "datetimes", "in_bulk", "explain"}
_FETCHED = {"django.shortcuts.get_object_or_404", "django.shortcuts.aget_object_or_404"}
_OWN = {"request.user", "self.request.user", "self.object"}
_SAVING = {"form", "serializer"}


@dataclass(frozen=True, eq=False)
class Made:
    """The expression that a row or a set of rows comes from; `is_element` where the row is one of those that it makes."""

    node: ast.expr
    is_element: bool = False


def origin(node: ast.expr, scope: Scope, project: Project) -> Made | None:
    """What makes `node` a row or a set of rows; `None` when it may be anything else."""
    if isinstance(node, ast.Name):
        return _of_name(node, scope, project)
    return Made(node) if _makes_object(node, scope, project) else None


def _of_name(node: ast.Name, scope: Scope, project: Project) -> Made | None:
    bindings, holder = scope.find(node.id)
    if holder is None or not bindings:
        return None
    found: list[Made] = []
    for binding in bindings:
        if isinstance(binding, Parameter) and _is_receivers_instance(node.id, binding, holder, project):
            found.append(Made(node))
        elif isinstance(binding, Assigned) and binding.value is not None:
            is_object = _makes_row if not binding.elements_of else _makes_rows
            if not is_object(binding.value, holder, project):
                return None
            found.append(Made(binding.value, binding.elements_of))
        else:
            return None
    return found[0]


def _makes_object(node: ast.expr, scope: Scope, project: Project) -> bool:
    return _makes_row(node, scope, project) or _makes_rows(node, scope, project)


def _makes_row(node: ast.expr, scope: Scope, project: Project) -> bool:
    if isinstance(node, ast.Await):
        return _makes_row(node.value, scope, project)
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) in _OWN
    if not isinstance(node, ast.Call):
        return False
    if project.outer_names(node.func, scope) & _FETCHED:
        return True
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr == "save":
        return isinstance(node.func.value, ast.Name) and node.func.value.id in _SAVING
    return node.func.attr in _ONE and _is_query(node.func.value, scope)


def _makes_rows(node: ast.expr, scope: Scope, project: Project) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _MANY
        and _is_query(node.func.value, scope)
    )


def _is_query(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is a manager or queryset of whole rows: `User.objects`, `User.objects.filter(...)`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in _PLAIN:
            return False
        node = node.func.value
    if isinstance(node, ast.Attribute):
        return node.attr == "objects" or node.attr.endswith("_objects")
    return False


def _is_receivers_instance(name: str, binding: Parameter, holder: Scope, project: Project) -> bool:
    """The parameter `instance` of a receiver of a model's signal."""
    function = binding.function
    if name != "instance" or not isinstance(function, ast.FunctionDef) or holder.parent is None:
        return False
    return any(
        isinstance(each, ast.Call)
        and "django.dispatch.receiver" in project.outer_names(each.func, holder.parent)
        and any("save" in ast.unparse(argument) or "delete" in ast.unparse(argument) for argument in each.args)
        for each in function.decorator_list
    )
