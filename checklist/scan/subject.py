"""What a rule looks at: one task, its body, its options, the calls that enqueue it, and the settings of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from checklist.scan.declared import declared_by_project
from checklist.scan.finder import Declaration, Found
from checklist.scan.found import Evidence, Option, Origin, Task
from checklist.scan.names import FUNCTIONS, Function, Scope
from checklist.scan.options import unknown
from checklist.scan.project import Project
from checklist.scan.settings import Settings
from checklist.scan.source import Module
from checklist.scan.uses import SENDING, Call, Reference, Uses, uses_of


@dataclass(eq=False)
class Subject:
    """One task as rules see it."""

    declaration: Declaration
    found: Found

    @property
    def task(self) -> Task:
        """The task as the finder tells of it."""
        return self.declaration.task

    @property
    def project(self) -> Project:
        """All files of the scan."""
        return self.found.project

    @property
    def settings(self) -> Settings:
        """The settings of the project."""
        return self.found.settings

    @property
    def module(self) -> Module:
        """The file of the task."""
        return self.declaration.defined.module

    @property
    def function(self) -> Function | None:
        """The function that does the work; `None` for a class without `run`."""
        return self.declaration.function

    @property
    def scope(self) -> Scope:
        """The scope of the function that does the work, or of the class where there is none."""
        defined = self.declaration.defined
        inside = defined.inside
        return inside.within(self.function) if self.function and self.function is not defined.node else inside

    @property
    def at(self) -> Evidence:
        """The line of the `def` or `class`."""
        return self.module.evidence(self.declaration.defined.node)

    @cached_property
    def declared_at(self) -> Evidence:
        """The line of the decorator that makes the task, or of the definition where there is none.

        Where options are written tells which decorator it is; those that a mapping elsewhere pours in do not.
        """
        node = self.declaration.defined.node
        lines = [decorator.lineno for decorator in node.decorator_list]
        written = [
            option.place.line
            for option in self.task.options.values()
            if option.place
            and option.origin in {Origin.DECORATOR, Origin.SPLAT}
            and option.place.path == self.module.path
            and min(lines, default=0) <= option.place.line <= node.lineno
        ]
        named = [
            decorator.lineno for decorator in node.decorator_list if "task" in ast.unparse(decorator).split("(")[0]
        ]
        first = next((line for line in sorted(lines, reverse=True) if not written or line <= min(written)), None)
        if not written and named:
            first = named[0]
        return self.module.evidence(first or node)

    @property
    def hidden(self) -> str:
        """Why an option that is not written may be set all the same (an unseen base class, `**kwargs`); empty when all was read."""
        return self.declaration.hidden

    @cached_property
    def declared_names(self) -> set[str]:
        """Names of options that a base class or wrapper of the project declares or reads."""
        return declared_by_project(self.project, self.settings, self.declaration.defined, self.declaration.maker)

    def option(self, name: str) -> Option:
        """An option of the task, wherever it comes from.

        Its origin is `Origin.UNKNOWN`, and `note` says why, when it is not written and something that was not read may set it: a
        base class, `**kwargs`, or settings (for options that follow a setting).
        """
        if option := self.task.options.get(name):
            return option
        return unknown(name, self.hidden) if self.hidden else Option(name, "None", None, True, Origin.DEFAULT)

    # The body

    def body(self) -> Iterator[ast.AST]:
        """Every node of the function's body in the order of the text, without functions and classes inside and without decorators."""
        if self.function is not None:
            yield from own_nodes(self.function)

    def calls_in_body(self) -> Iterator[ast.Call]:
        """Every call in the function's body, without functions inside."""
        return (node for node in self.body() if isinstance(node, ast.Call))

    def name_of(self, node: ast.expr) -> str:
        """The full name of what an expression leads to, where it is imported from outside of the scan: `requests.get`; else as written."""
        return min(self.project.outer_names(node, self.scope), default=dotted(node))

    def line(self, node: ast.AST) -> Evidence:
        """The line of a node of the task's own file."""
        return self.module.evidence(node)

    # Who sends it

    @cached_property
    def calls(self) -> list[Call]:
        """The calls that send this task or make a signature of it, in all files of the scan, in the order of path and line."""
        return self._uses.calls

    @property
    def handed_on(self) -> list[Reference]:
        """Where the task itself is given to something: who sends it there, and with what, is not in `calls`."""
        return self._uses.handed_on

    @property
    def _uses(self) -> Uses:
        return uses_of(self.found).get(self.declaration.defined.node, Uses())

    @property
    def sends(self) -> list[Call]:
        """Those of `calls` that send it at once: `delay`, `apply_async` and their variants."""
        return [call for call in self.calls if call.method in SENDING]


def own_nodes(function: Function | ast.Lambda) -> Iterator[ast.AST]:
    """The nodes of a function's body, without functions and classes inside."""
    waiting: list[ast.AST] = list(reversed(function.body)) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def dotted(node: ast.expr) -> str:
    """`a.b.c` as it is written; empty for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""
