"""What a scan finds: frozen types that the finder makes and that rules, the command line and the site read.

Everything here can be written as JSON (`checklist.scan.scanned` does); nodes of syntax trees stay in `checklist.scan.project`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Origin(StrEnum):
    """Where the value of an option comes from."""

    DECORATOR = "decorator"
    CLASS = "class"
    PRESET = "preset"
    SPLAT = "splat"
    WRAPPER = "wrapper"
    BASE = "base class"
    SETTINGS = "settings"
    DEFAULT = "Celery's default"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Evidence:
    """One line of source: its file as POSIX path below what was scanned, its number from 1 on, and the line itself without indentation."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Option:
    """An option of a task.

    `source` is the expression as written, `value` what it comes to when `is_literal`, else `None`. `place` is where it is written;
    Celery's defaults have none. `note` says more where the origin alone does not, for instance the name of the base class.
    """

    name: str
    source: str
    value: object
    is_literal: bool
    origin: Origin
    place: Evidence | None = None
    note: str = ""

    @property
    def is_known(self) -> bool:
        """Whether `value` may be believed."""
        return self.is_literal and self.origin is not Origin.UNKNOWN

    @property
    def is_written(self) -> bool:
        """Whether somebody wrote it for this task, its base class or its wrapper; not so in settings or Celery's defaults."""
        return self.origin not in {Origin.SETTINGS, Origin.DEFAULT, Origin.UNKNOWN}

    def said(self) -> str:
        """Where it comes from, in words: "line 12", "inherited from `RetryTask`, tasks/base.py:8", "Celery's default"."""
        if self.place is None:
            return self.note or str(self.origin)
        if self.origin in {Origin.DECORATOR, Origin.CLASS}:
            return f"line {self.place.line}"
        words = {Origin.BASE: "inherited from", Origin.SETTINGS: "set in", Origin.SPLAT: "from", Origin.PRESET: "from"}
        named = f" {self.note}," if self.note else ""
        return f"{words.get(self.origin, 'set by')}{named} {self.place.path}:{self.place.line}"


@dataclass(frozen=True)
class Task:
    """One task definition. `name` is the qualified name of its `def` or `class` in its module, `line` the line of that keyword.

    `options` holds every option that was found or that Celery has a default for, by name.
    """

    name: str
    path: str
    line: int
    form: str
    options: Mapping[str, Option] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What tells one task of a scan from the others; the same name may occur in many files."""
        return self.path, self.name

    @property
    def names(self) -> set[str]:
        """What a person may call it: `charge`, `Billing.charge`, or with the path before it, `shop/tasks.py:charge`."""
        return {self.name, f"{self.path}:{self.name}"}


@dataclass(frozen=True)
class Possible:
    """Something that may be a task, and why that cannot be said."""

    name: str
    path: str
    line: int
    reason: str


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, and why."""

    path: str
    reason: str


class Kind(StrEnum):
    """The three kinds of answer that a rule gives."""

    FOUND = "found"
    NOT_FOUND = "looked and not found"
    CANNOT_TELL = "cannot tell"


class Suggested(StrEnum):
    """The verdict that evidence speaks for; the words are those of `Verdict` in `checklist.audits.report`."""

    PASS = "pass"
    FAIL = "fail"
    NA = "na"


@dataclass(frozen=True)
class Finding:
    """What a rule says about one task. `suggests` is set only where something was found; `text` says what, what was looked at, or why not."""

    kind: Kind
    text: str
    suggests: Suggested | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """A finding for an item of a checklist: `item` is its slug, `rule` the name of the rule, `finding` what it said."""

    item: str
    rule: str
    finding: Finding
