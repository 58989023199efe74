"""What the body of a project's own decorator does to the options that it is given: `kwargs.setdefault("queue", "slow")` and the like."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from checklist.scan.mappings import is_mapping_of_options
from checklist.scan.names import Scope
from checklist.scan.targets import Defined
from checklist.scan.walking import expressions


@dataclass(frozen=True, eq=False)
class Written:
    """An option that a body writes. `wins` where it replaces what the use of the decorator gives; `is_sure` where no condition decides."""

    name: str
    value: ast.expr
    scope: Scope
    wins: bool
    is_sure: bool = True


def written_inside(scope: Scope, poured: Collection[ast.expr]) -> Iterator[Written]:
    """The options that the function of this scope, and those inside, write into their own `**kwargs`.

    `poured` are the mappings that the task is made with. What a function inside pours into anything else are arguments of a call.
    """
    for node, where in expressions(scope):
        for mapping, name, value, wins in _entries(node):
            if is_mapping_of_options(mapping, where) and not _is_of_call(mapping, where, scope, poured):
                condition = _condition(node, where)
                if condition is None:
                    yield Written(name, value, where, wins)
                else:
                    is_default = _asks_whether_missing(condition, name)
                    yield Written(name, value, where, wins and not is_default, is_default)


def _is_of_call(mapping: ast.expr, where: Scope, wrapper: Scope, poured: Collection[ast.expr]) -> bool:
    """Whether a mapping of a function inside of a wrapper is poured into calls, and none of these makes the task."""
    name = getattr(mapping, "id", "")
    _, holder = where.find(name)
    if holder is None or holder is wrapper or wrapper not in _around(holder):
        return False
    keywords = (each for each in ast.walk(holder.node) if isinstance(each, ast.keyword) and each.arg is None)
    given = [each.value for each in keywords if isinstance(each.value, ast.Name) and each.value.id == name]
    return bool(given) and not any(each in poured for each in given)


def _around(scope: Scope) -> Iterator[Scope]:
    while scope.parent is not None:
        scope = scope.parent
        yield scope


def _entries(node: ast.AST) -> Iterator[tuple[ast.expr, str, ast.expr, bool]]:
    """The mapping, the name, the value, and whether it replaces an earlier one."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield target.value, str(target.slice.value), node.value, True
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr):
        yield from ((node.target, name, value, True) for name, value in _pairs(node.value))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        mapping = node.func.value
        if node.func.attr == "setdefault" and len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            yield mapping, str(node.args[0].value), node.args[1], False
        elif node.func.attr == "update":
            yield from ((mapping, each.arg, each.value, True) for each in node.keywords if each.arg)
            yield from ((mapping, name, value, True) for each in node.args for name, value in _pairs(each))


def _pairs(node: ast.expr) -> list[tuple[str, ast.expr]]:
    if not isinstance(node, ast.Dict):
        return []
    pairs = zip(node.keys, node.values, strict=True)
    return [(str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)]


def _condition(node: ast.AST, scope: Scope) -> ast.AST | None:
    """The nearest thing around a node in its function that decides whether it happens."""
    for up in scope.module.above(node):
        if up is scope.node:
            return None
        if isinstance(up, ast.If | ast.IfExp | ast.Try | ast.For | ast.While | ast.Match):
            return up
    return None


def _asks_whether_missing(condition: ast.AST, name: str) -> bool:
    """`if "queue" not in kwargs:` and `if not kwargs.get("queue"):` make a default of what stands below."""
    test = condition.test if isinstance(condition, ast.If) and not condition.orelse else None
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn) and isinstance(test.left, ast.Constant):
        return bool(test.left.value == name)
    asked = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else None
    if isinstance(asked, ast.Call) and isinstance(asked.func, ast.Attribute) and asked.func.attr == "get":
        return bool(asked.args) and isinstance(asked.args[0], ast.Constant) and asked.args[0].value == name
    return False


def positional_names(wrapper: Defined) -> list[str]:
    """The parameters that the arguments of `@wrapper(1, 2)` go to, in their order."""
    node, is_method = wrapper.node, isinstance(wrapper.scope.node, ast.ClassDef)
    if isinstance(wrapper.scope.node, ast.ClassDef) and node.name == "__call__":
        bindings = wrapper.scope.names.get("__init__", [])
        node = next((each for each in bindings if isinstance(each, ast.FunctionDef)), node)
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    is_static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
    return names[1:] if is_method and not is_static else names


def default_of(name: str, scope: Scope) -> ast.expr | None:
    """The default of a parameter of the function around `scope`, or of one farther out."""
    at: Scope | None = scope
    while at is not None:
        if isinstance(at.node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = at.node.args
            positional = [*arguments.posonlyargs, *arguments.args]
            defaults = dict(
                zip([each.arg for each in reversed(positional)], reversed(arguments.defaults), strict=False)
            )
            defaults |= {
                each.arg: value
                for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
                if value
            }
            if name in defaults:
                return defaults[name]
        at = at.parent
    return None
