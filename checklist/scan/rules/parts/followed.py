"""What a name in an expression was given, for rules that look at the expression itself rather than at what it comes to."""

from __future__ import annotations

import ast

from checklist.scan.names import Scope, root_name
from checklist.scan.project import Project
from checklist.scan.targets import Value


def followed(node: ast.expr, scope: Scope, project: Project) -> tuple[ast.expr, Scope]:
    """The expression that a name was given, with its scope.

    Anything else is returned as it is, also a name of which no value is sure: one that has several, one that is changed later, or an
    attribute of an object, which any method may set.
    """
    is_name = isinstance(node, ast.Name | ast.Attribute) and root_name(node) not in {"self", "cls"}
    targets = project.resolve(node, scope) if is_name else []
    target = targets[0] if len(targets) == 1 else None
    if isinstance(target, Value) and not target.elements_of and not target.is_changed:
        return target.node, target.scope
    return node, scope
