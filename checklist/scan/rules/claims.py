"""The rule that one-time work is claimed in a single step, and not by reading, testing and then writing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.found import Finding
from checklist.scan.rules.parts.late_claims import LateClaim, late_claims, tested
from checklist.scan.rules.parts.wording import NO_FUNCTION, listed, unique
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject


@rule("atomic-claim")
def atomic_claim(subject: Subject) -> Finding:
    """A row that is read, tested and then saved with the tested attribute changed; a marker that is looked up and then set."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    locked = next(_locking(subject), None)
    late = [] if locked else [(claim, claim.doubt(subject)) for claim in late_claims(subject)]
    found = [*((_said(claim), claim.nodes) for claim, doubt in late if not doubt), *_marked_after_test(subject)]
    if found:
        return fails(listed(text for text, _ in found), *unique(subject.line(n) for _, nodes in found for n in nodes))
    if late:
        claim, doubt = late[0]
        return cannot_tell(f"{_said(claim)}, but {doubt}", *unique(map(subject.line, claim.nodes)))
    if decided := next(_atomic(subject), None):
        return passes(f"`{_name(decided)}` tests and sets in one step, line {decided.lineno}", subject.line(decided))
    if locked and (asked := _asks_locked(locked, subject)):
        text = f"`select_for_update` holds the row (line {locked.lineno}) that is asked in line {asked.lineno}"
        return passes(text, *unique(map(subject.line, (locked, asked))))
    if locked:
        text = f"`select_for_update` holds a row, line {locked.lineno}; whether that tells that the work is done is not in the text"
        return cannot_tell(text, subject.line(locked))
    return not_found("no row that is read, tested and then saved in the body")


def _said(claim: LateClaim) -> str:
    tested, saved = f"tested in line {claim.test.lineno}", f"saved in line {claim.saved.lineno}"
    return f"`{claim.target}` is read, {tested} and {saved}: two workers can pass the test"


def _name(node: ast.Call) -> str:
    return f"{node.func.attr}(...)" if isinstance(node.func, ast.Attribute) else "update(...)"


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
    """Whether a call changes what it asks for: `filter(paid=False).update(paid=True)`, or adds a key."""
    if _is_of_cache(call, "add"):
        return True
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "update"):
        return False
    rows = call.func.value
    if isinstance(rows, ast.Name):
        made = [value for target, value in _assigned(subject) if target == rows.id]
        if len(made) != 1:
            return False
        rows = made[0]
    return bool(_asked_for(rows) & {each.arg for each in call.keywords if each.arg})


def _assigned(subject: Subject) -> Iterator[tuple[str, ast.expr]]:
    for node in subject.body():
        if isinstance(node, ast.Assign):
            yield from ((each.id, node.value) for each in node.targets if isinstance(each, ast.Name))


def _asked_for(rows: ast.expr) -> set[str]:
    """The columns that a query asks about, without what comes after `__`."""
    calls = [each for each in ast.walk(rows) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    asking = [each for each in calls if each.func.attr in {"filter", "exclude"}]  # type: ignore[attr-defined]
    names = (keyword.arg for call in asking for node in [call, *call.args] for keyword in _keywords(node))
    return {name.split("__")[0] for name in names if name}


def _keywords(node: ast.AST) -> list[ast.keyword]:
    """The keywords of a call; of `Q(...) & Q(...)` those of each."""
    if isinstance(node, ast.BinOp):
        return [*_keywords(node.left), *_keywords(node.right)]
    return node.keywords if isinstance(node, ast.Call) else []


def _locking(subject: Subject) -> Iterator[ast.Call]:
    for call in subject.calls_in_body():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "select_for_update":
            yield call


def _asks_locked(locked: ast.Call, subject: Subject) -> ast.stmt | None:
    """Where a row that is locked is asked for its state: by a column of the query that is written then, or by a test of one of its attributes."""
    around = [locked, *subject.module.above(locked)]
    statement = next(up for up in around if isinstance(up, ast.stmt))
    written = {
        node.attr for node in subject.body() if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    if any(name in written for up in ast.walk(_made(statement)) for name in _asked_in(up)):
        return statement
    rows = {node.id for node in ast.walk(_named(statement)) if isinstance(node, ast.Name)}
    tests = (node for node in subject.body() if isinstance(node, ast.If) and node.lineno >= statement.lineno)
    return next((test for test in tests if any(name in rows for name, _ in tested(test))), None)


def _asked_in(node: ast.AST) -> set[str]:
    return _asked_for(node) if isinstance(node, ast.expr) else set()


def _made(statement: ast.stmt) -> ast.AST:
    """What a statement makes: not the body of a loop."""
    return statement.iter if isinstance(statement, ast.For | ast.AsyncFor) else getattr(statement, "value", statement)


def _named(statement: ast.stmt) -> ast.AST:
    """What a statement gives a name to."""
    if isinstance(statement, ast.For | ast.AsyncFor):
        return statement.target
    return statement.targets[0] if isinstance(statement, ast.Assign) else ast.Pass()
