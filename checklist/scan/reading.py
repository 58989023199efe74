"""The Python files below the paths that somebody names on the command line. Nothing is left out without being told of."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from checklist.scan.diff import Diff
from checklist.scan.found import Unread
from checklist.scan.source import LARGEST

NEVER_SOURCE = {".git", ".tox", "__pycache__", "node_modules"}


class PathError(Exception):
    """A path that was named cannot be scanned; the message says which one, and why."""


@dataclass(eq=False)
class Reading(Mapping[str, "bytes | Unread"]):
    """The files by their path in results, read when they are asked for. `skipped` are the folders that hold no source.

    With one PATH the paths in results are relative to it, or the name of the file itself. With several, each begins with its PATH in its
    shortest form (`./cafe/` is `cafe`), so that the same name below two of them stays two files.
    """

    files: dict[str, Path | Unread] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def __getitem__(self, path: str) -> bytes | Unread:
        found = self.files[path]
        return found if isinstance(found, Unread) else _content(path, found)

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def placed(self, diff: Diff) -> Diff:
        """The diff with the paths that its files have here; what it changes outside of the paths that were named is left out."""
        names = {os.path.realpath(file): path for path, file in self.files.items() if isinstance(file, Path)}
        roots = _roots(names)
        changes = [(change, _placed(change.path, roots, names)) for change in diff.changes]
        binary = [_placed(path, roots, names) for path in diff.binary]
        return Diff(
            tuple(replace(change, path=path) for change, path in changes if path),
            tuple(path for path in binary if path),
            is_placed=True,
        )


def _placed(path: str, roots: Iterable[str], names: Mapping[str, str]) -> str:
    """The path that a file of a diff has here: its own where there is no such file, "" for one outside of what is scanned."""
    places = [os.path.realpath(Path(root, path)) for root in roots]
    known = next((names[place] for place in places if place in names), "")
    return known or ("" if any(Path(place).exists() for place in places) else path)


def read(paths: Sequence[str]) -> Reading:
    """The files of these paths. Raises `PathError` for one that is not there."""
    found = Reading()
    seen: set[str] = set()
    for path in paths:
        if not Path(path).exists():
            raise PathError(f"there is no file or folder {_shown(path)}")
        prefix = "" if len(paths) == 1 else Path(os.path.normpath(path)).as_posix().rstrip("/")
        if Path(path).is_dir():
            _Walk(found, seen, os.path.realpath(path)).folder(Path(path), prefix)
        else:
            _file(found, Path(path), prefix or Path(path).name, seen)
    return found


@dataclass(frozen=True)
class _Walk:
    found: Reading
    seen: set[str]
    root: str

    def folder(self, folder: Path, prefix: str) -> None:
        """Everything below a folder, in the order of names; without recursion of ours, however deep it is."""
        waiting = [(folder, prefix)]
        while waiting:
            folder, prefix = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                self._unread(prefix or ".", f"the folder cannot be read: {error.strerror}")
                continue
            within = []
            for entry in entries:
                path = f"{prefix}/{entry.name}" if prefix else entry.name
                if self._is_left_out(entry, path):
                    continue
                if entry.is_dir():
                    within.append((Path(entry.path), path))
                elif entry.name.endswith(".py"):
                    _file(self.found, Path(entry.path), path, self.seen)
            waiting += reversed(within)

    def _is_left_out(self, entry: os.DirEntry[str], path: str) -> bool:
        is_python = entry.name.endswith(".py")
        if entry.is_symlink():
            real = os.path.realpath(entry.path)
            if not os.path.exists(real) or real == entry.path:  # noqa: PTH110 - `Path.exists` raises on loops
                if is_python:
                    self._unread(path, "a link that leads nowhere")
                return True
            if os.path.commonpath([real, self.root]) != self.root:
                if is_python or entry.is_dir():
                    self._unread(path, "a link that leads out of what is scanned; name its target to scan it")
                return True
            if entry.is_dir():
                self._unread(path, "a link to a folder that is scanned where it stands")
                return True
        if entry.is_dir() and _is_never_source(entry):
            self.found.skipped.append(_shown(path))
            return True
        return False

    def _unread(self, path: str, reason: str) -> None:
        path = _shown(path)
        self.found.files[path] = Unread(path, reason)


def _is_never_source(entry: os.DirEntry[str]) -> bool:
    return entry.name in NEVER_SOURCE or Path(entry.path, "pyvenv.cfg").is_file()


def _file(found: Reading, file: Path, path: str, seen: set[str]) -> None:
    shown = _shown(path)
    real = os.path.realpath(file)
    if shown != path:
        found.files[shown] = Unread(shown, "its name is not UTF-8")
    elif real not in seen:
        seen.add(real)
        found.files[path] = file
    elif path not in found.files:
        found.files[path] = Unread(path, "the same file is scanned under another path")


def _content(path: str, file: Path) -> bytes | Unread:
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return Unread(path, "is not a plain file")
        if status.st_size > LARGEST:
            return Unread(path, f"has {status.st_size:,} bytes; at most {LARGEST:,} are read")
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        return Unread(path, f"cannot be read: {error.strerror}")


def _shown(path: str) -> str:
    """A path that any output can encode."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _roots(files: Mapping[str, str]) -> list[str]:
    """Where the paths of a diff may begin: the repositories of the files, or the current folder."""
    roots = dict.fromkeys(
        str(up) for folder in {file.rpartition("/")[0] for file in files} for up in _repository(folder or "/")
    )
    return [*roots, str(Path.cwd())]


def _repository(folder: str) -> list[Path]:
    return [up for up in (Path(folder), *Path(folder).parents) if (up / ".git").exists()][:1]
