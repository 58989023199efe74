"""YAML text -> plain data that knows its lines, and every refusal that is about YAML and not about checklists.

Called by `spec.py`. Only mappings, lists and scalars get through: anchors, aliases, tags, merge keys and further
documents are refused while the parser's events go by, so that nothing in a file can grow in memory or make an object.
Knows no Django.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from checklist.catalogue.problems import Finding, Place, shown

DEPTH = 20  # a checklist needs 7
MOST_FINDINGS = 1000  # in one file

# Control characters except line feed and tab, other line breaks, characters that reverse the reading direction (a text
# could show something else than it says), lone surrogates and non-characters.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")

HINTS = {
    "'\\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed": 'put a text that contains ": " in quotes',
    "'`'": "put a text that begins with a backtick in quotes",
    "'@'": "put a text that begins with @ in quotes",
}


@dataclass(frozen=True)
class Scalar:
    """A value without quotes that YAML does not take for text: `kind` is int, float, bool, null, timestamp or value."""

    kind: str
    text: str


class Refused:
    """Stands for a value about which a problem was already reported."""


REFUSED = Refused()
Data: TypeAlias = "str | Scalar | Refused | list[Data] | dict[str, Data]"


@dataclass(frozen=True)
class Mark:
    """Where a value begins; the text of a literal block (`|`) begins one line below."""

    line: int
    literal: bool = False


@dataclass
class Document:
    """One file, read: its data, the lines of values and keys, and what was refused on the way."""

    last_line: int
    data: Data = REFUSED
    marks: dict[Place, Mark] = field(default_factory=dict)
    keys: dict[Place, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, place: Place, offset: int | None = None) -> int:
        """The line of a value, or of the line number `offset` (from 0) in its text where the layout tells."""
        mark = self.marks.get(place, Mark(1))
        inside = 1 + offset if mark.literal and offset is not None else 0
        return min(mark.line + inside, self.last_line)

    def refuse(self, line: int, message: str, place: Place = ("file",)) -> None:
        """Note a problem; after `MOST_FINDINGS` of them only that there are more."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(min(line, self.last_line), place, message))
        elif len(self.findings) == MOST_FINDINGS:
            self.findings.append(Finding(self.last_line, ("file",), f"more than {MOST_FINDINGS} problems"))


def parse(raw: bytes) -> Document:
    """Read the bytes of a file; whatever they are, the answer is a document with data, findings or both."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(raw, error)
    # One kind of line break, so that all line numbers mean the same.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    document = Document(last_line=max(1, text.count("\n") + (not text.endswith("\n"))))
    for number, line in enumerate(text.split("\n"), 1):
        for found in FORBIDDEN.finditer(line):
            document.refuse(number, f"{forbidden(found[0])} is refused")
    if not document.findings:
        _Builder(text, document).build()
    return document


def forbidden(char: str) -> str:
    """Name a character that no text may hold, e.g. `the character U+202E`."""
    return f"the character U+{ord(char):04X} (a control or direction character)"


def _not_utf8(raw: bytes, error: UnicodeDecodeError) -> Document:
    document = Document(last_line=raw.count(b"\n") + 1)
    # The "utf-8-sig" codec counts from behind the byte order mark; `error.object` is what it counted in.
    start = error.start + len(raw) - len(error.object)
    document.refuse(raw.count(b"\n", 0, start) + 1, f"not UTF-8: byte {start + 1} is 0x{raw[start]:02x}")
    return document


class _TooDeepError(Exception):
    """Nesting goes below `DEPTH`; the line is the argument."""


class _Builder:
    """Makes data from the events of one text."""

    def __init__(self, text: str, document: Document) -> None:
        self.loader = yaml.SafeLoader(text)
        self.document = document

    def build(self) -> None:
        """Fill the document, or note why the text cannot be read to its end."""
        try:
            self._stream()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.document.refuse(mark.line + 1 if mark else 1, f"broken YAML: {_reason(error)}")
        except _TooDeepError as error:
            self.document.refuse(error.args[0], f"nested deeper than {DEPTH} levels")
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # PyYAML lets these out for an escape above U+10FFFF and for absurd numbers in a directive.
            self.document.refuse(self.loader.line + 1, f"broken YAML: {error}")

    def _next(self) -> yaml.Event:
        event: yaml.Event = self.loader.get_event()  # type: ignore[no-untyped-call]
        return event

    def _stream(self) -> None:
        self._next()  # the start of the stream
        if isinstance(self._next(), yaml.StreamEndEvent):
            self.document.refuse(1, "the file is empty")
            return
        data = self._value(self._next(), ())
        self._next()  # the end of the document
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self.document.refuse(_line(event), 'a second document ("---") begins here; one file is one checklist')
        self.document.data = data

    def _value(self, event: yaml.Event, place: Place) -> Data:
        literal = isinstance(event, yaml.ScalarEvent) and event.style == "|"
        self.document.marks[place] = Mark(_line(event), literal)
        self._note_properties(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.AliasEvent):
            return REFUSED
        if len(place) >= DEPTH:
            raise _TooDeepError(_line(event))
        return self._list(place) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(place)

    def _note_properties(self, event: yaml.Event, place: Place) -> None:
        """Note an alias, anchor or tag."""
        if isinstance(event, yaml.AliasEvent):
            message = f"alias {shown(f'*{event.anchor}')}: aliases are refused; write the value out"
            self.document.refuse(_line(event), message, place)
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            if event.anchor is not None:
                self.document.refuse(_line(event), f"anchor {shown(f'&{event.anchor}')}: anchors are refused", place)
            if event.tag is not None:
                self.document.refuse(_line(event), f"tag {shown(event.tag)}: tags are refused", place)

    def _scalar(self, event: yaml.ScalarEvent) -> Data:
        tag: str = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        kind = tag.rpartition(":")[2]
        return event.value if kind in ("str", "merge") else Scalar(kind, event.value)

    def _list(self, place: Place) -> Data:
        entries: list[Data] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            entries.append(self._value(event, (*place, len(entries))))
        return entries

    def _mapping(self, place: Place) -> Data:
        entries: dict[str, Data] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            name = self._key(event, place)
            if name is None or self._is_repeated(name, event, place):
                # Read and thrown away, under a name that cannot be a key, so that the lines of the first stay.
                self._value(self._next(), (*place, f"{name or 'a key'} (refused)"))
            else:
                self.document.keys[*place, name] = _line(event)
                entries[name] = self._value(self._next(), (*place, name))
        return entries

    def _key(self, event: yaml.Event, place: Place) -> str | None:
        """The name of a key, or nothing when it is not a name; that is then noted."""
        if not isinstance(event, yaml.ScalarEvent):
            self._value(event, (*place, "a key (refused)"))
            self.document.refuse(_line(event), "a key must be a word", place)
            return None
        self._note_properties(event, place)
        if event.value == "<<" and event.implicit[0]:
            self.document.refuse(_line(event), 'merge key "<<": merging is refused; write the keys out', place)
            return None
        return event.value

    def _is_repeated(self, name: str, event: yaml.Event, place: Place) -> bool:
        first = self.document.keys.get((*place, name))
        if first is not None:
            message = f"key {shown(name)} is given twice; the first is on line {first}"
            self.document.refuse(_line(event), message, (*place, name))
        return first is not None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _reason(error: yaml.MarkedYAMLError) -> str:
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    return "; ".join([reason, *(hint for sign, hint in HINTS.items() if sign in reason)])
