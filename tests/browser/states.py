"""Audits in every state that a page can show, answered through the contract's URLs: other tests do the clicking."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from .pages import CHECKLIST, TASK

HALF_WAY = ["pass", "fail", "na"]
NOTE = "Line 12 has no limit.\nSee https://example.org/runbook <for whoever is on call>."


@dataclass(frozen=True)
class Item:
    """An item as the JSON export names it."""

    slug: str
    severity: str


class Sample:
    """A fresh audit of the Celery checklist on the server at `url`."""

    def __init__(self, url: str) -> None:
        fields = {"task": TASK, "url": "https://example.org/pull/1"}
        self.edit = post(f"{url}/checklists/{CHECKLIST}/audits/", fields)
        report = json.loads(urllib.request.urlopen(f"{self.edit}export.json").read())
        self.view: str = report["shared"]
        self.items = [Item(answer["item"], answer["severity"]) for answer in report["answers"]]

    def answer(self, item: Item, verdict: str, note: str = "") -> None:
        """Save verdict and note of one item."""
        post(f"{self.edit}items/{item.slug}/", {"verdict": verdict, "note": note})

    def answer_all(self, verdict: Callable[[Item], str]) -> None:
        """Save the verdict that `verdict` gives for each item, with a note on what does not pass."""
        for item in self.items:
            found = verdict(item)
            self.answer(item, found, NOTE if found != "pass" else "")


def post(url: str, fields: dict[str, str]) -> str:
    """Send a form; where the browser would be led."""
    with urllib.request.urlopen(url, urllib.parse.urlencode(fields).encode()) as response:
        return re.sub("#.*", "", response.url)


def fresh(url: str) -> Sample:
    """Nothing is answered."""
    return Sample(url)


def half_answered(url: str) -> Sample:
    """Some items pass, fail and do not apply, one question is answered with no; the rest is open."""
    sample = Sample(url)
    for place, item in enumerate(sample.items[: len(sample.items) // 2]):
        sample.answer(item, HALF_WAY[place % len(HALF_WAY)], NOTE if place % 2 else "")
    post(f"{sample.edit}questions/", {"question-redis-broker": "no"})
    return sample


def failing_only(severity: str) -> Callable[[str], Sample]:
    """A state: everything is answered, and what fails is of that severity."""

    def finished(url: str) -> Sample:
        sample = Sample(url)
        sample.answer_all(lambda item: "fail" if item.severity == severity else "pass")
        return sample

    return finished


request_changes = failing_only("critical")
approve_with_follow_ups = failing_only("minor")
approve = failing_only("none")
