"""The table of keys: what a checklist's YAML may hold. Knows no Django.

Drives both the reader (`shape.py`) and the JSON Schema (`schema.py`), so a key that is added here and in
`content.py` is read, checked, and completed in editors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

SEVERITIES = ("critical", "major", "minor")
SCOPES = ("task", "caller", "project")

SLUG_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"
SLUG_LENGTH = 60
LINE_LENGTH = 200
REMARK_LENGTH = 1000
TEXT_LENGTH = 4000
CODE_LENGTH = 10_000
URL_LENGTH = 500
SECTIONS = 50
ITEMS = 500  # in one section, and in the whole checklist
QUESTIONS = 6
SOURCES = 50
NEEDS = 50
HIGHEST_REVISION = 9999


@dataclass(frozen=True)
class Text:
    """A text of at most `limit` characters; `lines` says that it may have several, `markdown` how it is shown."""

    limit: int
    lines: bool = True
    markdown: bool = False


@dataclass(frozen=True)
class Slug:
    """A name for links and code: lower-case letters, digits and single hyphens."""


@dataclass(frozen=True)
class Choice:
    """One of a few words; `noun` is what messages call it."""

    noun: str
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Url:
    """An absolute http or https address."""


@dataclass(frozen=True)
class Language:
    """A language that Pygments can highlight, by one of its short names."""


@dataclass(frozen=True)
class Whole:
    """A whole number from 1 to `most`."""

    most: int


@dataclass(frozen=True)
class Listing:
    """A list of `least` to `most` entries; entries that are names may not repeat."""

    of: Kind
    most: int
    least: int = 0


@dataclass(frozen=True)
class Record:
    """A mapping; where `shorthand` names one of its keys, a bare text is taken for the value of that key."""

    name: str
    fields: tuple[Field, ...]
    shorthand: str = ""

    @property
    def names(self) -> list[str]:
        """The keys, in the order of the table."""
        return [field.name for field in self.fields]


Kind: TypeAlias = Text | Slug | Choice | Url | Language | Whole | Listing | Record


@dataclass(frozen=True)
class Field:
    """One key: `about` is the sentence that editors show."""

    name: str
    kind: Kind
    about: str
    required: bool = False


LINE = Text(LINE_LENGTH, lines=False)
REMARK = Text(REMARK_LENGTH)
MARKDOWN = Text(TEXT_LENGTH, markdown=True)

EXAMPLE = Record(
    "example",
    (
        Field("language", Language(), "A language that Pygments knows; python when left out."),
        Field("code", Text(CODE_LENGTH), "The code.", required=True),
    ),
    shorthand="code",
)

SOURCE = Record(
    "source",
    (
        Field("title", LINE, "What the page is called.", required=True),
        Field("url", Url(), "Its http or https address.", required=True),
    ),
)

QUESTION = Record(
    "question",
    (
        Field("slug", Slug(), "The name that `when` uses.", required=True),
        Field("text", LINE, "A question about the task that yes or no answers.", required=True),
    ),
)

ITEM = Record(
    "item",
    (
        Field("slug", Slug(), "Unique in the checklist; never changed, never used again.", required=True),
        Field("revision", Whole(HIGHEST_REVISION), "Raise it when the check itself changes; 1 when left out."),
        Field(
            "severity",
            Choice("severity", SEVERITIES),
            "How much a failure weighs.",
            required=True,
        ),
        Field("severity_why", REMARK, "Why it weighs that much; `code` in backticks."),
        Field(
            "scope",
            Choice("scope", SCOPES),
            "Where to look; caller is the code that enqueues the task.",
        ),
        Field("when", Listing(Slug(), QUESTIONS), "Questions that must be answered yes for the item to apply."),
        Field("title", LINE, "The rule, as an instruction; `code` in backticks.", required=True),
        Field("why", MARKDOWN, "What goes wrong otherwise (Markdown).", required=True),
        Field("check", MARKDOWN, "How a reviewer finds out (Markdown).", required=True),
        Field("bad", EXAMPLE, "Code that fails the check: Python, or a mapping of language and code."),
        Field("good", EXAMPLE, "Code that passes the check: Python, or a mapping of language and code."),
        Field("sources", Listing(SOURCE, SOURCES), "Pages that support the item."),
        Field("since", LINE, "The version that the item holds from, in quotes."),
        Field("default", REMARK, "What happens when nothing is set; `code` in backticks."),
        Field("exceptions", MARKDOWN, "When not to follow the item (Markdown)."),
        Field("needs", Listing(Slug(), NEEDS), "Slugs of items of this checklist that this one leans on."),
        Field("detect", Slug(), "The rule that can suggest an answer from source code."),
    ),
)

SECTION = Record(
    "section",
    (
        Field("slug", Slug(), "Unique among the sections.", required=True),
        Field("title", LINE, "The heading.", required=True),
        Field("items", Listing(ITEM, ITEMS, least=1), "The items, in order.", required=True),
    ),
)

CHECKLIST = Record(
    "checklist",
    (
        Field("slug", Slug(), "Equal to the file's name without .yaml.", required=True),
        Field("title", LINE, "What the checklist is called.", required=True),
        Field("summary", MARKDOWN, "What it is for, in a few sentences (Markdown)."),
        Field("verified_with", LINE, "The software and version that the checks were tried with."),
        Field(
            "questions",
            Listing(QUESTION, QUESTIONS),
            'Asked when an audit starts; "no" answers items.',
        ),
        Field("sections", Listing(SECTION, SECTIONS, least=1), "The sections, in order.", required=True),
    ),
)
