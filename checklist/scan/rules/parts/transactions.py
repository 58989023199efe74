"""Where a transaction of Django's database layer is open, as far as the text tells."""

from __future__ import annotations

import ast

from checklist.scan.names import FUNCTIONS, Scope
from checklist.scan.project import Project
from checklist.scan.source import Module
from checklist.scan.targets import Defined, External

_ATOMIC = {"django.db.transaction.atomic", "django.db.transaction.commit_on_success"}
_MAKES_MANAGER = {"contextlib.contextmanager", "contextlib.asynccontextmanager"}


def transaction_around(project: Project, module: Module, node: ast.AST) -> ast.expr | None:
    """The expression that opens the transaction in which `node` runs: of a `with` around it, or of a decorator of its function.

    What stands in a function or lambda inside runs later, so only its own decorators count.
    """
    below = node
    for up in module.above(node):
        if isinstance(up, ast.With | ast.AsyncWith) and isinstance(below, ast.stmt):
            scope = project.scope_of(module, up)
            if found := next((each for each in up.items if opens(each.context_expr, scope, project)), None):
                return found.context_expr
        if isinstance(up, ast.Lambda):
            return None
        if isinstance(up, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = project.scope_of(module, up)
            return next((each for each in up.decorator_list if opens(each, scope, project)), None)
        below = up
    return None


def block_around(project: Project, module: Module, node: ast.AST) -> ast.AST | None:
    """The `with` or the function that is the transaction in which `node` runs."""
    opening = transaction_around(project, module, node)
    blocks = (ast.With, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef)
    return next((up for up in module.above(opening) if isinstance(up, blocks)), None) if opening else None


def is_rolled_back(project: Project, module: Module, node: ast.AST) -> bool:
    """Whether a `raise` below `node`, in its own block or in one around it, leaves the transaction in which `node` runs."""
    transaction = block_around(project, module, node)
    raises, below = False, node
    for up in module.above(node) if transaction else []:
        if isinstance(up, ast.Try | ast.TryStar) and below in up.body:
            return False  # its clauses may catch what is raised
        raises = raises or any(isinstance(each, ast.Raise) for each in _after(below, up))
        if up is transaction:
            return raises
        below = up
    return False


def _after(node: ast.AST, up: ast.AST) -> list[ast.stmt]:
    """The statements below `node` in its own block of `up`."""
    blocks = [getattr(up, name, None) for name in ("body", "orelse", "finalbody")]
    block: list[ast.stmt] = next((each for each in blocks if isinstance(each, list) and node in each), [])
    return block[block.index(node) + 1 :] if block else []  # type: ignore[arg-type]


def opens(node: ast.expr, scope: Scope, project: Project) -> bool:
    """Whether an expression, given to `with` or as a decorator, opens a transaction: `atomic`, `atomic(...)`, or something given one."""
    if isinstance(node, ast.Call):
        return opens(node.func, scope, project) or any(opens(each, scope, project) for each in node.args)
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    targets = project.resolve(node, scope)
    if any(isinstance(target, External) and target.name in _ATOMIC for target in targets):
        return True
    if any(isinstance(target, Defined) and _is_manager_around(target, project) for target in targets):
        return True
    return not targets and ast.unparse(node) == "transaction.atomic"


def _is_manager_around(target: Defined, project: Project) -> bool:
    """A context manager of the project that yields inside of a transaction."""
    if isinstance(target.node, ast.ClassDef):
        return False
    if not any(project.outer_names(each, target.scope) & _MAKES_MANAGER for each in target.node.decorator_list):
        return False
    yields = [each for each in ast.walk(target.node) if isinstance(each, ast.Yield)]
    return bool(yields) and all(_is_atomic_around(each, target, project) for each in yields)


def _is_atomic_around(node: ast.AST, target: Defined, project: Project) -> bool:
    for up in target.module.above(node):
        if isinstance(up, FUNCTIONS):
            return False
        if isinstance(up, ast.With):
            scope = target.inside
            opened = [getattr(each.context_expr, "func", each.context_expr) for each in up.items]
            if any(project.outer_names(each, scope) & _ATOMIC for each in opened):
                return True
    return False


def is_on_commit(node: ast.AST) -> bool:
    """Whether a node is a call `transaction.on_commit(...)`, under whatever name its module has."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name == "on_commit"
