"""The checklist that a scan answers: which item each rule belongs to, its title and severity. Read from YAML, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checklist.catalogue.content import ChecklistContent, ItemContent
from checklist.catalogue.spec import read_file

CONTENT = Path(__file__).resolve().parents[2] / "content"
SEVERITIES = ("critical", "major", "minor")


class ChecklistError(Exception):
    """There is no such checklist, or it cannot be read; the message says what there is."""


@dataclass(frozen=True)
class Guide:
    """A checklist as the scan needs it."""

    content: ChecklistContent

    @property
    def items(self) -> dict[str, ItemContent]:
        """The items that have a rule, by slug, in the order of the checklist."""
        return {item.slug: item for section in self.content.sections for item in section.items if item.detect}

    @property
    def rules(self) -> dict[str, str]:
        """The name of the rule of each item."""
        return {slug: item.detect for slug, item in self.items.items()}

    @property
    def by_severity(self) -> list[ItemContent]:
        """The items that have a rule, the gravest first."""
        return sorted(self.items.values(), key=lambda item: SEVERITIES.index(item.severity))


def read(name: str) -> Guide:
    """The checklist of that slug in `content/`, or in the YAML file of that path. Raises `ChecklistError`."""
    path = Path(name) if name.endswith(".yaml") or "/" in name else CONTENT / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in CONTENT.glob("*.yaml")))
        raise ChecklistError(f"there is no checklist {name}; there are {known}, or name a .yaml file")
    content, problems = read_file(path)
    if content is None:
        raise ChecklistError("\n".join(str(problem) for problem in problems))
    return Guide(content)
