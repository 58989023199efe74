"""Unified diffs, as git or `diff -u` writes them: which lines of which new files they touch, and the new text where a diff holds it whole.

The steps: `patch.py` reads the text, here it is decided what it means for files. Nothing that a diff names is opened.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from checklist.scan import matching, patch, whole
from checklist.scan.changed_file import Change
from checklist.scan.found import Unread
from checklist.scan.matching import Matched
from checklist.scan.patch import DiffError, Patch

HOW_TO = "make one that holds the whole files with `git diff -U100000`, or give the files, too"
HOW_TO_SHOW = "make one that shows them with `git diff --text`"

__all__ = ["HOW_TO", "Change", "Diff", "DiffError", "read"]


@dataclass(frozen=True)
class Diff:
    """The changes of a diff. Files that it takes away are not among them.

    `binary` are the paths of files of which it shows no lines. `is_placed` says that the paths are those that the files have for us: then no other file is taken for one of them.
    """

    changes: tuple[Change, ...] = ()
    binary: tuple[str, ...] = ()
    is_placed: bool = False

    def texts(self) -> dict[str, str]:
        """The new text of every Python file that the diff changes. Raises `DiffError` when it does not hold one of them whole."""
        ours = [change for change in self.changes if change.is_python]
        for path in () if ours else self.binary:
            if path.endswith(".py"):
                raise DiffError(f"the diff shows no lines of {path}, as if it were binary; {HOW_TO_SHOW}")
        if not ours:
            raise DiffError("the diff changes no Python file")
        for change in ours:
            if change.text is None:
                raise DiffError(f"the diff does not hold the whole of {change.path}{change.doubt}; {HOW_TO}")
        return {change.path: change.text for change in ours if change.text is not None}

    def texts_beside(self, matched: Matched, files: Container[str]) -> dict[str, str]:
        """The new text of the Python files that it holds whole and that are not among `files`, where these are not all there are."""
        if self.is_placed:
            return {}
        ours = [each for each in matched.absent if each.is_python and each.is_whole and each.path not in files]
        return {each.path: each.text for each in ours if each.text is not None}

    def unproven(self) -> tuple[Unread, ...]:
        """What may be missing below these texts."""
        return tuple(
            Unread(
                change.path,
                f"what stands below line {max(change.shown, default=0)} of it, if anything does: the diff holds no more, and {change.doubt};"
                " `git diff -U100000` makes one that proves it",
            )
            for change in self.changes
            if change.is_python and change.text is not None and change.doubt
        )

    def hidden(self, files: Container[str]) -> tuple[Unread, ...]:
        """The files of which it shows no lines, where they are Python or among those that are scanned."""
        return tuple(
            Unread(path, f"the diff changes it and shows no lines of it, as if it were binary; {HOW_TO_SHOW}")
            for path in self.binary
            if path.endswith(".py") or path in files
        )

    @property
    def paths(self) -> set[str]:
        """All files that it changes, as it calls them."""
        return {change.path for change in self.changes} | set(self.binary)

    def match(self, files: Mapping[str, Sequence[str]]) -> Matched:
        """Which change is that of which file (paths with lines), and why others are of none. Raises `DiffError`."""
        return matching.match(self.changes, files, is_placed=self.is_placed)

    def of(self, files: Mapping[str, Sequence[str]]) -> dict[str, Change]:
        """The change of each of these files, for those that it changes. Raises `DiffError`."""
        return dict(self.match(files).changes)


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
    binary = dict.fromkeys(each.path for each in patches if each.is_binary and not each.is_deleted)
    return Diff(tuple(changes.values()), tuple(binary))


def _change(found: Patch, context: int) -> Change:
    shown = {number: line for hunk in found.hunks for number, line in hunk.new_lines()}
    touched = frozenset(line for hunk in found.hunks for line in hunk.touched() if line > 0)
    held = whole.content(found, context)
    return Change(found.path, touched, shown, held.text, held.doubt)
