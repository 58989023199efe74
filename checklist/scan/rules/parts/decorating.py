"""The decorators of a task: which of them makes it, and which stand between that one and the function."""

from __future__ import annotations

import ast
from functools import lru_cache

from checklist.scan.maker import Unsure
from checklist.scan.makers import Makers
from checklist.scan.project import Project
from checklist.scan.subject import Subject


@lru_cache(maxsize=4)
def _makers(project: Project) -> Makers:
    return Makers(project)


def makes_task(node: ast.expr, subject: Subject) -> bool:
    """Whether a decorator is one that makes tasks."""
    try:
        return _makers(subject.project).of(node, subject.declaration.defined.scope) is not None
    except Unsure:
        return False


def own(subject: Subject) -> ast.expr | None:
    """The decorator that makes the task; `None` where a call elsewhere or a class does."""
    return next((each for each in subject.declaration.defined.node.decorator_list if makes_task(each, subject)), None)


def below(subject: Subject) -> list[ast.expr]:
    """The decorators that the worker runs around the function: those below the one that makes the task, or those of `run`."""
    every = subject.function.decorator_list if subject.function else []
    made = own(subject)
    return every[every.index(made) + 1 :] if made in every else every
