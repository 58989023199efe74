"""Holds the data of one file against the table in `fields.py`: keys, types, lengths and forms, one value at a time.

Called by `spec.py`. What is wrong is noted and left out, so that one run lists all problems of a file. Knows no Django.
"""

from __future__ import annotations

import re
from typing import Any

from checklist.catalogue.fields import (
    SLUG_LENGTH,
    SLUG_PATTERN,
    URL_LENGTH,
    Choice,
    Field,
    Kind,
    Language,
    Listing,
    Record,
    Slug,
    Text,
    Url,
    Whole,
)
from checklist.catalogue.links import url_fault
from checklist.catalogue.problems import Place, listed, nearest, shown
from checklist.catalogue.richtext import find_lexer, languages
from checklist.catalogue.yamltext import FORBIDDEN, Data, Document, Refused, Scalar, forbidden


class Reader:
    """Reads values of one document and notes what is wrong with them."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def read(self, kind: Kind, data: Data, place: Place) -> Any:
        """The value of `data` if it is of this kind; `None` after a problem. Parts with a problem are left out."""
        if isinstance(data, Refused):
            return None
        match kind:
            case Record():
                return self._record(kind, data, place)
            case Listing():
                return self._listing(kind, data, place)
            case Whole():
                return self._whole(kind, data, place)
            case Text():
                return self._text(kind, data, place)
        return self._word(kind, data, place)

    def _fault(self, place: Place, message: str, offset: int | None = None) -> None:
        self.document.refuse(self.document.line(place, offset), message, place)

    def _record(self, kind: Record, data: Data, place: Place) -> dict[str, Any] | None:
        if kind.shorthand and isinstance(data, str):
            shorthand = next(field for field in kind.fields if field.name == kind.shorthand)
            value = self.read(shorthand.kind, data, place)
            return None if value is None else {kind.shorthand: value}
        if not isinstance(data, dict):
            either = "a text or " if kind.shorthand else ""
            self._fault(place, f"must be {either}a mapping with the keys {listed(kind.names)}, not {_named(data)}")
            return None
        self._unknown_keys(kind, data, place)
        fields = (self._field(field, data, place) for field in kind.fields)
        return {name: value for name, value in fields if value is not None}

    def _unknown_keys(self, kind: Record, data: dict[str, Data], place: Place) -> None:
        for name in data:
            if name not in kind.names:
                message = f"unknown key {shown(name)}; allowed: {listed(kind.names)}{nearest(name, kind.names)}"
                where = (*place, name)
                self.document.refuse(self.document.keys.get(where, 1), message, where)

    def _field(self, field: Field, data: dict[str, Data], place: Place) -> tuple[str, Any]:
        if field.name in data:
            return field.name, self.read(field.kind, data[field.name], (*place, field.name))
        if field.required:
            self._fault(place, f'missing key "{field.name}"')
        return field.name, None

    def _listing(self, kind: Listing, data: Data, place: Place) -> list[Any] | None:
        if not isinstance(data, list):
            self._fault(place, f"must be a list, not {_named(data)}")
            return None
        if len(data) < kind.least:
            self._fault(place, f"is empty; at least {kind.least} is needed")
        if len(data) > kind.most:
            self._fault(place, f"has {len(data)} entries; at most {kind.most} are allowed")
        entries = [self.read(kind.of, entry, (*place, index)) for index, entry in enumerate(data[: kind.most])]
        if not isinstance(kind.of, Record):
            self._repeated(entries, place)
        return entries

    def _repeated(self, entries: list[Any], place: Place) -> None:
        for index, entry in enumerate(entries):
            if entry is not None and entry in entries[:index]:
                self._fault((*place, index), f"{shown(entry)} is given twice")

    def _whole(self, kind: Whole, data: Data, place: Place) -> int | None:
        # The text is looked at, not the number: YAML reads 010 as eight, 1:30 as ninety, and numbers of any length.
        if isinstance(data, Scalar) and data.kind == "int" and re.fullmatch(r"[1-9][0-9]{0,8}", data.text):
            value = int(data.text)
            if value <= kind.most:
                return value
        given = shown(data.text) if isinstance(data, Scalar) and data.kind != "null" else _named(data)
        self._fault(place, f"must be a whole number from 1 to {kind.most}, not {given}")
        return None

    def _text(self, kind: Text, data: Data, place: Place) -> str | None:
        text = self._string(data, place, kind.limit)
        if text is not None and not kind.lines and "\n" in text:
            self._fault(place, "must be one line")
            return None
        return text

    def _word(self, kind: Kind, data: Data, place: Place) -> str | None:
        """A value that is a single word: a slug, a choice, a language or an address."""
        text = self._string(data, place, URL_LENGTH)
        if text is None:
            return None
        fault = _fault_of_word(kind, text)
        if fault:
            self._fault(place, fault)
        return None if fault else text

    def _string(self, data: Data, place: Place, limit: int) -> str | None:
        """A text that says something, without trailing white space, which is layout and not content."""
        if not isinstance(data, str):
            self._fault(place, f"must be a text, not {_named(data)}")
            return None
        text = data.rstrip()
        bad = FORBIDDEN.search(text)
        if bad:
            self._fault(place, f"{forbidden(bad[0])} is refused", text.count("\n", 0, bad.start()))
        elif not text:
            self._fault(place, "is empty; write a text or leave the key out")
        elif len(text) > limit:
            self._fault(place, f"has {len(text)} characters; at most {limit} are allowed")
        else:
            return text
        return None


def _named(data: Data) -> str:
    """Say what a value is, and what to do when quotes are missing."""
    if isinstance(data, Scalar) and data.kind == "null":
        return "nothing; write a text or leave the key out"
    if isinstance(data, Scalar):
        kind = {"bool": "yes or no", "int": "a number", "float": "a number", "timestamp": "a date"}.get(data.kind)
        return f"{kind or 'a special value'}; put it in quotes: {shown(data.text)}"
    if isinstance(data, list):
        return "a list"
    return "a mapping" if isinstance(data, dict) else "a text"


def _fault_of_word(kind: Kind, text: str) -> str:
    match kind:
        case Slug():
            return _slug_fault(text)
        case Choice(noun, allowed) if text not in allowed:
            return f"unknown {noun} {shown(text)}; allowed: {listed(allowed)}{nearest(text, allowed)}"
        case Url():
            fault = url_fault(text)
            return f"{shown(text)} {fault}" if fault else ""
        case Language() if find_lexer(text) is None:
            return f"unknown language {shown(text)}; allowed: the names that Pygments knows{nearest(text, languages())}"
    return ""


def _slug_fault(text: str) -> str:
    if len(text) > SLUG_LENGTH:
        return f"has {len(text)} characters; a slug has at most {SLUG_LENGTH}"
    if re.fullmatch(SLUG_PATTERN, text):
        return ""
    better = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    hint = f' (perhaps "{better}"?)' if better else ""
    return f"{shown(text)} is not a slug: lower-case letters a-z, digits and single hyphens between them{hint}"
