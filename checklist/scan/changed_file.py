"""What a diff does to one file. Made by `diff.py`, compared with real files by `matching.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checklist.scan.whole import UNKNOWN_CHARACTER


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

    @property
    def is_python(self) -> bool:
        """Whether the file's name says that it is Python."""
        return self.path.endswith(".py")

    @property
    def is_whole(self) -> bool:
        """Whether the diff is known to show the file from its first line to its last."""
        return self.text is not None and not self.doubt

    def misfit(self, lines: Sequence[str]) -> int:
        """The number of the first line that the diff shows otherwise than the file has it, or 0. White space does not count."""
        for number, shown in self.shown.items():
            here = lines[number - 1] if number <= len(lines) else ""
            if shown.split() != here.split() and UNKNOWN_CHARACTER not in shown + here:
                return number
        return 0

    @property
    def is_telling(self) -> bool:
        """Whether the diff shows a line that says something: blank lines are in every file."""
        return any(line.strip() and UNKNOWN_CHARACTER not in line for line in self.shown.values())

    def is_of(self, lines: Sequence[str]) -> bool:
        """Whether these are the lines of the changed file, whatever theirs is called."""
        if self.misfit(lines) or not self.is_telling:
            return False
        return not self.is_whole or not any(line.strip() for line in lines[max(self.shown) :])

    def touches(self, first: int, last: int) -> bool:
        """Whether one of these lines is touched."""
        return any(first <= line <= last for line in self.lines)
