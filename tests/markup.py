"""Reads the HTML of a page as elements, so that tests ask for what a browser would see and not for characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

VOID = {"br", "img", "input", "link", "meta"}


@dataclass
class Element:
    """One element: its name, its attributes (one without a value is "") and the text inside it."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Markup(HTMLParser):
    """All elements of a page, in order."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.source)

    @classmethod
    def of(cls, response: HttpResponse) -> Markup:
        """The page in an answer."""
        return cls(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element, and that text now belongs to it."""
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Text no longer belongs to the element."""
        while any(element.name == tag for element in self._open) and self._open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text belongs to every element around it."""
        for element in self._open:
            element.text += data

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """Every element of that name whose attributes are these (`class_` for `class`)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [found for found in self.elements if found.name == name and wanted.items() <= found.attributes.items()]

    def one(self, name: str, /, **attributes: str) -> Element:
        """The only such element."""
        (found,) = self.all(name, **attributes)
        return found

    def attributes(self, name: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [found.attributes[name] for found in self.elements if name in found.attributes]
