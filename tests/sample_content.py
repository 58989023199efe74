"""The checklist that tests of the server hold tasks against: two sections, five items of every severity, one question."""

from __future__ import annotations

from dataclasses import replace

from checklist.catalogue.content import (
    ChecklistContent,
    Example,
    ItemContent,
    ItemTexts,
    Question,
    SectionContent,
    Source,
)

CAP = ItemContent(
    slug="max-retries-set",
    severity="critical",
    texts=ItemTexts(
        title="Cap the number of retries with `max_retries`",
        why="A task without a cap **never** ends.",
        check="Read the [decorator](https://example.org/decorator).",
        severity_why="It blocks a worker.",
        default="`3`",
        exceptions="Tasks that run once.",
        bad=Example("max_retries = None"),
        good=Example("max_retries: 5", "yaml"),
    ),
    sources=(Source("Manual: retries", "https://example.org/retries"),),
    since="3.1",
    needs=("backoff",),
)


def item(slug: str, severity: str, **fields: tuple[str, ...] | str) -> ItemContent:
    """An item with short texts."""
    return ItemContent(slug, severity, ItemTexts(f"Title of {slug}", f"Why {slug}.", f"Check {slug}."), **fields)


CONTENT = ChecklistContent(
    slug="celery-tasks",
    title="Celery task review",
    summary="Hold one task against *this*.",
    verified_with="Celery 5.7.0",
    questions=(Question("scheduled", "Does it run on a schedule?"),),
    sections=(
        SectionContent(
            "retries", "Retries", (CAP, item("backoff", "major", detect="known-options"), item("jitter", "minor"))
        ),
        SectionContent(
            "schedule", "Schedule", (item("overlap", "major", when=("scheduled",)), item("expires", "minor"))
        ),
    ),
)

# The same item with other words, which makes another edition.
REWORDED = replace(
    CONTENT,
    sections=(
        replace(
            CONTENT.sections[0],
            items=(replace(CAP, texts=replace(CAP.texts, title="Other words")), *CONTENT.sections[0].items[1:]),
        ),
        CONTENT.sections[1],
    ),
)

ITEMS = [part.slug for part in CONTENT.items]
