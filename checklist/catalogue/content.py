"""What a checklist says, as frozen dataclasses: the parsed content of one YAML file.

`spec.py` makes these from YAML, `loader.py` writes them to the database. Two files with equal content are the same edition,
whatever their comments and layout: `ChecklistContent.digest` decides. Knows no Django.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Example:
    """A piece of code; `language` is the name of a Pygments lexer."""

    code: str
    language: str = "python"


@dataclass(frozen=True)
class Source:
    """Where a claim comes from; `url` is https or http."""

    title: str
    url: str


@dataclass(frozen=True)
class ItemTexts:
    """Everything in an item that a person reads, in one place because it will exist once per language."""

    title: str
    why: str
    check: str
    severity_why: str = ""
    default: str = ""
    exceptions: str = ""
    bad: Example | None = None
    good: Example | None = None


@dataclass(frozen=True)
class ItemContent:
    """One item. `when` names questions, `needs` names items of the same checklist, `detect` names a rule."""

    slug: str
    severity: str
    texts: ItemTexts
    revision: int = 1
    scope: str = "task"
    when: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    since: str = ""
    needs: tuple[str, ...] = ()
    detect: str = ""


@dataclass(frozen=True)
class SectionContent:
    """One section and its items, in order."""

    slug: str
    title: str
    items: tuple[ItemContent, ...]


@dataclass(frozen=True)
class Question:
    """Asked when an audit starts; a "no" answers the items that depend on it."""

    slug: str
    text: str


@dataclass(frozen=True)
class ChecklistContent:
    """One checklist, whole."""

    slug: str
    title: str
    sections: tuple[SectionContent, ...]
    summary: str = ""
    verified_with: str = ""
    questions: tuple[Question, ...] = ()

    @property
    def items(self) -> Iterator[ItemContent]:
        """Every item, in order."""
        return (item for section in self.sections for item in section.items)

    @property
    def item_count(self) -> int:
        """How many items there are."""
        return sum(len(section.items) for section in self.sections)

    @property
    def rules(self) -> dict[str, str]:
        """The name of the rule of each item that has one, by the item's slug."""
        return {item.slug: item.detect for item in self.items if item.detect}

    def as_dict(self) -> dict[str, Any]:
        """The content as plain lists and dictionaries, keys as the dataclasses name them."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal over the content, equal for equal content."""
        text = json.dumps(self.as_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def content_dirs(base: Path, named: str) -> list[Path]:
    """The folders of checklists: `content/` below `base`, and those that the text of `CONTENT_DIRS` names, separated by `:`."""
    return [base / "content", *(Path(value) for value in named.strip().split(":") if value)]
