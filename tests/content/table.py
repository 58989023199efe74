"""The table of proofs: for each item the function that proves it, or the source that it is cited from.

It stands in the repository beside the checklist, as `content/<slug>.proof.md`. `make proofs` writes it again, a test fails
while it is stale.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

from checklist.catalogue.content import ChecklistContent, ItemContent
from content.examples import CONTENT, checklists
from content.proofs import CITED, Proof, all_proofs

GROUND = {"memory": "memory", "worker": "real worker, Redis", "django": "Django's database", "database": "PostgreSQL"}


def path_of(slug: str) -> Path:
    """Where the table of a checklist stands."""
    return CONTENT / f"{slug}.proof.md"


def without_proof(slug: str) -> list[str]:
    """The items of a checklist that nothing proves and that are not cited either."""
    return [item.slug for item in checklists()[slug].items if not _proof(slug, item) and (slug, item.slug) not in CITED]


def proven_share(slug: str) -> float:
    """Which part of the items a program proves, from 0 to 1."""
    content = checklists()[slug]
    return sum(_proof(slug, item) is not None for item in content.items) / content.item_count


def table(slug: str) -> str:
    """The table of one checklist, in Markdown."""
    return "\n".join(_lines(slug, checklists()[slug])) + "\n"


def _lines(slug: str, content: ChecklistContent) -> Iterator[str]:
    proven = sum(_proof(slug, item) is not None for item in content.items)
    with_what = f", run with {content.verified_with}" if content.verified_with else ""
    yield f"# Proofs: {content.title}"
    yield ""
    yield f"Written by `make proofs`. Of {content.item_count} items {proven} are proven by a program{with_what}."
    yield "The proofs are functions in `tests/content/`; each runs the item's two examples as they stand in the YAML."
    yield ""
    yield "| item | proven by | what is seen | runs on |"
    yield "|---|---|---|---|"
    yield from (_row(slug, item) for item in content.items)


def _row(slug: str, item: ItemContent) -> str:
    proof = _proof(slug, item)
    if proof:
        seen = " ".join((proof.function.__doc__ or "").split()).replace("|", "\\|")
        return f"| `{item.slug}` | `{proof.name}` | {seen} | {GROUND[proof.kind]} |"
    sources = ", ".join(f"[{source.title}]({source.url})" for source in item.sources)
    return f"| `{item.slug}` | cited: {sources} | {CITED.get((slug, item.slug), 'nothing yet')} | |"


def _proof(slug: str, item: ItemContent) -> Proof | None:
    found = {(proof.checklist, proof.item): proof for proof in all_proofs()}
    return found.get((slug, item.slug))


def write() -> None:
    """Write the table of every checklist."""
    for slug in checklists():
        path_of(slug).write_text(table(slug))
        sys.stdout.write(f"{path_of(slug).name}: {proven_share(slug):.0%} proven\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "checklist.settings")
    django.setup()  # some proofs import models
    write()
