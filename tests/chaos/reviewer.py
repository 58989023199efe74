"""A client that keeps to the protocol: a base, an id for each change, the same again until it is acknowledged, and only then the next."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Sequence
from typing import Any

from chaos.client import Answered, ask
from chaos.ledger import Choice, Ledger, Place

VERDICTS = ("pass", "fail", "na", "open")
LONGEST_PAUSE = 1.0  # seconds between two tries
TRIES = 400  # of one choice, before the server counts as gone for good


class Reviewer(threading.Thread):
    """Changes answers until `is_over`, then sees the last change through.

    `items` are pairs of an audit's path and an item, some of which others change too.
    """

    uses_base = True
    ask = staticmethod(ask)

    def __init__(
        self,
        number: int,
        port: int,
        ledger: Ledger,
        items: Sequence[tuple[str, str]],
        seed: int,
        is_over: threading.Event,
    ) -> None:
        super().__init__(daemon=True, name=f"reviewer {number}")
        self.number, self.port, self.ledger, self.items, self.is_over = number, port, ledger, items, is_over
        self.chance = random.Random(f"{seed} {number}")
        self.chosen = 0
        self.seen: dict[Place, tuple[int, str]] = {}  # the revision in view, and its value

    def run(self) -> None:
        """Choose and save; a bug of this class must not look like a quiet success."""
        try:
            while not self.is_over.is_set():
                audit, item = self.chance.choice(self.items)
                if self.chance.random() < 0.1:
                    self.look(audit)
                self.save(self.choose(audit, item))
        except Exception as error:
            self.ledger.complain(f"{self.name} ended: {error!r}")
            raise

    # --- Choosing
    def choose(self, audit: str, item: str) -> Choice:
        """A new value for a verdict, a note or both, which differs from what is in view."""
        fields = self.chance.choices((("verdict",), ("note",), ("verdict", "note")), (5, 3, 2))[0]
        places = [Place(audit, item, name) for name in fields]
        self.chosen += 1
        change = f"r{self.number}-{self.chosen}"
        values = {place: self._value(place, change) for place in places}
        choice = Choice(change, self.number, self.chosen, values, {place: set() for place in places})
        self.ledger.add(choice)
        return choice

    def _value(self, place: Place, change: str) -> str:
        if place.field == "note":
            return f"{change}: \N{SNOWMAN} {'long ' * self.chance.randrange(20)}\nsecond line"
        return self.chance.choice([verdict for verdict in VERDICTS if verdict != self._in_view(place)[1]])

    def _in_view(self, place: Place) -> tuple[int, str]:
        return self.seen.get(place, (0, "open" if place.field == "verdict" else ""))

    # --- Saving
    def save(self, choice: Choice) -> None:
        """Send until it is acknowledged, or refused and no longer wanted: until then its fate is unknown, and no other is sent."""
        for failures in range(TRIES):
            answered = self._post(choice)
            if 200 <= answered.status < 400:
                return self._acknowledge(choice, answered)
            if answered.status != 409:
                self._complain_about(answered)
                time.sleep(min(LONGEST_PAUSE, 0.05 * 2 ** min(failures, 10)) * self.chance.uniform(0.5, 1))
            elif not self._is_still_wanted(choice, json.loads(answered.text)):
                return None
        return self.ledger.complain(f"{choice.change} was never acknowledged")

    def _post(self, choice: Choice) -> Answered:
        values = {place.field: value for place, value in choice.values.items()}
        for place in choice.values if self.uses_base else ():
            base = self._in_view(place)[0]
            choice.bases[place].add(base)
            values[f"base-{place.field}"] = str(base)
        place = next(iter(choice.values))
        values |= {"change": choice.change, "by": self.name}
        self.ledger.count("sent")
        return self.ask(self.port, "POST", f"{place.audit}items/{place.item}/", values, **self._headers())

    def _headers(self) -> dict[str, str]:
        return {"HX_Request": "true"}

    def _acknowledge(self, choice: Choice, answered: Answered) -> None:
        stored = json.loads(answered.headers["Walkaround-Answer"])
        said = {place: (int(stored[place.field][0]), str(stored[place.field][1])) for place in choice.values}
        self.ledger.acknowledge(choice, said)
        for place, (revision, change) in said.items():
            if change == choice.change:
                self.seen[place] = (revision, choice.values[place])
            else:
                self.look(place.audit)

    def _is_still_wanted(self, choice: Choice, found: dict[str, Any]) -> bool:
        """After 409: what is there is in view now. The person insists, or leaves it as it is."""
        self.ledger.count("conflicts")
        for one in found["conflicts"]:
            place = next(place for place in choice.values if place.field == one["field"])
            self.seen[place] = (one["revision"], one["value"])
        return self.chance.random() < 0.7

    def _complain_about(self, answered: Answered) -> None:
        self.ledger.count("answered with an error" if answered.status else "without an answer")
        if answered.status:
            self.ledger.complain(f"the server answered {answered.status}: {answered.text[:200]}")

    # --- Looking
    def look(self, audit: str) -> None:
        """See what others did. What was acknowledged to this reviewer must be in it, or something newer."""
        answered = self.ask(self.port, "GET", f"{audit}changes")
        if answered.status != 200:
            return
        self.ledger.count("looked")
        found = {answer["item"]: answer for answer in json.loads(answered.text)["answers"]}
        for place in [place for place in self.seen if place.audit == audit]:
            answer = found.get(place.item, {})
            revision = int(answer.get(f"{place.field}_revision", 0))
            if revision < self.seen[place][0]:
                self.ledger.complain(f"{place} was seen with revision {self.seen[place][0]}, then with {revision}")
        for item, answer in found.items():
            for name in ("verdict", "note"):
                self.seen[Place(audit, item, name)] = (answer[f"{name}_revision"], answer[name])


class PlainClient(Reviewer):
    """A program such as curl: no base, a redirect for an answer, and patience until each change is saved."""

    uses_base = False

    def _headers(self) -> dict[str, str]:
        return {}

    def _acknowledge(self, choice: Choice, answered: Answered) -> None:
        self.ledger.acknowledge(choice, {})
        for place, value in choice.values.items():
            self.seen[place] = (self._in_view(place)[0], value)
