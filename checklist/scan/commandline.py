"""What `python -m checklist.scan` and `manage.py scan` have in common: their arguments, and the way from these to a result."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from checklist.scan import celery_audit, guide, memory, patch, progress, reading, scanning
from checklist.scan import diff as diffs
from checklist.scan.celery_audit import ImportedError
from checklist.scan.diff import Diff, DiffError
from checklist.scan.formats import FORMATS
from checklist.scan.guide import SEVERITIES, ChecklistError
from checklist.scan.reading import PathError
from checklist.scan.result import Result
from checklist.scan.scanned import Scanned, ScannedTask


class UsageError(Exception):
    """The command cannot be carried out as it was written; the message says why."""


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments of both commands."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files, and folders with .py files")
    parser.add_argument(
        "--diff", metavar="FILE", help="only tasks that this unified diff touches; - reads standard input"
    )
    parser.add_argument(
        "--task", metavar="NAME", help="only the task of this name: charge, Billing.charge, or shop/tasks.py:charge"
    )
    parser.add_argument(
        "--checklist",
        default="celery-tasks",
        metavar="SLUG",
        help="a checklist in content/ or CONTENT_DIRS, or a .yaml file",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to write it (default: text)")
    parser.add_argument(
        "--fail-on", choices=SEVERITIES, help="exit with 1 when a fail of this severity or above is suggested"
    )
    parser.add_argument("--import-celery-audit", metavar="FILE", help="add what celery-audit --format json found")
    parser.add_argument("--output", metavar="FILE", help="write there instead of on standard output")


def run(options: Namespace, folders: Sequence[Path]) -> Result:
    """Scan as the arguments say; `folders` are those of the checklists. Raises `UsageError`."""
    try:
        with memory.bounded():
            return _result(options, folders)
    except (ChecklistError, PathError, DiffError, ImportedError) as error:
        raise UsageError(str(error)) from None
    except MemoryError:
        raise UsageError("the scan needs more memory than it may have; name fewer files or folders") from None


def _result(options: Namespace, folders: Sequence[Path]) -> Result:
    used = guide.read(options.checklist, folders)
    for problem in used.warnings:
        print(f"warning: {problem}", file=sys.stderr)  # noqa: T201
    files = reading.read(options.paths)
    diff = files.placed(diffs.read(text)) if (text := _diff(options.diff)).strip() else Diff()
    with progress.shown() as told:
        scanned = scanning.scan(files, used.rules, diff if options.diff else "", progress=told)
    tasks, notes = _chosen(options.task, scanned), tuple[str, ...]()
    if options.import_celery_audit:
        imported = celery_audit.add(_text(options.import_celery_audit), tasks, used, scanned.sources)
        tasks, notes = imported.tasks, imported.notes
    return Result(
        used,
        tasks,
        len(scanned.tasks),
        scanned.possible,
        scanned.unread,
        tuple(files.skipped),
        notes,
        len(files),
        scanned.changed,
    )


def _diff(name: str | None) -> str:
    return _text(name) if name else ""


def _text(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    return patch.decode(raw)


def _chosen(name: str | None, scanned: Scanned) -> tuple[ScannedTask, ...]:
    touched = tuple(each for each in scanned.tasks if each.is_touched)
    if name is None:
        return touched
    named = [each for each in scanned.tasks if name in each.task.names]
    if not named:
        there = _names(scanned.tasks)
        raise UsageError(
            f"there is no task {name}; there are {there}" if there else f"there is no task {name}, nor any other"
        )
    if not (found := tuple(each for each in named if each.is_touched)):
        raise UsageError(f"the diff does not touch the task {name}; it touches {_names(touched) or 'none'}")
    return found


def _names(tasks: Iterable[ScannedTask]) -> str:
    names = sorted({each.task.name for each in tasks})
    return ", ".join(names[:50]) + (f" and {len(names) - 50} more" if len(names) > 50 else "")


def written(result: Result, options: Namespace) -> str:
    """The result in the form that was asked for; empty when it went to a file. Raises `UsageError`."""
    text = FORMATS[options.format](result)
    if not options.output:
        return text
    try:
        Path(options.output).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{options.output} cannot be written: {error.strerror}") from None
    return ""


def exit_code(result: Result, options: Namespace) -> int:
    """1 when a fail is suggested that `--fail-on` asks for, else 0."""
    return int(bool(options.fail_on) and result.fails(options.fail_on))
