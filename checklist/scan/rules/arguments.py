"""Rules about what the arguments of a task are: objects, values that JSON cannot carry, secrets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from checklist.scan.found import Evidence, Finding
from checklist.scan.names import Parameter, Scope
from checklist.scan.rules.parts import bases, objects
from checklist.scan.rules.parts.numbers import is_number
from checklist.scan.rules.parts.sends import (
    Argument,
    arguments,
    handed_on,
    not_followed,
    parameter,
    production_calls,
    where_looked,
)
from checklist.scan.rules.parts.wording import listed, place, unique
from checklist.scan.rules.registry import cannot_tell, does_not_apply, fails, not_found, passes, rule
from checklist.scan.subject import Subject
from checklist.scan.targets import Defined, External

# What texts, numbers, dates and mappings have, too: reading it says nothing about a parameter.
_PLAIN = {name for cls in (str, bytes, int, float, list, dict) for name in dir(cls)} | {
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "tzinfo",
    "date",
    "time",
    "hex",
    "int",
    "is_finite",
    "seconds",
    "days",
    "name",
    "value",
}
_IDS = re.compile(r"(^|_)(id|ids|pk|pks|uuid|guid|key|slug)$")


@rule("ids-not-objects")
def ids_not_objects(subject: Subject) -> Finding:
    """Rows of a database that are passed as objects, by where the value at a call comes from."""
    found = [each for argument in arguments(subject) for each in _object(subject, argument)]
    if found and (why := _converts(subject)):
        return cannot_tell(f"{found[0][0]}, but {why}", *unique(line for _, lines in found for line in lines))
    if found:
        return fails(listed(text for text, _ in found), *_lines(found))
    given, elsewhere = list(arguments(subject)), handed_on(subject)
    if _are_all_ids(subject, given) and not elsewhere:
        return passes(f"{where_looked(subject)} with ids only", *unique(each.call.evidence for each in given))
    looked = where_looked(subject) + (", none passes what is known to be an object" if given else "")
    return not_found(looked + not_followed(subject, elsewhere))


def _are_all_ids(subject: Subject, given: list[Argument]) -> bool:
    """Whether each call passes something, and nothing but ids."""
    calls = production_calls(subject)
    return bool(given) and all(_is_id(each.node) for each in given) and len({each.call for each in given}) == len(calls)


def _lines(found: list[tuple[str, list[Evidence]]]) -> tuple[Evidence, ...]:
    return unique(line for _, lines in found for line in lines)


def _object(subject: Subject, argument: Argument) -> Iterator[tuple[str, list[Evidence]]]:
    call, module = argument.call, argument.call.module
    where = place(call.evidence, subject.module.path)
    written = module.source(argument.node)
    if made := objects.origin(argument.node, call.scope, subject.project):
        is_what = "an element of " if made.is_element else ""
        said = "" if made.node is argument.node else f", which is {is_what}`{module.source(made.node)}`"
        yield f"`{call.method}` passes `{written}`{said}, {where}", [call.evidence, module.evidence(made.node)]
    elif read := _read_as_object(subject, argument):
        text = f"`{call.method}` passes `{written}`, {where}, and the task reads `{subject.module.source(read)}`"
        yield text, [call.evidence, subject.line(read)]


def _read_as_object(subject: Subject, argument: Argument) -> ast.Attribute | None:
    """Where the task reads an attribute of a parameter that a caller fills with a parameter of its own, as it is."""
    function = subject.function
    if function is None or not isinstance(argument.node, ast.Name) or len(function.decorator_list) > 1:
        return None
    bindings, _ = argument.call.scope.find(argument.node.id)
    if not bindings or not all(isinstance(each, Parameter) for each in bindings):
        return None
    target = parameter(function, argument.key, is_bound=_is_bound(subject))
    if target is None or len(subject.scope.names.get(target.arg, [])) != 1:
        return None
    return next(
        (
            node
            for node in subject.body()
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == target.arg
            and node.attr not in _PLAIN
            and getattr(subject.module.parents.get(node), "func", None) is not node
        ),
        None,
    )


def _is_bound(subject: Subject) -> bool:
    return isinstance(subject.declaration.defined.node, ast.ClassDef) or bool(subject.option("bind").value)


def _converts(subject: Subject) -> str:
    """Why the objects at the calls may be no objects in the message: something of the project stands between."""
    for name in ("apply_async", "delay", "__call__"):
        if found := bases.method(subject, name):
            return f"`{found[0].name}.{name}` may turn them into something else"
    if (made := bases.wrapper(subject)) and any(
        isinstance(node, ast.Attribute) and node.attr in {"delay", "apply_async"} for node in ast.walk(made.node)
    ):
        return f"`{made.name}` may turn them into something else"
    return ""


def _is_id(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return bool(_IDS.search(node.attr))
    return isinstance(node, ast.Name) and bool(_IDS.search(node.id))


@rule("json-safe-arguments")
def json_safe_arguments(subject: Subject) -> Finding:
    """Sets, tuples, mappings keyed by numbers, `timedelta` and functions in the arguments of a call."""
    serializer = subject.option("serializer")
    found = [(each, *odd) for each in arguments(subject) if (odd := _changed(each, subject))]
    lines = unique(argument.call.module.evidence(node) for argument, node, _ in found)
    if found and serializer.is_known and serializer.value not in {None, "json"}:
        return does_not_apply(f"the serializer is `{serializer.source}`, {serializer.said()}", *lines)
    if found and not serializer.is_known and serializer.source:
        return cannot_tell(f"what `serializer={serializer.source}` comes to is not known", *lines)
    if found:
        texts = dict.fromkeys(_changed_text(argument, node, what, subject) for argument, node, what in found)
        return fails(listed(texts), *lines)
    looked = any(True for _ in arguments(subject))
    return not_found(where_looked(subject) + (", none passes a value that JSON is known to change" if looked else ""))


def _changed_text(argument: Argument, node: ast.expr, what: str, subject: Subject) -> str:
    module = argument.call.module
    return f"`{module.source(node)[:60]}` {what}, {place(module.evidence(node), subject.module.path)}"


def _changed(argument: Argument, subject: Subject) -> tuple[ast.expr, str] | None:
    """The part of an argument that JSON refuses or changes, and what becomes of it."""
    waiting = [argument.node]
    while waiting:
        node = waiting.pop()
        if what := _what_becomes(node, argument.call.scope, subject):
            return node, what
        if isinstance(node, ast.List | ast.Tuple):
            waiting += node.elts
        elif isinstance(node, ast.Dict):
            waiting += node.values
    return None


def _what_becomes(node: ast.expr, scope: Scope, subject: Subject) -> str:
    if isinstance(node, ast.Set | ast.SetComp):
        return "is a set, which JSON refuses"
    if isinstance(node, ast.Lambda):
        return "is a function, which JSON refuses"
    if isinstance(node, ast.GeneratorExp):
        return "is a generator, which JSON refuses"
    if isinstance(node, ast.Dict) and any(_is_number(key) for key in node.keys):
        return "has numbers as keys, which arrive as texts"
    if isinstance(node, ast.Dict) and any(isinstance(key, ast.Tuple) for key in node.keys):
        return "has tuples as keys, which JSON refuses"
    if isinstance(node, ast.Tuple):
        return "is a tuple, which arrives as a list"
    return _what_becomes_of_call(node, scope, subject) if isinstance(node, ast.Call) else ""


def _what_becomes_of_call(node: ast.Call, scope: Scope, subject: Subject) -> str:
    targets = subject.project.resolve(node.func, scope)
    names = {target.name for target in targets if isinstance(target, External)}
    if isinstance(node.func, ast.Name) and not targets and node.func.id in {"set", "frozenset"}:
        return "is a set, which JSON refuses"
    if "datetime.timedelta" in names or (not targets and ast.unparse(node.func) in {"timedelta", "datetime.timedelta"}):
        return "is a `timedelta`, which JSON refuses"
    if any(isinstance(target, Defined) and _is_dataclass(target, subject) for target in targets):
        return "is a dataclass, which JSON refuses"
    return ""


def _is_number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and is_number(node.value)


def _is_dataclass(target: Defined, subject: Subject) -> bool:
    for each in target.node.decorator_list:
        called = each.func if isinstance(each, ast.Call) else each
        if "dataclasses.dataclass" in subject.project.outer_names(called, target.scope):
            return True
    return False
