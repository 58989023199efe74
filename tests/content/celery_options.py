"""Which option names the installed Celery knows, and which ones an example uses.

The names come from Celery itself: its task class, its decorator, its table of settings, and the source of its automatic
retries, which have no table.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from celery import Celery, Task
from celery.app.autoretry import add_autoretry_behaviour
from celery.app.defaults import DEFAULTS

DECORATORS = ("task", "shared_task", "periodic_task")


def known_task_options() -> set[str]:
    """Every keyword that the task decorator does something with."""
    attributes = {name for name, value in vars(Task).items() if not name.startswith("_") and not callable(value)}
    parameters = {
        parameter.name
        for function in (Celery.task, Celery._task_from_fun)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    hooks = {"on_failure", "on_retry", "on_success", "before_start", "after_return"}
    return attributes | (parameters - {"self", "args", "fun"}) | hooks | _autoretry_options()


def _autoretry_options() -> set[str]:
    """The names that `add_autoretry_behaviour` looks up with `options.get(...)`."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(add_autoretry_behaviour))) if _is_options_get(node))
    return {call.args[0].value for call in calls}


def _is_options_get(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "options.get"


def known_settings() -> set[str]:
    """Every setting in Celery's own table of defaults."""
    return set(DEFAULTS)


def task_options(source: str) -> set[str]:
    """The keywords that an example passes to a task decorator."""
    return {keyword.arg for call in _decorators(source) for keyword in call.keywords if keyword.arg}


def _decorators(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        for decorator in getattr(node, "decorator_list", []):
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).split(".")[-1] in DECORATORS:
                yield decorator


def settings(source: str) -> set[str]:
    """The settings that an example assigns as `app.conf.NAME` or passes to `app.conf.update`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_conf(node.value):
            found.add(node.attr)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("conf.update"):
            found |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return found


def _is_conf(node: ast.expr) -> bool:
    return ast.unparse(node).split(".")[-1] == "conf"
