"""How rules write about options and places, so that all of them say it alike."""

from __future__ import annotations

from collections.abc import Iterable

from checklist.scan.found import Evidence, Option, Origin
from checklist.scan.source import Module

_TESTS = {"test", "tests", "testing", "conftest", "testutils", "fixtures", "pytest"}
_DEVELOPMENT = {"dev", "develop", "development", "local", "ci", "debug", "devserver"}


def shown(option: Option) -> str:
    """An option as it is written, and where: "`time_limit=60` (line 3)"."""
    return f"`{option.name}={option.source}` ({option.said()})"


def places(*options: Option) -> list[Evidence]:
    """The lines where options are written, each once."""
    return unique(option.place for option in options if option.place)


def unique(lines: Iterable[Evidence]) -> list[Evidence]:
    """Lines in their order, each once."""
    return list(dict.fromkeys(lines))


def unread(*options: Option) -> str:
    """Why the value of one of these options is not known; empty when all are."""
    for option in options:
        if option.origin is Origin.UNKNOWN:
            return option.note
        if not option.is_known:
            return f"what {shown(option)} comes to is not in the text"
    return ""


def is_number(value: object) -> bool:
    """Whether a value is a number, which `True` is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_test(module: Module) -> bool:
    """Whether a file belongs to tests, by its path."""
    return any(word in _TESTS for word in _words(module))


def is_production(module: Module) -> bool:
    """Whether nothing in the path of a file says that it is for tests or for development."""
    return not any(word in _TESTS | _DEVELOPMENT for word in _words(module))


def _words(module: Module) -> list[str]:
    return [word for part in module.parts for word in part.lower().replace("-", "_").split("_")]
