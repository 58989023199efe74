"""The classes that a task is made of: its own, `base=`, and theirs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist.scan.bases import base_classes
from checklist.scan.names import Function
from checklist.scan.subject import Subject
from checklist.scan.targets import Defined


def classes(subject: Subject) -> list[Defined]:
    """The classes of the scan that a task inherits from, nearest first; also those of the class that the app makes its tasks of."""
    declaration = subject.declaration
    return base_classes(subject.project, subject.settings, declaration.defined, declaration.maker)


def method(subject: Subject, name: str) -> tuple[Defined, Function] | None:
    """The nearest class of the scan that defines the method, and the method."""
    for cls in classes(subject):
        for binding in cls.inside.names.get(name, []):
            if isinstance(binding, ast.FunctionDef | ast.AsyncFunctionDef):
                return cls, binding
    return None


def chain(subject: Subject, name: str) -> Iterator[Defined]:
    """The methods of that name, nearest first, as far as each of them calls the next."""
    for cls in classes(subject):
        for binding in cls.inside.names.get(name, []):
            if isinstance(binding, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Defined(binding, cls.inside)
                if not any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(binding)):
                    return


def wrapper(subject: Subject) -> Defined | None:
    """The decorator of the project that makes the task, where there is one."""
    return subject.declaration.maker.wrapper
