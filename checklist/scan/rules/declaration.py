"""Rules about the declaration of a task: its options, its name, its decorators, the kind of function."""

from __future__ import annotations

import ast
import difflib

from checklist.scan import celery_tables
from checklist.scan.found import Finding, Option, Origin
from checklist.scan.rules.parts import bases
from checklist.scan.rules.parts.wording import NO_FUNCTION, counted
from checklist.scan.rules.registry import cannot_tell, fails, not_found, passes, rule
from checklist.scan.subject import Subject

# Settings that people write as options, with the option that they mean.
_MEANT = {
    "retry_limit": "max_retries",
    "max_retry": "max_retries",
    "interval_start": "retry_backoff",
    "retries": "max_retries",
}


# Attributes of a class may be its own business; what stands in a decorator's call goes to Celery.
_HANDED_TO_CELERY = {Origin.DECORATOR, Origin.PRESET, Origin.SPLAT, Origin.WRAPPER}


@rule("known-options")
def known_options(subject: Subject) -> Finding:
    """Option names that Celery stores as attributes and never looks at."""
    written = [each for each in subject.task.options.values() if each.origin in _HANDED_TO_CELERY]
    strangers = [
        each
        for each in written
        if each.name not in celery_tables.task_options() and each.name not in subject.declared_names
    ]
    if strangers and not subject.hidden:
        return fails("; ".join(_ignored(each) for each in strangers), *[each.place for each in strangers if each.place])
    if strangers:
        return cannot_tell(
            f"Celery does not know {_names(strangers)}, but {subject.hidden}",
            *[each.place for each in strangers if each.place],
        )
    if not written:
        return not_found("no options in the decorator")
    return not_found(_known(written))


def _known(written: list[Option]) -> str:
    """Who knows the options that are written: Celery, or the project itself."""
    own = [each for each in written if each.name not in celery_tables.task_options()]
    celerys = f"each of {counted(len(written) - len(own), 'option')} is known to Celery {celery_tables.version()}"
    ours = f"{_names(own)} {'is' if len(own) == 1 else 'are'} read by the project's own base class or decorator"
    return "; ".join([*([celerys] if len(own) < len(written) else []), *([ours] if own else [])])


def _ignored(option: Option) -> str:
    meant = _nearest(option.name)
    return f"`{option.name}={option.source}` is ignored by Celery, {option.said()}" + (
        f"; did you mean `{meant}`?" if meant else ""
    )


def _names(options: list[Option]) -> str:
    return ", ".join(f"`{option.name}`" for option in options)


def _nearest(name: str) -> str:
    known = list(celery_tables.task_options())
    stripped = name.removeprefix("task_").removeprefix("celery_")
    if name in _MEANT or stripped in known:
        return _MEANT.get(name, stripped)
    return next(iter(difflib.get_close_matches(name, known, 1, 0.75)), "")


@rule("explicit-name")
def explicit_name(subject: Subject) -> Finding:
    """A task without `name=` is called after its module and function."""
    name = subject.option("name")
    is_function = not isinstance(subject.declaration.defined.node, ast.ClassDef)
    if name.origin is Origin.UNKNOWN and not (is_function and name.note.startswith("the base class")):
        return cannot_tell(name.note)  # a base class gives no name to the function that it is made of
    if name.is_written and name.place and (fault := _no_name(name)):
        return fails(f"`name={name.source}` {fault}, {name.said()}", name.place)
    if name.is_written and name.place and not name.is_known:
        return cannot_tell(f"what `name={name.source}` comes to is not in the text, {name.said()}", name.place)
    if name.is_written and name.place:
        return passes(f"`name={name.source}`, {name.said()}", name.place)
    return fails(
        "no `name=`: the name comes from module and function, and changes when either moves", subject.declared_at
    )


def _no_name(option: Option) -> str:
    """What is wrong with a name that is written; empty for text, and for what the source does not tell."""
    try:
        value = option.value if option.is_literal else ast.literal_eval(option.source)
    except (ValueError, SyntaxError):
        return "changes when the module moves" if "__name__" in option.source else ""
    if not value:
        return "is none: the name comes from module and function"
    return "" if isinstance(value, str) else "is no text"


@rule("plain-body")
def plain_body(subject: Subject) -> Finding:
    """`async def` and `yield` in the task function itself: nothing of it would run."""
    if subject.function is None:
        return cannot_tell(NO_FUNCTION)
    if isinstance(subject.function, ast.AsyncFunctionDef):
        if runner := _may_run_coroutines(subject):
            return cannot_tell(f"`async def`, but {runner}", subject.line(subject.function))
        return fails("`async def`: the worker makes a coroutine and never runs it", subject.line(subject.function))
    if found := next((node for node in subject.body() if isinstance(node, ast.Yield | ast.YieldFrom)), None):
        return fails("`yield` makes the function a generator, which the worker never runs", subject.line(found))
    return not_found("no `async def` and no `yield` in the function")


def _may_run_coroutines(subject: Subject) -> str:
    """What may await the coroutine in place of the worker; empty when nothing of the kind was seen."""
    if subject.hidden:
        return subject.hidden
    for name in ("__call__", "run", "apply_async"):
        if (found := bases.method(subject, name)) and found[1] is not subject.function:
            return f"`{found[0].name}.{name}` may run it"
    if made := bases.wrapper(subject):
        return f"`{made.name}` may run it"
    if isinstance(subject.function, ast.AsyncFunctionDef) and len(subject.function.decorator_list) > 1:
        return "another decorator may run it"
    pool = subject.settings.get("worker_pool")
    if pool and pool.value not in {"prefork", "threads", "solo", "processes", "gevent", "eventlet"}:
        return f"the worker's pool is `{pool.scope.module.source(pool.node)}`, {pool.place.path}:{pool.place.line}"
    return ""
