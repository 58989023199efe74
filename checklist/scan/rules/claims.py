"""The rule that one-time work is claimed in a single step, and not by reading, testing and then writing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Finding
from checklist.scan.rules.parts.wording import listed, unique
from checklist.scan.rules.registry import fails, not_found, passes, rule
from checklist.scan.subject import Subject

_FETCHING = {"get", "first", "last", "latest", "earliest", "get_or_404", "get_object_or_404"}


@rule("atomic-claim")
def atomic_claim(subject: Subject) -> Finding:
    """A row that is read, tested and then saved with the tested attribute changed; a marker that is looked up and then set."""
    if subject.function is None:
        return not_found("the class has no method `run` in this file")
    found = [*_saved_after_test(subject), *_marked_after_test(subject)]
    if found:
        return fails(listed(text for text, _ in found), *unique(subject.line(n) for _, nodes in found for n in nodes))
    if decided := next(_atomic(subject), None):
        return passes(f"`{_name(decided)}` tests and sets in one step, line {decided.lineno}", subject.line(decided))
    if locked := next(_locking(subject), None):
        return passes(f"`select_for_update` holds the row, line {locked.lineno}", subject.line(locked))
    return not_found("no row that is read, tested and then saved in the body")


def _name(node: ast.Call) -> str:
    return f"{node.func.attr}(...)" if isinstance(node.func, ast.Attribute) else "update(...)"


def _saved_after_test(subject: Subject) -> Iterator[tuple[str, list[ast.AST]]]:
    """`x = get(...)`, `if x.status == ...`, `x.status = ...`, `x.save()`."""
    fetched = dict(_fetched(subject))
    for test in (node for node in subject.body() if isinstance(node, ast.If)):
        for name, attribute in _tested(test):
            read = fetched.get(name)
            if read is None or read.lineno > test.lineno:
                continue
            written = _written_after(test, f"{name}.{attribute}", subject)
            if written and (saved := _saved(name, written, subject)):
                text = (
                    f"`{name}.{attribute}` is read, tested in line {test.lineno} and saved in line {saved.lineno}: "
                    "two workers can pass the test"
                )
                yield text, [read, test, written, saved]


def _fetched(subject: Subject) -> Iterator[tuple[str, ast.Assign]]:
    """Names that hold a row which was read without a lock."""
    locked = any(True for _ in _locking(subject))
    for node in subject.body():
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name) or locked:
            continue
        call = node.value
        if isinstance(call, ast.Call) and _fetches(call):
            yield node.targets[0].id, node


def _fetches(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "get_object_or_404":
        return True
    return name in _FETCHING and ".objects" in ast.unparse(call.func)


def _tested(test: ast.If) -> list[tuple[str, str]]:
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


def _marked_after_test(subject: Subject) -> Iterator[tuple[str, list[ast.AST]]]:
    """`if cache.get(key): return`, then `cache.set(key, True)`."""
    calls = list(subject.calls_in_body())
    for test in (node for node in subject.body() if isinstance(node, ast.If)):
        looked = test.test.operand if isinstance(test.test, ast.UnaryOp) else test.test
        if not (isinstance(looked, ast.Call) and _is_of_cache(looked, "get") and looked.args):
            continue
        for call in calls:
            if _is_of_cache(call, "set") and call.lineno > test.lineno and _marks(call, looked):
                key = ast.unparse(looked.args[0])
                text = f"`cache.get({key})` decides in line {test.lineno} about the `cache.set` of line {call.lineno}"
                yield f"{text}: two workers can pass the test", [test, call]


def _marks(call: ast.Call, looked: ast.Call) -> bool:
    """Whether a call sets the marker that was looked up, and not a value that is kept for later."""
    same = bool(call.args) and ast.unparse(call.args[0]) == ast.unparse(looked.args[0])
    return same and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)


def _is_of_cache(call: ast.Call, method: str) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == method
        and "cache" in ast.unparse(function.value).lower().rpartition(".")[2]
    )


def _atomic(subject: Subject) -> Iterator[ast.Call]:
    """`if rows.filter(...).update(...)` and `if cache.add(...)`, also by a name that is tested."""
    tested = {
        node.id
        for test in subject.body()
        if isinstance(test, ast.If)
        for node in ast.walk(test.test)
        if isinstance(node, ast.Name)
    }
    for node in subject.body():
        if isinstance(node, ast.If):
            yield from (each for each in ast.walk(node.test) if isinstance(each, ast.Call) and _claims(each, subject))
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in tested
            and isinstance(node.value, ast.Call)
            and _claims(node.value, subject)
        ):
            yield node.value


def _claims(call: ast.Call, subject: Subject) -> bool:
    if _is_of_cache(call, "add"):
        return True
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "update" and call.keywords and not call.args):
        return False
    rows = call.func.value
    if isinstance(rows, ast.Name):
        made = [
            node.value
            for node in subject.body()
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == rows.id for t in node.targets)
        ]
        return len(made) == 1 and ".filter(" in ast.unparse(made[0])
    return ".filter(" in ast.unparse(rows)


def _locking(subject: Subject) -> Iterator[ast.Call]:
    for call in subject.calls_in_body():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "select_for_update":
            yield call
