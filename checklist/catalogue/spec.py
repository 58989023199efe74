"""YAML files -> frozen dataclasses, or every problem of every file in one run. Knows no Django.

Called by `load_checklists`. The steps: `yamltext.py` (bytes -> data with lines), `shape.py` (each value against the
table of keys in `fields.py`), `rules.py` (values against each other); here are the files and the dataclasses.
"""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from checklist.catalogue import rules
from checklist.catalogue.content import (
    ChecklistContent,
    Example,
    ItemContent,
    ItemTexts,
    Question,
    SectionContent,
    Source,
)
from checklist.catalogue.fields import CHECKLIST, SLUG_PATTERN
from checklist.catalogue.problems import Problem, in_words, nearest, shown
from checklist.catalogue.shape import Reader
from checklist.catalogue.yamltext import Document, parse

LARGEST_FILE = 1_000_000  # bytes

TEXT_KEYS = {field.name for field in dataclasses.fields(ItemTexts)}


def read_directories(directories: Sequence[Path]) -> tuple[list[ChecklistContent], list[Problem]]:
    """Read all checklists that lie directly in the directories; sub-directories and other files are not looked at."""
    contents: list[ChecklistContent] = []
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for directory in directories:
        paths, faults = _yaml_files(directory)
        problems += faults
        for path in paths:
            first = seen.setdefault(path.stem, path)
            if first != path:
                problems.append(_problem(path, f"checklist {shown(path.stem)} is also in {_name(first)}"))
            content, faults = read_file(path)
            problems += faults
            contents += [content] if content else []
    return contents, problems


def read_file(path: Path) -> tuple[ChecklistContent | None, list[Problem]]:
    """Read one checklist: its content, or nothing and all problems of the file."""
    fault = _name_fault(path)
    if fault:
        return None, [_problem(path, fault)]
    try:
        raw = _bytes_of(path)
    except OSError as error:
        return None, [_problem(path, f"cannot be read: {error.strerror}")]
    except _UnfitFileError as error:
        return None, [_problem(path, str(error))]
    return read_bytes(raw, path)


def read_bytes(raw: bytes, path: Path) -> tuple[ChecklistContent | None, list[Problem]]:
    """Read the bytes of the file at `path`; that gives the slug and stands in problems, the file need not exist."""
    document = parse(raw)
    data = Reader(document).read(CHECKLIST, document.data, ())
    if data is not None:
        _slug_is_file_name(data, path, document)
        rules.check(data, document)
    if data is None or document.findings:
        return None, _problems(document, path)
    return _checklist(data), []


def unknown_rules(path: Path, content: ChecklistContent, known: Set[str]) -> list[Problem]:
    """What to warn of in the file that `content` was read from: each `detect` that names no rule of `known`.

    That is no fault of the file, as other programs may know the rule; but a name that is misspelt would never suggest anything.
    """
    if known >= set(content.rules.values()):
        return []
    document = parse(_bytes_of(path))  # for the lines, which the content does not hold
    return [
        Problem(_name(path), document.line(place), in_words(place, document.data), _no_rule(item.detect, known))
        for number, section in enumerate(content.sections)
        for position, item in enumerate(section.items)
        if item.detect and item.detect not in known
        for place in [("sections", number, "items", position, "detect")]
    ]


def _no_rule(name: str, known: Set[str]) -> str:
    return f"no rule {shown(name)}{nearest(name, known)}"


class _UnfitFileError(Exception):
    """The file is not one that we open; the argument says why."""


def _yaml_files(directory: Path) -> tuple[list[Path], list[Problem]]:
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        return [], [_problem(directory, f"the directory cannot be read: {error.strerror}")]
    named = [path for path in paths if path.name.lower().endswith((".yaml", ".yml"))]
    return [path for path in named if path.is_symlink() or not path.is_dir()], []


def _name_fault(path: Path) -> str:
    if path.suffix != ".yaml":
        return f"the name of a checklist ends in .yaml; call it {shown(path.stem + '.yaml')}"
    slug, _, language = path.stem.partition(".")
    if slug and language:
        return "names like <slug>.<language>.yaml are reserved for translations, which are not read yet"
    if not re.fullmatch(SLUG_PATTERN, path.stem):
        return "the name of a file is its slug: lower-case letters a-z, digits and single hyphens between them"
    return ""


def _bytes_of(path: Path) -> bytes:
    """The bytes of a plain file of fitting size; links are followed, as mounted configuration is made of them. A pipe never ends."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise _UnfitFileError("is not a plain file")
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1) if status.st_size <= LARGEST_FILE else b""
    if max(status.st_size, len(raw)) > LARGEST_FILE:
        raise _UnfitFileError(f"has more than {LARGEST_FILE} bytes")
    return raw


def _slug_is_file_name(data: dict[str, Any], path: Path, document: Document) -> None:
    slug = data.get("slug", path.stem)
    if slug != path.stem:
        message = f"slug {shown(slug)} differs from the file's name; it must be {shown(path.stem)}"
        document.refuse(document.line(("slug",)), f"{message}{nearest(slug, [path.stem])}", ("slug",))


def _name(path: Path) -> str:
    """The path as text that any output can encode, whatever bytes the file system holds."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _problem(path: Path, message: str) -> Problem:
    return Problem(_name(path), 1, "file", message)


def _problems(document: Document, path: Path) -> list[Problem]:
    found = [
        Problem(_name(path), finding.line, in_words(finding.place, document.data), finding.message)
        for finding in document.findings
    ]
    return sorted(dict.fromkeys(found))


def _checklist(data: dict[str, Any]) -> ChecklistContent:
    sections = tuple(_section(section) for section in data["sections"])
    questions = tuple(Question(**question) for question in data.get("questions", []))
    return ChecklistContent(**data | {"sections": sections, "questions": questions})


def _section(data: dict[str, Any]) -> SectionContent:
    return SectionContent(**data | {"items": tuple(_item(item) for item in data["items"])})


def _item(data: dict[str, Any]) -> ItemContent:
    texts = {key: value for key, value in data.items() if key in TEXT_KEYS}
    texts |= {key: Example(**texts[key]) for key in ("bad", "good") if key in texts}
    rest = {key: value for key, value in data.items() if key not in TEXT_KEYS}
    rest |= {key: tuple(rest[key]) for key in ("when", "needs") if key in rest}
    rest["sources"] = tuple(Source(**source) for source in rest.get("sources", []))
    return ItemContent(texts=ItemTexts(**texts), **rest)
