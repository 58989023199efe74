"""What the path of a file says about it: whether it is for tests, or for development."""

from __future__ import annotations

from checklist.scan.source import Module

_TESTS = {"test", "tests", "testing", "conftest", "testutils", "fixtures", "pytest"}
_DEVELOPMENT = {"dev", "develop", "development", "local", "ci", "debug", "devserver"}


def is_test(module: Module) -> bool:
    """Whether a file belongs to tests, by its path."""
    return any(word in _TESTS for word in _words(module))


def is_production(module: Module) -> bool:
    """Whether nothing in the path of a file says that it is for tests or for development."""
    return not any(word in _TESTS | _DEVELOPMENT for word in _words(module))


def _words(module: Module) -> list[str]:
    return [word for part in module.parts for word in part.lower().replace("-", "_").split("_")]
