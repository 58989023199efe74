"""Fills the database of a server with hostile texts in every field, and with the same in harmless words: run by `manage.py shell`.

It writes past the forms and past the rules for YAML, so that what is tested is the pages alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable

from django.contrib.auth.models import User
from django.test import Client

from checklist.audits import findings, lists, service, suggestions
from checklist.audits.models import Audit
from checklist.catalogue import loader
from checklist.catalogue.content import (
    ChecklistContent,
    Example,
    ItemContent,
    ItemTexts,
    Question,
    SectionContent,
    Source,
)
from checklist.catalogue.models import Edition
from checklist.scan.found import Evidence, Finding, Kind, Suggested, Suggestion, Task
from checklist.scan.scanned import ScannedTask

HARMLESS = "harmless"


def content(slug: str, texts: Iterable[str], edition: str = "") -> ChecklistContent:
    """A checklist with a section and an item per text, which stands in each of its fields."""
    sections = tuple(_section(number, f"{text}{edition}") for number, text in enumerate(texts))
    first = sections[0].title
    return ChecklistContent(slug, first, sections, first, first, (Question("asked", first),))


def _section(number: int, text: str) -> SectionContent:
    example = Example(text, "html")
    texts = ItemTexts(text, text, text, text, text, text, example, example)
    sources = (Source(text, "https://example.org/"),)
    item = ItemContent(f"item-{number}", "minor", texts, sources=sources, since=text, detect="known-options")
    return SectionContent(f"section-{number}", text, (item,))


def audit(edition: Edition, text: str, notes: Callable[[int], str]) -> Audit:
    """An audit with the text as task, link, name and id of its changes, and a note for each item; with one before it."""
    url = f"https://example.org/{''.join(text.split())}"[:500]
    made = [service.start(edition=edition, task=text, url=url, answers={"asked": False}) for _ in range(2)]
    for number, item in enumerate(edition.content.items):
        for found, verdict in zip(made, ("pass", "fail"), strict=True):
            given = {"verdict": verdict, "note": notes(number), "by": text[:100], "change": f"{number}"}
            service.answer(audit=found, item=item.slug, **given)
    Audit.objects.filter(pk=made[1].pk).update(earlier=made[0])
    return made[1]


def pair(texts: list[str]) -> dict[str, list[list[str]]]:
    """Audits of a small checklist, one per text, and as many with a harmless one: their tokens."""
    edition = Edition.objects.get(checklist__slug="plain", number=1)
    plain = [audit(edition, HARMLESS, lambda _: HARMLESS) for _ in texts]
    hostile = [audit(edition, text, lambda _, text=text: text) for text in texts]
    return {
        name: [[a.edit_token, a.view_token] for a in found] for name, found in (("hostile", hostile), ("plain", plain))
    }


def scanned(edition: Edition, text: str) -> str:
    """An audit whose code says the text wherever code can say something, twice: what was accepted is not what is there now. Its token."""
    found = service.start(edition=edition, task=text)
    for number in (1, 2):
        evidence = Evidence(text, 1, f"{text}{number}")
        said = {
            "item-0": Finding(Kind.FOUND, text, Suggested.FAIL, (evidence,)),
            "item-1": Finding(Kind.CANNOT_TELL, text, None, (evidence,)),
        }
        task = ScannedTask(
            Task(text, text, 1, text), tuple(Suggestion(item, text[:60], finding) for item, finding in said.items())
        )
        if number == 1:
            suggestions.store(audit=found, scanned=task)
            suggestions.accept(audit=found, item="item-0", finding=findings.fingerprint(said["item-0"]), by=text[:100])
        else:
            suggestions.rescan(audit=found, scanned=task, source={text: f'"""{text}"""\n{text}'})
    return found.edit_token


def fill(payloads: list[str], texts: list[str]) -> dict[str, object]:
    """Everything; returns what the tests need to find it again."""
    plain = content("plain", [HARMLESS] * 2)
    loader.load([plain, content("hostile", payloads)])
    hostile = Edition.objects.get(checklist__slug="hostile")
    large = audit(hostile, texts[0], lambda number: payloads[number])
    tokens = pair(texts)
    small = Edition.objects.get(checklist__slug="plain", number=1)
    code = [scanned(small, text) for text in [HARMLESS, *texts]]
    loader.load([content("plain", [HARMLESS] * 2, " again"), content("hostile", payloads, " again")])
    visitor = lists.new_visitor()
    for found in Audit.objects.all():
        lists.keep(visitor=visitor, audit=found, is_starter=found.pk % 2 == 0)
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    names = {"visitor": visitor.token, "sessionid": client.cookies["sessionid"].value}
    return {"large": [large.edit_token, large.view_token], "cookies": names, "pk": large.pk, "scanned": code, **tokens}


def main() -> None:
    """Read the texts from standard input, and say where everything is."""
    print("FILLED", json.dumps(fill(**json.load(sys.stdin))))
