"""What the files of a scan do with its tasks: the calls that send them, and the places that hand a task on as it is."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

from checklist.scan.effort import TooMuchError, limit
from checklist.scan.finder import Found
from checklist.scan.found import Evidence
from checklist.scan.names import Function, Scope
from checklist.scan.project import Project
from checklist.scan.source import Module
from checklist.scan.targets import Defined

# Methods of a task object that send it, or that make a signature to be sent.
SENDING = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit"}
SIGNATURES = {"s", "si", "signature", "subtask", "chunks", "map", "starmap"}
_METHODS = SENDING | SIGNATURES


@dataclass(frozen=True, eq=False)
class Call:
    """A call `task.method(...)` somewhere in the scan, or `task.method` without a call, as `on_commit(task.delay)` has it.

    `node` is the call, or the attribute itself where nothing is called.
    """

    method: str
    node: ast.Call | ast.Attribute
    module: Module
    scope: Scope

    @property
    def evidence(self) -> Evidence:
        """The line that calls."""
        return self.module.evidence(self.node)

    @property
    def around(self) -> list[ast.AST]:
        """The nodes around the call, the nearest first."""
        return self.module.above(self.node)

    def keyword(self, name: str) -> ast.expr | None:
        """The keyword of that name, where the call has it."""
        keywords = self.node.keywords if isinstance(self.node, ast.Call) else []
        return next((keyword.value for keyword in keywords if keyword.arg == name), None)


@dataclass(frozen=True, eq=False)
class Reference:
    """A task by its name, neither called nor asked for anything: `run(charge)`, `job = charge`."""

    node: ast.expr
    module: Module

    @property
    def evidence(self) -> Evidence:
        """The line that names it."""
        return self.module.evidence(self.node)


@dataclass(frozen=True, eq=False)
class Uses:
    """The uses of one task, file by file."""

    calls: list[Call] = field(default_factory=list)
    handed_on: list[Reference] = field(default_factory=list)


@lru_cache(maxsize=4)
def uses_of(found: Found) -> dict[ast.AST, Uses]:
    """The uses of each task of a scan, by its definition; found once per scan."""
    tasks = {declaration.defined.node for declaration in found.declarations}
    uses: dict[ast.AST, Uses] = defaultdict(Uses)
    for module in found.project.modules.values():
        with suppress(TooMuchError), limit():  # the finder told of such a file
            for target, use in _Walk(found.project, module, tasks).uses():
                (uses[target].calls if isinstance(use, Call) else uses[target].handed_on).append(use)  # type: ignore[arg-type]
    return uses


class _Walk:
    """One walk over a module. It resolves only names that a task has, or that an import gives to one: resolving all takes far too long."""

    def __init__(self, project: Project, module: Module, tasks: set[Function | ast.ClassDef]) -> None:
        self.project, self.module, self.tasks = project, module, tasks
        self.names = {task.name for task in tasks}

    def uses(self) -> Iterator[tuple[ast.AST, Call | Reference]]:
        """Each use with the definition of its task."""
        for node in ast.walk(self.module.tree):  # an import comes before what stands below it
            if isinstance(node, ast.ImportFrom):
                self.names |= {each.asname for each in node.names if each.asname and each.name in self.names}
            elif isinstance(node, ast.Attribute):
                if node.attr in _METHODS:
                    yield from self._sent(node)
                elif node.attr in self.names:
                    yield from self._handed_on(node)
            elif isinstance(node, ast.Name) and node.id in self.names:
                yield from self._handed_on(node)

    def _sent(self, node: ast.Attribute) -> Iterator[tuple[ast.AST, Call]]:
        scope = self.project.scope_of(self.module, node)
        if target := self._task(node.value, scope):
            up = self.module.parents.get(node)
            called = up if isinstance(up, ast.Call) and up.func is node else node
            yield target, Call(node.attr, called, self.module, scope)

    def _handed_on(self, node: ast.Name | ast.Attribute) -> Iterator[tuple[ast.AST, Reference]]:
        up = self.module.parents.get(node)
        is_asked = isinstance(up, ast.Attribute) or (isinstance(up, ast.Call) and up.func is node)
        if is_asked or not isinstance(node.ctx, ast.Load):
            return  # what is called, or has an attribute read, hands nothing on
        if target := self._task(node, self.project.scope_of(self.module, node)):
            yield target, Reference(node, self.module)

    def _task(self, node: ast.expr, scope: Scope) -> ast.AST | None:
        targets = self.project.resolve(node, scope)
        return next((each.node for each in targets if isinstance(each, Defined) and each.node in self.tasks), None)
