"""The bad and good examples of all checklists, taken out of the YAML as they stand.

A proof gets two `Code`s and runs them; nothing is retyped. `executed` notes that it did.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import yaml

from checklist.catalogue import spec
from checklist.catalogue.content import ChecklistContent, Example, ItemContent

CONTENT = Path(__file__).parents[2] / "content"


class Code:
    """One example of one item.

    `executed` says whether it ran. `run` and `data` set it; whoever runs the source in another process sets it
    when that process has got past the example.
    """

    def __init__(self, checklist: str, item: str, side: str, example: Example) -> None:
        self.source = example.code
        self.language = example.language
        self.label = f"{checklist}.yaml: {item}: {side}"
        self.executed = False

    def __repr__(self) -> str:
        return f"<{self.label}>"

    def compiled(self) -> CodeType:
        """The example as a code object whose file name says where it stands. Raises SyntaxError."""
        return compile(self.source, repr(self), "exec")

    def run(self, **names: Any) -> dict[str, Any]:
        """Execute the example as module "shop.tasks", or as `__name__` says, with these names there; its namespace."""
        namespace: dict[str, Any] = {"__name__": "shop.tasks"} | names
        self.executed = True
        exec(self.compiled(), namespace)
        return namespace

    def data(self) -> Any:
        """A YAML example as data. Raises yaml.YAMLError."""
        self.executed = True
        return yaml.safe_load(self.source)


@cache
def checklists() -> dict[str, ChecklistContent]:
    """Every checklist in `content/`, by slug. Raises ValueError with all problems of the files."""
    contents, problems = spec.read_directories([CONTENT])
    if problems:
        raise ValueError("\n".join(map(str, problems)))
    return {content.slug: content for content in contents}


def item_of(checklist: str, slug: str) -> ItemContent:
    """One item. Raises KeyError for a checklist or an item that does not exist."""
    found = {item.slug: item for item in checklists()[checklist].items}
    return found[slug]


def pair(checklist: str, slug: str) -> tuple[Code, Code]:
    """Fresh bad and good examples of an item that has both."""
    texts = item_of(checklist, slug).texts
    if texts.bad is None or texts.good is None:
        raise ValueError(f"{checklist}/{slug} has no pair of examples to prove")
    return Code(checklist, slug, "bad", texts.bad), Code(checklist, slug, "good", texts.good)


def all_codes() -> Iterator[Code]:
    """Every example there is, for the tests of form."""
    for checklist, content in checklists().items():
        for item in content.items:
            for side, example in (("bad", item.texts.bad), ("good", item.texts.good)):
                if example:
                    yield Code(checklist, item.slug, side, example)
