"""What must hold between the values of a checklist: names that exist and do not repeat, shares, and links in texts.

Called by `spec.py` with what `shape.py` could read, so any key may be missing here. Knows no Django.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist.catalogue.fields import CHECKLIST, ITEM, ITEMS, Record, Text
from checklist.catalogue.links import url_fault
from checklist.catalogue.problems import Place, listed, nearest, shown
from checklist.catalogue.richtext import Part, remarkable_parts
from checklist.catalogue.yamltext import Document

Placed = tuple[Place, dict[str, Any]]


REFUSED_PARTS = {
    "HTML": 'raw HTML {} is refused; put code in backticks, and write "&lt;" for a bare <',
    "image": "image {} is refused; pages load nothing from elsewhere",
    "heading": "a heading (or a line of === or --- under a text) is refused; the page has its own headings",
    "rule": "a horizontal rule is refused",
}


def check(data: dict[str, Any], document: Document) -> None:
    """Note in `document` every rule that the checklist breaks."""
    sections, questions = list(_entries(data, (), "sections")), list(_entries(data, (), "questions"))
    items = [item for place, section in sections for item in _entries(section, place, "items")]
    for group in (sections, questions, items):
        _unique_slugs(group, document)
    _sizes(items, document)
    _markdown(CHECKLIST, (), data, items, document)
    for place, item in items:
        _references(place, item, items, questions, document)
        _markdown(ITEM, place, item, items, document)


def _entries(data: dict[str, Any], place: Place, key: str) -> Iterator[Placed]:
    return (((*place, key, index), entry or {}) for index, entry in enumerate(data.get(key, [])))


def _slugs(entries: list[Placed]) -> list[str]:
    return [entry["slug"] for _, entry in entries if "slug" in entry]


def _is_unknown(name: str | None, entries: list[Placed]) -> bool:
    """Whether no entry has this name; while one of them could not be read it may be that one, so nobody can tell."""
    slugs = _slugs(entries)
    return name is not None and name not in slugs and len(slugs) == len(entries)


def _fault(document: Document, place: Place, message: str, offset: int | None = None) -> None:
    document.refuse(document.line(place, offset), message, place)


def _unique_slugs(entries: list[Placed], document: Document) -> None:
    first: dict[str, int] = {}
    for place, entry in entries:
        slug, where = entry.get("slug"), (*place, "slug")
        if slug in first:
            _fault(document, where, f"slug {shown(slug)} is given twice; the first is on line {first[slug]}")
        elif slug is not None:
            first[slug] = document.line(where)


def _sizes(items: list[Placed], document: Document) -> None:
    critical = [place for place, item in items if item.get("severity") == "critical"]
    if len(items) > ITEMS:
        _fault(document, ("sections",), f"has {len(items)} items; at most {ITEMS} are allowed")
    if len(critical) * 3 > len(items):
        place = (*critical[len(items) // 3], "severity")  # the first one too many
        _fault(document, place, f"{len(critical)} of {len(items)} items are critical; at most a third may be")


def _references(
    place: Place, item: dict[str, Any], items: list[Placed], questions: list[Placed], document: Document
) -> None:
    for index, name in enumerate(item.get("when", [])):
        if _is_unknown(name, questions):
            slugs = _slugs(questions)
            allowed = f"the questions are: {listed(slugs) or 'none'}{nearest(name, slugs)}"
            _fault(document, (*place, "when", index), f"unknown question {shown(name)}; {allowed}")
    for index, name in enumerate(item.get("needs", [])):
        if _is_unknown(name, items):
            allowed = f"it must be the slug of an item of this checklist{nearest(name, _slugs(items))}"
            _fault(document, (*place, "needs", index), f"unknown item {shown(name)}; {allowed}")
        elif name is not None and name == item.get("slug"):
            _fault(document, (*place, "needs", index), "an item cannot need itself")


def _markdown(kind: Record, place: Place, entry: dict[str, Any], items: list[Placed], document: Document) -> None:
    for field in kind.fields:
        if isinstance(field.kind, Text) and field.kind.markdown:
            for part in remarkable_parts(entry.get(field.name, "")):
                fault = _link_fault(part.text, items) if part.kind == "link" else _part_fault(part)
                if fault:
                    _fault(document, (*place, field.name), fault, part.line)


def _part_fault(part: Part) -> str:
    return REFUSED_PARTS[part.kind].format(shown(part.text.strip().partition("\n")[0]))


def _link_fault(url: str, items: list[Placed]) -> str:
    if url.startswith("#"):
        hint = nearest(url[1:], _slugs(items))
        return f"link to unknown item {shown(url)}{hint}" if _is_unknown(url[1:], items) else ""
    fault = url_fault(url)
    return f"link {shown(url)} {fault}" if fault else ""
