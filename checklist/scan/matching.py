"""Which of the files that were given a diff changes: by their paths, and by their lines where the paths are those that a browser tells."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checklist.scan.changed_file import Change
from checklist.scan.patch import DiffError

Files = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Matched:
    """`changes` has the change of each file, by the file's path; `missing` why a change has no file, by the change's path.

    `absent` are those among the missing of which no file has the lines.
    """

    changes: Mapping[str, Change]
    missing: Mapping[str, str]
    absent: tuple[Change, ...] = ()


def match(changes: Sequence[Change], files: Files, *, is_placed: bool) -> Matched:
    """Compare the changes with files (paths with lines).

    A path may be longer or shorter at its front than in the diff; then the lines decide. Where the paths are not placed, they decide
    also for a file of any other name: pasted code has none, and of two files of one name a browser does not tell the folders. Raises
    `DiffError` when a file has other lines than the diff shows.
    """
    found = _by_path(changes, files)
    missing = {each.path: "it is not among the files" for each in _left(changes, found)}
    if not is_placed:
        rest = {path: lines for path, lines in files.items() if path not in found}
        by_lines, missing = _by_lines(_left(changes, found), rest)
        found |= by_lines
    for change in _left(changes, found):
        is_meant = change.path in files and (is_placed or change.path not in found)
        if is_meant and (line := change.misfit(files[change.path])):
            raise DiffError(f"the diff does not fit {change.path}: line {line} differs; make it of the file as it is")
    absent = [each for each in _left(changes, found) if not any(each.is_of(lines) for lines in files.values())]
    return Matched(found, missing, tuple(absent))


def _left(changes: Iterable[Change], found: Mapping[str, Change]) -> list[Change]:
    known = {id(each) for each in found.values()}
    return [change for change in changes if id(change) not in known]


def _by_path(changes: Sequence[Change], files: Files) -> dict[str, Change]:
    found = {each.path: each for each in changes if each.path in files and not each.misfit(files[each.path])}
    names = _by_name(files)
    for change in changes:
        if change.path in files:
            continue
        for path in names.get(_name(change.path), ()):
            if _is_end_of(path, change.path) and not change.misfit(files[path]):
                found.setdefault(path, change)
    return found


def _by_lines(changes: Iterable[Change], files: Files) -> tuple[dict[str, Change], dict[str, str]]:
    """The changes of which exactly one file has the lines, and no other change of the same file; and why not those of the others."""
    fitting = [(each, [path for path in files if each.is_of(files[path])]) for each in changes if each.is_python]
    wanted = Counter(paths[0] for _, paths in fitting if len(paths) == 1)
    found, missing = {}, {}
    for change, paths in fitting:
        if len(paths) == 1 and wanted[paths[0]] == 1:
            found[paths[0]] = change
        else:
            missing[change.path] = _why(change, paths)
    return found, missing


def _why(change: Change, paths: Sequence[str]) -> str:
    if not change.is_telling:
        return "shows no line by which it could be found among the files"
    if not paths:
        return "no file that was read has the lines that it shows"
    if len(paths) == 1:
        return f"the lines that it shows stand in {paths[0]}, and so do those of another file"
    return f"the lines that it shows stand in several files: {', '.join(paths[:5])}{', ...' * (len(paths) > 5)}"


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        names[_name(path)].append(path)
    return names


def _is_end_of(one: str, other: str) -> bool:
    return one.endswith(f"/{other}") or other.endswith(f"/{one}")
