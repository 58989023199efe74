"""Finds the tasks in source text: `find(files)`. Nothing that is read is imported or run."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from checklist.scan import source
from checklist.scan.declarations import Made, Notes
from checklist.scan.effort import TooMuchError, limit
from checklist.scan.found import Possible, Task, Unread
from checklist.scan.maker import Maker
from checklist.scan.names import Function
from checklist.scan.options import options_of
from checklist.scan.progress import Progress, nobody
from checklist.scan.project import Project
from checklist.scan.settings import Settings
from checklist.scan.source import Module, UnreadableError
from checklist.scan.targets import Defined


@dataclass(frozen=True, eq=False)
class Declaration:
    """What the finder knows of a task beyond what `Task` tells: the definition itself and how it became a task.

    `hidden` says why an option that is not written may be set all the same; it is empty when all was read.
    """

    task: Task
    defined: Defined
    maker: Maker
    hidden: str = ""

    @property
    def function(self) -> Function | None:
        """The function that does the work: the task itself, or the method `run` of a task that is a class."""
        node = self.defined.node
        if not isinstance(node, ast.ClassDef):
            return node
        return next(
            (
                each
                for each in node.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == "run"
            ),
            None,
        )


@dataclass(frozen=True, eq=False)
class Found:
    """What a scan found. `declarations` are the tasks with their syntax trees, `project` and `settings` what rules read besides."""

    declarations: tuple[Declaration, ...]
    possible: tuple[Possible, ...]
    unread: tuple[Unread, ...]
    project: Project
    settings: Settings

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks, in the order of path and line."""
        return tuple(declaration.task for declaration in self.declarations)


def find(files: Mapping[str, str | bytes | Unread], progress: Progress = nobody) -> Found:
    """Read `files` (their POSIX paths with text or bytes, or why there is none) and find the tasks in them.

    A file that cannot be read is told of in `unread`; the others are scanned without it.
    """
    with _no_collecting():
        return _find(files, progress)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Syntax trees are many objects that all stay: looking through them for garbage takes as long as reading the files."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _find(files: Mapping[str, str | bytes | Unread], progress: Progress) -> Found:
    modules, unread = _read(files, progress)
    project = Project(modules)
    notes = Notes(project)
    for number, module in enumerate(modules):
        progress("finding tasks in files", number, len(modules))
        with _bounded(module.path, unread):
            notes.look_at(module)
    notes.finish()
    progress("finding settings", 0, 0)
    settings = Settings(project)
    declarations = []
    for path, made in groupby(notes.made.values(), lambda each: each.defined.module.path):
        with _bounded(path, unread):
            declarations += [_declaration(project, settings, each) for each in made]
    declarations.sort(key=lambda each: (each.task.path, each.task.line, each.task.name))
    return Found(tuple(declarations), tuple(notes.possible.values()), tuple(unread), project, settings)


def _read(files: Mapping[str, str | bytes | Unread], progress: Progress) -> tuple[list[Module], list[Unread]]:
    modules, unread = [], []
    for number, (path, content) in enumerate(files.items()):
        progress("reading files", number, len(files))
        if isinstance(content, Unread):
            unread.append(content)
            continue
        try:
            modules.append(source.parse(path, content if isinstance(content, str) else source.decode(content)))
        except UnreadableError as error:
            unread.append(Unread(path, str(error)))
    return modules, unread


@contextmanager
def _bounded(path: str, unread: list[Unread]) -> Iterator[None]:
    """Give up on a file that leads to too much, or too deep, and say so; what was found in it before stays."""
    try:
        with limit():
            yield
    except TooMuchError as error:
        unread.append(Unread(path, str(error)))
    except RecursionError:
        unread.append(Unread(path, "it is nested too deeply to be followed"))
    except MemoryError:
        unread.append(Unread(path, "it leads to more than the memory holds"))


def _declaration(project: Project, settings: Settings, made: Made) -> Declaration:
    defined = made.defined
    options, hidden = options_of(project, settings, defined, made.maker)
    task = Task(defined.name, defined.module.path, defined.node.lineno, made.maker.form, options)
    return Declaration(task, defined, made.maker, hidden)
