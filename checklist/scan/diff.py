"""Unified diffs, as git or `diff -u` writes them: which lines of which new files they touch, and the new text where a diff holds it whole.

The steps: `patch.py` reads the text, here it is decided what it means for files. Nothing that a diff names is opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checklist.scan import patch, whole
from checklist.scan.found import Unread
from checklist.scan.patch import DiffError, Patch

HOW_TO = "make one that holds the whole files with `git diff -U100000`, or give the files, too"

__all__ = ["HOW_TO", "Change", "Diff", "DiffError", "read"]


@dataclass(frozen=True)
class Change:
    """What a diff does to one file that is there afterwards.

    `path` is the new path, `lines` are the lines of the new file that it touches, `shown` all of its lines that the diff shows, and
    `text` is the new file where the diff holds the whole of it; `doubt` says what speaks against that, see `whole.Content`.
    """

    path: str
    lines: frozenset[int]
    shown: Mapping[int, str]
    text: str | None
    doubt: str = ""

    def misfit(self, lines: Sequence[str]) -> int:
        """The number of the first line that the diff shows otherwise than the file has it, or 0. White space does not count."""
        for number, shown in self.shown.items():
            here = lines[number - 1] if number <= len(lines) else ""
            if shown.split() != here.split() and "\N{REPLACEMENT CHARACTER}" not in shown + here:
                return number
        return 0

    def touches(self, first: int, last: int) -> bool:
        """Whether one of these lines is touched."""
        return any(first <= line <= last for line in self.lines)


@dataclass(frozen=True)
class Diff:
    """The changes of a diff. Files that it takes away are not among them."""

    changes: tuple[Change, ...] = ()

    def texts(self) -> dict[str, str]:
        """The new text of every Python file that the diff changes. Raises `DiffError` when it does not hold one of them whole."""
        ours = [change for change in self.changes if change.path.endswith(".py")]
        if not ours:
            raise DiffError("the diff changes no Python file")
        for change in ours:
            if change.text is None:
                raise DiffError(f"the diff does not hold the whole of {change.path}{change.doubt}; {HOW_TO}")
        return {change.path: change.text for change in ours if change.text is not None}

    def unproven(self) -> tuple[Unread, ...]:
        """What may be missing below these texts."""
        return tuple(
            Unread(
                change.path,
                f"what stands below line {max(change.shown, default=0)} of it, if anything does: the diff holds no more, and {change.doubt};"
                " `git diff -U100000` makes one that proves it",
            )
            for change in self.changes
            if change.path.endswith(".py") and change.text is not None and change.doubt
        )

    def of(self, files: Mapping[str, Sequence[str]]) -> dict[str, Change]:
        """The change of each of these files (paths with lines), for those that it changes.

        A path may be longer or shorter at its front than in the diff; then the lines decide. Raises `DiffError` when a file has
        other lines than the diff shows.
        """
        found: dict[str, Change] = {}
        names = _by_name(files)
        for change in self.changes:
            if change.path in files:
                if line := change.misfit(files[change.path]):
                    raise DiffError(
                        f"the diff does not fit {change.path}: line {line} differs; make it of the file as it is"
                    )
                found[change.path] = change
                continue
            for path in names.get(_name(change.path), ()):
                if _is_end_of(path, change.path) and not change.misfit(files[path]):
                    found.setdefault(path, change)
        return found


def read(text: str) -> Diff:
    """Read a diff. Raises `DiffError`, whose message says what is wrong and, where it helps, how to make one that works."""
    patches = patch.read(text)
    changes: dict[str, Change] = {}
    for each, context in zip(patches, whole.contexts(patches), strict=True):
        if each.is_deleted or not each.hunks:
            continue
        if each.path in changes:
            raise DiffError(f"the diff changes {each.path} twice; give it as one diff from the old to the new state")
        changes[each.path] = _change(each, context)
    return Diff(tuple(changes.values()))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        names[_name(path)].append(path)
    return names


def _is_end_of(one: str, other: str) -> bool:
    return one.endswith(f"/{other}") or other.endswith(f"/{one}")


def _change(found: Patch, context: int) -> Change:
    shown = {number: line for hunk in found.hunks for number, line in hunk.new_lines()}
    touched = frozenset(line for hunk in found.hunks for line in hunk.touched() if line > 0)
    held = whole.content(found, context)
    return Change(found.path, touched, shown, held.text, held.doubt)
