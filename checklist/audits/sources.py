"""How much of the source is stored with an audit on request: whole files, as many as there is room for. The others are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checklist.scan.scanned import ScannedTask

MOST_SOURCE = 300_000  # characters that are stored of one audit's source


@dataclass(frozen=True)
class Kept:
    """What is stored: `files` maps paths to texts, `left_out` are the paths for which there is no room."""

    files: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    @property
    def most(self) -> str:
        """For how many characters there is room, to read."""
        return f"{MOST_SOURCE:,}"


def of_task(scanned: ScannedTask, source: Mapping[str, str]) -> Kept:
    """Of `source` (paths with texts) the files that the task and its evidence stand in, the task's first, as many as there is room for."""
    evidence = [one.path for said in scanned.suggestions for one in said.finding.evidence]
    files: dict[str, str] = {}
    left_out = []
    for path in dict.fromkeys([scanned.task.path, *evidence]):
        text = source.get(path, "")
        if sum(map(len, files.values())) + len(text) > MOST_SOURCE:
            left_out.append(path)
        elif text:
            files[path] = text
    return Kept(files, tuple(left_out))


def of_tasks(tasks: Iterable[ScannedTask], source: Mapping[str, str]) -> Kept:
    """What is stored with the audits of several tasks, each by itself."""
    kept = [of_task(each, source) for each in tasks]
    files = {path: text for each in kept for path, text in each.files.items()}
    return Kept(files, tuple(dict.fromkeys(path for each in kept for path in each.left_out)))


def stored(kept: Kept) -> dict[str, str]:
    """As one mapping of paths to texts: a file that is left out has an empty text, which no stored one has."""
    return {**kept.files, **dict.fromkeys(kept.left_out, "")}


def from_stored(files: Mapping[str, str]) -> Kept:
    """What `stored` gave, read back."""
    texts = {path: text for path, text in files.items() if text}
    return Kept(texts, tuple(path for path in files if path not in texts))
