"""An edition ready to be shown: its texts as safe HTML. Called by views and by the report of an audit.

HTML is a cache over the stored text, kept per process, keyed by the edition's content and the version of the renderer: a mended
renderer mends old editions too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

from checklist.catalogue import richtext
from checklist.catalogue.content import ChecklistContent, Example, ItemContent, SectionContent
from checklist.catalogue.models import Edition

EDITIONS_KEPT = 32
LONGEST_COLOURED = 150_000  # characters of a source file; finding the colours takes about a second for twice as many


@dataclass(frozen=True, eq=False)
class RenderedItem:
    """One item: its content and, as HTML, what a reader sees. There is one of each, like editions."""

    content: ItemContent
    title: SafeString
    why: SafeString
    check: SafeString
    severity_why: SafeString
    exceptions: SafeString
    default: SafeString
    needs: tuple[tuple[str, SafeString], ...]
    bad: SafeString | None
    good: SafeString | None

    @property
    def slug(self) -> str:
        """The item's name in addresses."""
        return self.content.slug


@dataclass(frozen=True)
class RenderedSection:
    """One section and its items."""

    content: SectionContent
    title: SafeString
    items: tuple[RenderedItem, ...]

    @property
    def slug(self) -> str:
        """The section's name in addresses."""
        return self.content.slug


@dataclass(frozen=True, eq=False)
class RenderedEdition:
    """A whole edition: its content and its sections as HTML. There is one of each, so that others can keep what they make of it by it."""

    content: ChecklistContent
    number: int
    summary: SafeString
    sections: tuple[RenderedSection, ...]

    @property
    def items(self) -> Iterator[RenderedItem]:
        """Every item, in order."""
        return (item for section in self.sections for item in section.items)


class _Source:
    """Hands an edition to the cache below: compared by content, read only when it is not there yet."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.key = (edition.digest, edition.number)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source) and self.key == other.key


def rendered(edition: Edition) -> RenderedEdition:
    """`edition` as HTML, made once per process and kept (at most `EDITIONS_KEPT`, the least used go)."""
    return _rendered(_Source(edition), richtext.RENDERER_VERSION)


@lru_cache(maxsize=EDITIONS_KEPT)
def _rendered(source: _Source, version: int) -> RenderedEdition:
    edition = source.edition
    content = edition.content
    titles = {item.slug: _inline(item.texts.title) for item in content.items}
    sections = tuple(
        RenderedSection(section, _inline(section.title), tuple(_item(item, titles) for item in section.items))
        for section in content.sections
    )
    return RenderedEdition(content, edition.number, _markdown(content.summary), sections)


def _item(item: ItemContent, titles: Mapping[str, SafeString]) -> RenderedItem:
    texts = item.texts
    return RenderedItem(
        content=item,
        title=_inline(texts.title),
        why=_markdown(texts.why),
        check=_markdown(texts.check),
        severity_why=_inline(texts.severity_why),
        exceptions=_markdown(texts.exceptions),
        default=_inline(texts.default),
        needs=tuple((slug, titles[slug]) for slug in item.needs),
        bad=_code(texts.bad),
        good=_code(texts.good),
    )


# The one place where HTML is declared safe: richtext.py escapes and sanitises everything that it returns.
def _markdown(text: str) -> SafeString:
    return mark_safe(richtext.markdown(text) if text else "")  # noqa: S308


def _inline(text: str) -> SafeString:
    return mark_safe(richtext.inline(text))  # noqa: S308


def inline(text: str) -> SafeString:
    """One line of text as HTML: what stands in `backticks` is code."""
    return _inline(text)


def code_lines(text: str) -> list[SafeString]:
    """The lines of a Python file as HTML with colours; without them where it is so long that finding them would take a while."""
    lines = richtext.code_lines(text, "python" if len(text) <= LONGEST_COLOURED else "text")
    return [mark_safe(line) for line in lines]  # noqa: S308


def _code(example: Example | None) -> SafeString | None:
    return mark_safe(richtext.code(example)) if example else None  # noqa: S308
