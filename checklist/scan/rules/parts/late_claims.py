"""Rows that a body reads, tests and then saves with the tested attribute changed: work that two workers can claim at once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.scan.subject import Subject, dotted

_BY_ID = re.compile(r"(^|_)(id|pk|uuid|guid|key|slug|number)$")
_ONE = {"get", "first", "last", "latest", "earliest", "get_or_404"}
_STATE = re.compile(r"(^|_)(status|state|stage|phase|sent|paid|done)$|^(is|has|was)_|ed(_at|_on)?$")
_LOGGING = re.compile(r"(^|_|\.)(log|logger|logging|print)(_|\.|$)", re.IGNORECASE)

_READING = {
    "now",
    "get",
    "filter",
    "first",
    "all",
    "count",
    "exists",
    "values_list",
    "len",
    "str",
    "int",
    "list",
    "dict",
}


@dataclass(frozen=True, eq=False)
class LateClaim:
    """A row that is read, tested and then saved: what the source calls the attribute, and the nodes of each step."""

    target: str
    read: ast.Assign
    test: ast.If
    written: ast.Assign
    saved: ast.Call

    @property
    def nodes(self) -> list[ast.AST]:
        """The steps in their order."""
        return [self.read, self.test, self.written, self.saved]

    def doubt(self, subject: Subject) -> str:
        """Why two workers may not do harm here, in words; empty when they do."""
        if not _is_by_id(self.read.value):
            return "whether another worker reads the same row is not in the text"
        if not _is_state(self.target.rpartition(".")[2]):
            return f"whether `{self.target}` says that the work is done is not in the text"
        if any(isinstance(up, ast.With) and "lock" in _contexts(up) for up in subject.module.above(self.test)):
            return "a lock may be held"
        if not any(_is_effect(call, self) for call in subject.calls_in_body()):
            return "nothing but the row is changed"
        return ""


def _is_state(name: str) -> bool:
    """Whether an attribute says how far the work is, by its name."""
    return bool(_STATE.search(name))


def late_claims(subject: Subject) -> Iterator[LateClaim]:
    """`x = get(...)`, `if x.status == ...`, `x.status = ...`, `x.save()`."""
    fetched = dict(_fetched(subject))
    for test in (node for node in subject.body() if isinstance(node, ast.If)):
        for name, attribute in tested(test):
            read = fetched.get(name)
            if read is None or read.lineno > test.lineno:
                continue
            written = _written_after(test, f"{name}.{attribute}", subject)
            if written and (saved := _saved(name, written, subject)):
                yield LateClaim(f"{name}.{attribute}", read, test, written, saved)


def _fetched(subject: Subject) -> Iterator[tuple[str, ast.Assign]]:
    """Names that hold a row which was read."""
    for node in subject.body():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call):
            name = dotted(node.value.func).rpartition(".")[2] or getattr(node.value.func, "attr", "")
            if name == "get_object_or_404" or (name in _ONE and ".objects" in ast.unparse(node.value.func)):
                yield node.targets[0].id, node


def _is_by_id(node: ast.expr) -> bool:
    """Whether a query names one row: `get(pk=...)`, `filter(pk=...).first()`."""
    return any(
        isinstance(call, ast.Call) and any(each.arg and _BY_ID.search(each.arg) for each in call.keywords)
        for call in ast.walk(node)
    )


def _contexts(node: ast.With) -> str:
    return " ".join(ast.unparse(each.context_expr) for each in node.items).lower()


def _is_effect(call: ast.Call, claim: LateClaim) -> bool:
    """Whether a call below the test may do something that a second worker would do again."""
    name = dotted(call.func)
    is_of_row = name.startswith(f"{claim.target.split('.')[0]}.")
    is_harmless = _LOGGING.search(name) or name.rpartition(".")[2] in _READING
    return call.lineno > claim.test.lineno and not is_of_row and not is_harmless


def tested(test: ast.If) -> list[tuple[str, str]]:
    """The names and attributes that a test looks at."""
    return [
        (node.value.id, node.attr)
        for node in ast.walk(test.test)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]


def _written_after(test: ast.If, target: str, subject: Subject) -> ast.Assign | None:
    """Where the tested attribute is set so that the next one fails the test: in the branch, or below a test that leaves."""
    leaves = isinstance(test.body[-1], ast.Return | ast.Raise | ast.Continue)
    below = _after(test, subject) if leaves else test.body
    for statement in below:
        for node in _always_run(statement):
            if (
                isinstance(node, ast.Assign)
                and any(ast.unparse(each) == target for each in node.targets)
                and _marks_done(node.value)
                and any(_outcome(part, target, node.value) is leaves for part in _parts(test.test))
            ):
                return node
    return None


def _after(test: ast.If, subject: Subject) -> list[ast.stmt]:
    """The statements that stand after a test in its own block."""
    up = subject.module.parents[test]
    blocks = [getattr(up, name, None) for name in ("body", "orelse", "finalbody")]
    block: list[ast.stmt] = next((each for each in blocks if isinstance(each, list) and test in each), [test])
    return block[block.index(test) + 1 :]


def _always_run(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A statement and those inside of its `with` and `try`, which run with it."""
    yield statement
    if isinstance(statement, ast.With | ast.AsyncWith | ast.Try):
        for inner in statement.body:
            yield from _always_run(inner)


def _marks_done(node: ast.expr) -> bool:
    """A value that says how far the work is: a constant, a name in capitals, a time."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name | ast.Attribute):
        return ast.unparse(node).rpartition(".")[2].isupper()
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("now")


def _parts(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) else [test]


def _outcome(test: ast.expr, target: str, value: ast.expr) -> bool | None:
    """What a test of `target` comes to once it has `value`; `None` when that cannot be said."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _outcome(test.operand, target, value)
        return None if inner is None else not inner
    if ast.unparse(test) == target:
        return bool(value.value) if isinstance(value, ast.Constant) else True
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or ast.unparse(test.left) != target:
        return None
    given, operator = test.comparators[0], test.ops[0]
    if isinstance(operator, ast.In | ast.NotIn):
        elements = given.elts if isinstance(given, ast.Tuple | ast.List | ast.Set) else None
        is_in = None if elements is None else any(_same(each, value) for each in elements)
        return is_in if is_in is None or isinstance(operator, ast.In) else not is_in
    if isinstance(operator, ast.Eq | ast.Is):
        return _same(given, value)
    return not _same(given, value) if isinstance(operator, ast.NotEq | ast.IsNot) else None


def _same(one: ast.expr, other: ast.expr) -> bool:
    return ast.unparse(one).rpartition(".")[2] == ast.unparse(other).rpartition(".")[2]


def _saved(name: str, written: ast.stmt, subject: Subject) -> ast.Call | None:
    return next(
        (
            call
            for call in subject.calls_in_body()
            if call.lineno >= written.lineno
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in {"save", "asave"}
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == name
        ),
        None,
    )
