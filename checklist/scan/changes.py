"""Names whose value is changed after they were bound, in place or by computing it anew: their first value tells nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.names import FUNCTIONS
from checklist.scan.source import Module

# Methods that change a mapping, list or set in place.
_CHANGING = {
    *("update", "pop", "setdefault", "clear", "popitem", "__setitem__", "__delitem__"),
    *("append", "extend", "insert", "remove", "add", "discard"),
}


def changes(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Each name that something in the module changes, with the node that does: `X += 1`, `X["a"] = 1`, `del X["a"]`, `X.update(...)`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign | ast.Delete):
            found = [_below(target) for target in node.targets]
        elif isinstance(node, ast.AnnAssign):
            found = [_below(node.target)]
        elif isinstance(node, ast.AugAssign):
            found = [node.target if isinstance(node.target, ast.Name) else _below(node.target)]
        elif isinstance(node, ast.Call) and _changes_in_place(node, module):
            found = [_below(node.func)]
        else:
            continue
        yield from ((name.id, node) for name in found if isinstance(name, ast.Name))


def assigned_globally(module: Module) -> set[str]:
    """Names of the module that a function binds again, after `global`."""
    if "global" not in module.text:
        return set()  # a look at the text is far cheaper than one at every node
    return {name for node in ast.walk(module.tree) if isinstance(node, ast.Global) for name in node.names}


def _below(node: ast.expr) -> ast.expr | None:
    """`X` of `X["a"]`, also of `X["a"]["b"]`, and of a method `X.update`."""
    if isinstance(node, ast.Attribute) and node.attr in _CHANGING:
        node = node.value
        return _below(node) if isinstance(node, ast.Subscript) else node
    if not isinstance(node, ast.Subscript):
        return None
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def _changes_in_place(call: ast.Call, module: Module) -> bool:
    """Whether a call changes what it is a method of; what a wrapper's own `**kwargs` add is read where the wrapper is used."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _CHANGING:
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return not (call.func.attr == "update" and given and all(_is_kwargs(each, call, module) for each in given))


def _is_kwargs(node: ast.expr, call: ast.Call, module: Module) -> bool:
    around = next((up for up in module.above(call) if isinstance(up, FUNCTIONS)), None)
    kwarg = around.args.kwarg if around else None
    return isinstance(node, ast.Name) and kwarg is not None and kwarg.arg == node.id
