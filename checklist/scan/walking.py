"""Goes through the nodes of syntax trees, with the scope in which each stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.effort import spend
from checklist.scan.names import SCOPES, Scope, statements
from checklist.scan.targets import Defined


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


def returned(target: Defined) -> Iterator[tuple[ast.expr, Scope]]:
    """What a function returns, without the functions inside, each with its scope."""
    for statement in statements(target.node):
        if isinstance(statement, ast.Return) and statement.value is not None:
            yield statement.value, target.inside
