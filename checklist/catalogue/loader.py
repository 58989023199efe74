"""Content -> editions, the only writer of the catalogue. Called by `load_checklists`.

Loading is all or nothing and may be repeated: content equal to an earlier edition makes that edition current again, so reverting a
file, or an old replica that starts late, mints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Max

from checklist.catalogue.content import ChecklistContent, ItemContent
from checklist.catalogue.models import Checklist, Edition, Item, Section


@dataclass(frozen=True)
class Loaded:
    """What loading did to one checklist: `what` is "new", "current again", "unchanged" or "retired"."""

    slug: str
    edition: int
    what: str
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.slug}: edition {self.edition}, {self.what}"


@transaction.atomic
def load(contents: Sequence[ChecklistContent]) -> list[Loaded]:
    """Make `contents` the current editions and retire every other checklist, in one transaction."""
    ordered = sorted(contents, key=lambda content: content.slug)
    loaded = [_load_one(content) for content in ordered]
    return loaded + list(_retire(exclude=[content.slug for content in ordered]))


def _load_one(content: ChecklistContent) -> Loaded:
    checklist = _locked(content.slug)
    edition = checklist.editions.filter(digest=content.digest).first()
    if edition and edition.pk == checklist.current_id:
        return Loaded(content.slug, edition.number, "unchanged")
    before = checklist.current.content if checklist.current else None
    what = "current again" if edition else "new"
    checklist.current = edition or _publish(checklist, content)
    checklist.save()
    warnings = tuple(revision_warnings(before, content)) if before and not edition else ()
    return Loaded(content.slug, checklist.current.number, what, warnings)


def _locked(slug: str) -> Checklist:
    """The checklist, made when new, and locked until the transaction ends, so that of two loaders one waits."""
    Checklist.objects.get_or_create(slug=slug)
    return Checklist.objects.select_for_update().get(slug=slug)


def _publish(checklist: Checklist, content: ChecklistContent) -> Edition:
    last = checklist.editions.aggregate(last=Max("number"))["last"] or 0
    edition = Edition.objects.create(
        checklist=checklist,
        number=last + 1,
        digest=content.digest,
        title=content.title,
        summary=content.summary,
        verified_with=content.verified_with,
        questions=[asdict(question) for question in content.questions],
    )
    for position, part in enumerate(content.sections):
        section = Section.objects.create(edition=edition, position=position, slug=part.slug, title=part.title)
        Item.objects.bulk_create(_item(section, place, item) for place, item in enumerate(part.items))
    return edition


def _item(section: Section, position: int, content: ItemContent) -> Item:
    fields = asdict(content)
    texts = fields.pop("texts")
    return Item(section=section, position=position, title=texts.pop("title"), texts=texts, **fields)


def _retire(exclude: Iterable[str]) -> Iterator[Loaded]:
    for checklist in Checklist.objects.select_for_update().filter(current__isnull=False).exclude(slug__in=exclude):
        edition = checklist.latest
        checklist.current = None
        checklist.save()
        yield Loaded(checklist.slug, edition.number, "retired")


def revision_warnings(before: ChecklistContent, after: ChecklistContent) -> Iterator[str]:
    """A line for each item whose title, check or severity changed while its revision did not.

    The author decides whether the check itself changed; answers carry over between editions only when the revision is equal.
    """
    earlier = {item.slug: item for item in before.items}
    for item in after.items:
        old = earlier.get(item.slug)
        if old and old.revision == item.revision and (changed := _changed(old, item)):
            yield (
                f"{after.slug}: {item.slug}: {', '.join(changed)} changed and the revision is still {item.revision}; "
                f"raise it when the check itself changed"
            )


def _changed(old: ItemContent, new: ItemContent) -> list[str]:
    pairs = {
        "title": (old.texts.title, new.texts.title),
        "check": (old.texts.check, new.texts.check),
        "severity": (old.severity, new.severity),
    }
    return [name for name, (was, now) in pairs.items() if was != now]
