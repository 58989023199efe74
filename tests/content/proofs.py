"""The registry of proofs: which item is proven by which function, and which items are only cited.

A proof takes the bad and the good example and asserts that the first misbehaves as its item says, the second does not.
With the two examples swapped it must fail by an assertion. Its name and docstring stand in the table of proofs.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content.examples import Code, pair

# What a proof runs on: this process alone, real workers and a Redis, Django's test database, a PostgreSQL.
Kind = Literal["memory", "worker", "django", "database"]
Function = Callable[[Code, Code], None]


@dataclass(frozen=True)
class Proof:
    """One function that proves one item."""

    checklist: str
    item: str
    kind: Kind
    function: Function

    def __str__(self) -> str:
        return f"{self.checklist}/{self.item}"

    @property
    def name(self) -> str:
        """The function's name and module, such as `celery_tasks.retries.endless_retries_end`."""
        return f"{self.function.__module__.removeprefix('content.')}.{self.function.__name__}"

    def run(self, swapped: bool = False) -> None:
        """Run the proof on fresh examples. Raises AssertionError when it fails, or left an example unused."""
        bad, good = pair(self.checklist, self.item)
        self.function(*((good, bad) if swapped else (bad, good)))
        unused = [code.label for code in (bad, good) if not code.executed]
        if unused:
            raise UnusedExampleError(f"the proof {self.name} never ran {' and '.join(unused)}")


class UnusedExampleError(Exception):
    """A proof passed without running what it is to prove; no AssertionError, so that no swapped run hides it."""


PROOFS: dict[tuple[str, str], Proof] = {}

# Items that only judgement can show, and why no program can: (checklist, item) -> reason.
CITED: dict[tuple[str, str], str] = {}


def proves(checklist: str, item: str, *, kind: Kind = "memory") -> Callable[[Function], Function]:
    """Register the decorated function as the proof of an item. Raises ValueError when the item already has one."""

    def register(function: Function) -> Function:
        proof = Proof(checklist, item, kind, function)
        known = PROOFS.setdefault((checklist, item), proof)
        if known.name != proof.name:
            raise ValueError(f"{proof} is proven twice: {known.name} and {proof.name}")
        return function

    return register


def all_proofs() -> list[Proof]:
    """Import every module below each checklist's package in `tests/content/`; all proofs, in order of their names."""
    for package in sorted(Path(__file__).parent.glob("*/__init__.py")):
        modules = pkgutil.iter_modules([str(package.parent)], f"content.{package.parent.name}.")
        for module in sorted(modules, key=lambda module: module.name):
            importlib.import_module(module.name)
    return sorted(PROOFS.values(), key=str)
