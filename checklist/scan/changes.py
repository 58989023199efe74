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
        found = [outermost(each) for each in changed_by(node)]
        if found and not (isinstance(node, ast.Call) and _adds_only_kwargs(node, module)):
            yield from ((name.id, node) for name in found if isinstance(name, ast.Name))


def changed_by(node: ast.AST) -> list[ast.expr]:
    """What a node changes: `X` of `X += 1`, of `X["a"] = 1` and of `X.update(...)`, `X["a"]` of `X["a"]["b"] = 1`."""
    if isinstance(node, ast.AugAssign):
        return [node.target]
    if isinstance(node, ast.Call):
        is_changing = isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING
        return [node.func.value] if is_changing else []  # type: ignore[attr-defined]
    return [each.value for each in _targets(node) if isinstance(each, ast.Subscript)]


def outermost(node: ast.expr) -> ast.expr:
    """`X` of `X["a"]["b"]`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def put_in(node: ast.AST, changed: ast.expr) -> ast.expr:
    """What a change adds to what it changes, as a mapping or a list of its own: `{"a": 1}` for `X["a"] = 1`.

    Where the text does not tell, it is an expression whose value nobody knows.
    """
    if isinstance(node, ast.AugAssign):
        return node.value
    if isinstance(node, ast.Call):
        return _put_by(node)
    target = next(each for each in _targets(node) if isinstance(each, ast.Subscript) and each.value is changed)
    value = getattr(node, "value", None)
    return ast.copy_location(ast.Dict([target.slice], [value]), node) if value else target


def _put_by(call: ast.Call) -> ast.expr:
    """What a method adds."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in {"append", "add"} and len(call.args) == 1:
        return ast.copy_location(ast.List(call.args), call)
    if name in {"update", "extend"} and len(call.args) == 1 and not call.keywords:
        return call.args[0]
    if name == "update" and not call.args:
        return ast.copy_location(ast.Call(ast.Name("dict"), [], call.keywords), call)
    return call


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def assigned_globally(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Names of the module that a function binds again, after `global`, each with that statement."""
    if "global" in module.text:  # a look at the text is far cheaper than one at every node
        yield from (
            (name, node) for node in ast.walk(module.tree) if isinstance(node, ast.Global) for name in node.names
        )


def _adds_only_kwargs(call: ast.Call, module: Module) -> bool:
    """Whether a call adds the `**kwargs` of the function around it alone: what a wrapper's own add is read where it is used."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    is_update = isinstance(call.func, ast.Attribute) and call.func.attr == "update"
    return is_update and bool(given) and all(_is_kwargs(each, call, module) for each in given)


def _is_kwargs(node: ast.expr, call: ast.Call, module: Module) -> bool:
    around = next((up for up in module.above(call) if isinstance(up, FUNCTIONS)), None)
    kwarg = around.args.kwarg if around else None
    return isinstance(node, ast.Name) and kwarg is not None and kwarg.arg == node.id
