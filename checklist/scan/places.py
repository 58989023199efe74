"""What the names around a piece of code say about it: whether it is for tests, or for development."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from types import UnionType

from checklist.scan.names import Function, Scope
from checklist.scan.source import Module

_TESTS = {"test", "tests", "testing", "conftest", "testutils", "fixtures", "pytest"}
_DEVELOPMENT = {"dev", "develop", "development", "local", "ci", "debug", "devserver"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def is_test(module: Module) -> bool:
    """Whether a file belongs to tests, by its path."""
    return not _TESTS.isdisjoint(_words(module.parts))


def is_in_test(scope: Scope) -> bool:
    """Whether code stands in a file of tests, or in a function that is one: what that sets holds for the test only."""
    return is_test(scope.module) or any(name.startswith("test_") for name in _around(scope, Function))


def is_production(scope: Scope) -> bool:
    """Whether no name of the file and of the classes around says that it is for tests or for development."""
    return (_TESTS | _DEVELOPMENT).isdisjoint(_words([*scope.module.parts, *_around(scope, ast.ClassDef)]))


def _around(scope: Scope, kind: type | UnionType) -> Iterator[str]:
    """The names of the functions or classes in which a scope stands."""
    at: Scope | None = scope
    while at is not None:
        if isinstance(at.node, kind):
            yield getattr(at.node, "name", "")
        at = at.parent


def _words(names: Iterable[str]) -> set[str]:
    """The words of names such as `settings_test` and `TestSettings`."""
    return {word.lower() for name in names for word in _WORD.findall(name)}
