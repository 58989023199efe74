"""Reads the text of a unified diff into files and hunks, whatever wrote it: git (with or without `a/` and `b/`), `diff -u`, a mail."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_BLOBS = re.compile(r"index [0-9a-f]{4,64}\.\.([0-9a-f]{4,64})(?: \d+)?$")
_BINARY = re.compile(r"Binary files? (.+) (?:differ|has changed)$")  # git and `diff`, and Mercurial
_OPTIONS = re.compile(r"diff( -.* )\S+ \S+$")  # `diff -r` writes its options above each file
_CONTEXT = re.compile(r" (?:-[a-zA-Z]*U ?|'?--unified=)(\d{1,9})(?='? )")
_USUAL_CONTEXT = re.compile(r" (?:-[a-zA-Z]*u[a-zA-Z]*|--unified)(?= )")
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_PREFIXES = {"a/", "b/", "c/", "i/", "o/", "w/"}  # git's, see diff.mnemonicPrefix
_NOTHING = "/dev/null"


class DiffError(Exception):
    """The diff cannot be used; the message says why, and what would help."""


@dataclass(frozen=True)
class Hunk:
    """Lines that a diff shows together, each beginning with " ", "-" or "+". `start` is the number of the first one in the new file.

    `has_no_newline` says that the new file ends here without one, `is_end` that the old one or the new one does.
    """

    start: int
    lines: tuple[str, ...]
    has_no_newline: bool = False
    is_end: bool = False

    def new_lines(self) -> Iterator[tuple[int, str]]:
        """The lines of the new file with their numbers."""
        kept = (line[1:] for line in self.lines if not line.startswith("-"))
        return enumerate(kept, self.start)

    def touched(self) -> Iterator[int]:
        """The numbers of added lines, and of the lines around those that were taken away."""
        number = self.start
        for line in self.lines:
            if line.startswith("-"):
                yield from (number - 1, number)
            else:
                if line.startswith("+"):
                    yield number
                number += 1

    def new_text(self) -> str:
        """The lines of the new file as text."""
        text = "\n".join(line for _, line in self.new_lines())
        return text + "\n" if text and not self.has_no_newline else text

    def above(self) -> int:
        """How many lines of context stand above the first change."""
        return next((count for count, line in enumerate(self.lines) if line[0] != " "), len(self.lines))

    def below(self) -> int:
        """How many lines of context stand below the last change."""
        return next((count for count, line in enumerate(reversed(self.lines)) if line[0] != " "), len(self.lines))

    def between(self) -> list[int]:
        """How many lines of context stand between each two changes."""
        marks = "".join(" " if line[0] == " " else "x" for line in self.lines)
        return [len(run) for run in marks.strip().split("x") if run]


@dataclass
class Patch:
    """What a diff says of one file.

    `blob` is the beginning of git's name for the new text, and `context` the number of lines of context that was asked for; "" and `None`
    where the diff does not tell them. `is_binary` says that it shows no lines of a file that it changes.
    """

    old: str
    path: str
    blob: str = ""
    context: int | None = None
    is_binary: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the file was not there before."""
        return self.old == _NOTHING

    @property
    def is_deleted(self) -> bool:
        """Whether the file is gone afterwards."""
        return self.path == _NOTHING


def decode(content: bytes) -> str:
    """The text of a diff's file. PowerShell's `>` writes UTF-16, with a mark at its beginning or without one."""
    start = content[:2]
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return content.decode("utf-16", "replace")
    if start.count(0) == 1:  # half of each letter of "diff" or "--- "
        return content.decode("utf-16-be" if start[0] == 0 else "utf-16-le", "replace")
    return content.decode("utf-8-sig", "replace")


def read(text: str) -> list[Patch]:
    """The files of a diff. Raises `DiffError`."""
    text = text.removeprefix("\ufeff")
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    found = list(_Reader(lines).patches())
    if not found and not any(line.startswith("diff ") for line in lines):
        raise DiffError("this is not a unified diff: no file begins with lines `--- old` and `+++ new`")
    return found


@dataclass
class _Reader:
    lines: list[str]
    at: int = 0
    header: str = ""
    blob: str = ""
    renamed: str = ""
    is_deleted: bool = False
    context: int | None = None

    def patches(self) -> Iterator[Patch]:
        current: Patch | None = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
            self.at += 1
            if line.startswith("--- ") and following.startswith("+++ "):
                self.at += 1
                current = self._patch(line[4:], following[4:])
                yield current
            elif binary := self._binary(line):
                yield binary
            elif line.startswith("@@@"):
                raise DiffError("this is the combined diff of a merge; make one against one parent with `git diff`")
            elif (found := _HUNK.match(line)) and current:
                current.hunks.append(self._hunk(found))
            elif not line.startswith(" "):
                self._told(line)

    def _told(self, line: str) -> None:
        if line.startswith("diff --git "):
            self.header, self.blob, self.renamed = line.removeprefix("diff --git "), "", ""
            self.context, self.is_deleted = None, False
        elif line.startswith("deleted file mode "):
            self.is_deleted = True
        elif found := _OPTIONS.match(line):
            self.context = _context(found[1])
        elif line.startswith(("rename to ", "copy to ")):
            self.renamed = _unquoted(line.partition(" to ")[2])
        elif found := _BLOBS.match(line):
            self.blob = found[1] if found[1].strip("0") else ""

    def _binary(self, line: str) -> Patch | None:
        if line == "GIT binary patch" and self.header:
            half = len(self.header) // 2  # both paths are as long; one that was renamed is told besides
            old, new = self.header[:half], self.header[half + 1 :]
        elif found := _BINARY.match(line):
            old, new = _both(found[1])
        else:
            return None
        patch = self._patch(old, _NOTHING if self.is_deleted else new)
        patch.is_binary = True
        return patch

    def _patch(self, old: str, new: str) -> Patch:
        old, new = _path(old), _path(new)
        path = self.renamed or _without_prefix(old, new, self.header)
        found = Patch(old, path, self.blob, self.context)
        self.header, self.blob, self.renamed, self.context = "", "", "", None
        return found

    def _hunk(self, found: re.Match[str]) -> Hunk:
        old, new = (int(found[group] or 1) if found[group] != "0" else 0 for group in (2, 4))
        lines: list[str] = []
        has_no_newline = is_end = False
        first = self.at
        while old > 0 or new > 0 or self._says_no_newline():
            if self.at >= len(self.lines):
                raise DiffError(f"the diff ends in the middle of the hunk of line {first}; was it copied whole?")
            line = self.lines[self.at] or " "
            self.at += 1
            if line.startswith("\\"):
                is_end = True
                has_no_newline = has_no_newline or not lines[-1:] or lines[-1][0] != "-"
                continue
            if line[0] not in " -+":
                raise DiffError(f"line {self.at} of the diff stands in a hunk and begins with none of ` `, `-`, `+`")
            old -= line[0] != "+"
            new -= line[0] != "-"
            lines.append(line)
        start = int(found[3]) + (found[4] == "0")  # a hunk without new lines tells the line before it
        return Hunk(start, tuple(lines), has_no_newline, is_end)

    def _says_no_newline(self) -> bool:
        return self.at < len(self.lines) and self.lines[self.at].startswith("\\ ")


def _both(names: str) -> tuple[str, str]:
    """The paths of `OLD and NEW`, also where one has an "and" in it: as a rule the file has one name. Mercurial tells one path."""
    words = names.split(" and ")
    splits = [(" and ".join(words[:at]), " and ".join(words[at:])) for at in range(1, min(len(words), 50))]
    likely = (each for each in splits if _NOTHING in each or _name(each[0]) == _name(each[1]))
    return next(likely, splits[0] if splits else (names, names))


def _name(written: str) -> str:
    return _unquoted(written).rpartition("/")[2]


def _context(options: str) -> int | None:
    """How many lines of context `diff` was asked for: the most that one of its options says."""
    asked = [int(number) for number in _CONTEXT.findall(options)]
    return max([*asked, *(3 for _ in _USUAL_CONTEXT.findall(options))], default=None)


def _path(written: str) -> str:
    """The path of a line `--- path` or `+++ path`, without the time that `diff -u` writes after it."""
    return _unquoted(written if written.startswith('"') else written.partition("\t")[0])


def _unquoted(written: str) -> str:
    """A path as git quotes it: `"caf\\303\\251.py"` is `café.py`."""
    written = written.rstrip()
    if len(written) < 2 or not (written.startswith('"') and '"' in written[1:]):
        return written
    content = written[1 : written.rindex('"')].encode("utf-8", "surrogatepass")
    return _ESCAPE.sub(_meant, content).decode("utf-8", "replace")


def _meant(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    return bytes([int(escaped, 8) & 255]) if escaped.isdigit() else _ESCAPED.get(escaped, escaped)


def _without_prefix(old: str, new: str, header: str) -> str:
    """The new path without git's `b/`. Where no prefixes are written, both sides begin alike; a folder may be called `b`, too."""
    if new[:2] not in _PREFIXES:
        return new
    other = (header.lstrip('"') if header else "a/") if old == _NOTHING else old
    return new[2:] if other[:2] in _PREFIXES and other[:2] != new[:2] else new
