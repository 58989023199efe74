"""A whole scan: find the tasks, see which of them a diff touches, ask the rules about each. Called by the command line and by the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from checklist.scan import diff as diffs
from checklist.scan import finder
from checklist.scan.diff import Change, Diff
from checklist.scan.effort import limit
from checklist.scan.finder import Declaration, Found
from checklist.scan.found import Unread
from checklist.scan.matching import Matched
from checklist.scan.progress import Progress, nobody
from checklist.scan.rules import suggestions
from checklist.scan.scanned import Scanned, ScannedTask
from checklist.scan.subject import Subject
from checklist.scan.uses import uses_of

Files = Mapping[str, str | bytes | Unread]


def scan(files: Files, items: Mapping[str, str], diff: str | Diff = "", *, progress: Progress = nobody) -> Scanned:
    """Scan `files` (POSIX paths with text, bytes, or why there is neither) for the tasks and for what the rules say of each.

    `items` maps the slug of each item to the name of its rule. With a `diff`, each task says whether that touches it, and the files
    that it holds whole are scanned, too; without other files it must hold all of its own. Raises `DiffError`.
    """
    read = diffs.read(diff) if isinstance(diff, str) and diff.strip() else diff
    changes = read if isinstance(read, Diff) else None
    unproven = changes.unproven() if changes and not files else ()
    if not files and changes:
        files = changes.texts()
    found, matched = _found(files, changes, progress)
    if changes and matched and (beside := changes.texts_beside(matched, files)):
        files = {**files, **beside}
        found, matched = _found(files, changes, progress)
    tasks = _tasks(found, items, matched.changes if matched else None, progress)
    unread, changed = found.unread + unproven, None
    if changes and matched:
        unread += changes.hidden(files) + _not_given(matched, files)
        changed = tuple(sorted(changes.paths | set(matched.changes)))
    return Scanned(tasks, found.possible, unread, _sources(found, tasks), changed)


def _found(files: Files, changes: Diff | None, progress: Progress) -> tuple[Found, Matched | None]:
    """What is in the files, and which of them the diff changes."""
    found = finder.find(files, progress)
    lines = {path: module.lines for path, module in found.project.modules.items()}
    return found, changes.match(lines) if changes else None


def _tasks(
    found: Found,
    items: Mapping[str, str],
    touched: Mapping[str, Change] | None,
    progress: Progress,
) -> tuple[ScannedTask, ...]:
    tasks: list[ScannedTask] = []
    progress("finding calls", 0, 0)
    uses_of(found)  # once, before work is counted file by file
    for path, declarations in groupby(found.declarations, lambda each: each.task.path):
        change = touched.get(path) if touched is not None else None
        with limit():
            for declaration in declarations:
                progress("asking the rules about tasks", len(tasks), len(found.declarations))
                first, last = lines_of(declaration)
                is_touched = touched is None or bool(change and change.touches(first, last))
                asked = suggestions(Subject(declaration, found), items)
                tasks.append(ScannedTask(declaration.task, tuple(asked), is_touched, first, last))
    return tuple(tasks)


def lines_of(declaration: Declaration) -> tuple[int, int]:
    """The first line of a task's definition, its decorators included, and the last one."""
    node = declaration.defined.node
    return min([node.lineno, *(each.lineno for each in node.decorator_list)]), node.end_lineno or node.lineno


def _not_given(matched: Matched, files: Files) -> tuple[Unread, ...]:
    """The Python files that the diff changes and that are not among those scanned, whatever they are called there."""
    return tuple(
        Unread(path, f"the diff changes it, and {why}")
        for path, why in matched.missing.items()
        if path.endswith(".py") and path not in files
    )


def _sources(found: Found, tasks: tuple[ScannedTask, ...]) -> dict[str, str]:
    paths = {each.task.path for each in tasks}
    paths |= {place.path for each in tasks for suggestion in each.suggestions for place in suggestion.finding.evidence}
    modules = found.project.modules
    return {path: modules[path].text for path in sorted(paths) if path in modules}
