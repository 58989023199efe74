"""The checklist that a scan answers: which item each rule belongs to, its title and severity. Read from YAML, without a database."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from checklist.catalogue.content import ChecklistContent, ItemContent, content_dirs
from checklist.catalogue.spec import read_file, unknown_rules
from checklist.scan.rules import RULES, known

BASE = Path(__file__).resolve().parents[2]
SEVERITIES = ("critical", "major", "minor")


class ChecklistError(Exception):
    """There is no such checklist, or it cannot be read; the message says what there is."""


@dataclass(frozen=True)
class Guide:
    """A checklist as the scan needs it, and what its file is to be warned of."""

    content: ChecklistContent
    warnings: tuple[str, ...] = ()

    @cached_property
    def items(self) -> dict[str, ItemContent]:
        """The items that have a rule, by slug, in the order of the checklist."""
        return {item.slug: item for item in self.content.items if item.slug in self.rules}

    @cached_property
    def rules(self) -> dict[str, str]:
        """The name of the rule of each item."""
        return known(self.content.rules)

    @property
    def by_severity(self) -> list[ItemContent]:
        """The items that have a rule, the gravest first."""
        return sorted(self.items.values(), key=lambda item: SEVERITIES.index(item.severity))


def folders() -> list[Path]:
    """Where checklists are, as the environment says it."""
    return content_dirs(BASE, os.environ.get("CONTENT_DIRS", ""))


def read(name: str, folders: Sequence[Path] = (BASE / "content",)) -> Guide:
    """The checklist of that slug in one of the folders, or in the YAML file of that path. Raises `ChecklistError`."""
    is_path = name.endswith(".yaml") or "/" in name
    paths = [Path(name)] if is_path else [folder / f"{name}.yaml" for folder in folders]
    path = next((each for each in paths if each.is_file()), None)
    if path is None:
        slugs = ", ".join(sorted({each.stem for folder in folders for each in folder.glob("*.yaml")}))
        raise ChecklistError(f"there is no checklist {name}; there are {slugs}, or name a .yaml file")
    content, problems = read_file(path)
    if content is None:
        raise ChecklistError("\n".join(str(problem) for problem in problems))
    return Guide(content, tuple(map(str, unknown_rules(path, content, RULES.keys()))))
