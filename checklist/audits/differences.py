"""What a newer edition changes, for the page that offers to move an audit. Pure; knows no Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff

from checklist.catalogue.content import ChecklistContent, ItemContent

TEXTS = ("title", "why", "check", "severity_why", "default", "exceptions")


@dataclass(frozen=True)
class TextDifference:
    """One text of an item, as it was and as it is; `parts` are runs of words, each kept (" "), taken out ("-") or put in ("+")."""

    name: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ItemDifference:
    """An item of both editions whose words changed; `asks_again` when its revision did."""

    item: ItemContent
    texts: tuple[TextDifference, ...]
    asks_again: bool


@dataclass(frozen=True)
class Differences:
    """Everything that changes between two editions."""

    added: tuple[ItemContent, ...]
    removed: tuple[ItemContent, ...]
    changed: tuple[ItemDifference, ...]


def between(before: ChecklistContent, after: ChecklistContent) -> Differences:
    """What `after` adds, removes and words differently."""
    old = {item.slug: item for item in before.items}
    new = {item.slug: item for item in after.items}
    return Differences(
        added=tuple(item for slug, item in new.items() if slug not in old),
        removed=tuple(item for slug, item in old.items() if slug not in new),
        changed=tuple(_item(old[slug], item) for slug, item in new.items() if slug in old and old[slug] != item),
    )


def _item(old: ItemContent, new: ItemContent) -> ItemDifference:
    return ItemDifference(new, tuple(_texts(old, new)), old.revision != new.revision)


def _texts(old: ItemContent, new: ItemContent) -> Iterator[TextDifference]:
    pairs = {name: (str(getattr(old.texts, name)), str(getattr(new.texts, name))) for name in TEXTS}
    pairs["severity"] = (old.severity, new.severity)
    for name in ("bad", "good"):
        examples = getattr(old.texts, name), getattr(new.texts, name)
        pairs[f"{name} example"] = tuple(example.code if example else "" for example in examples)  # type: ignore[assignment]
    for name, (was, now) in pairs.items():
        if was != now:
            yield TextDifference(name, tuple(_words(was, now)))


def _words(was: str, now: str) -> Iterator[tuple[str, str]]:
    run: list[str] = []
    kind = " "
    for line in ndiff(was.split(), now.split()):
        if line[0] == "?":
            continue
        if line[0] != kind and run:
            yield kind, " ".join(run)
            run = []
        kind = line[0]
        run.append(line[2:])
    if run:
        yield kind, " ".join(run)
