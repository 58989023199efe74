"""How one field of an answer may change when several people, or one person's late requests, write to it. Pure; knows no Django.

Each field counts its changes. A writer says which revision it had in view (`base`) and names its change by an id of its own. `decide`
says what to do; `service.answer` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from checklist.audits.report import Verdict


@dataclass(frozen=True)
class Wanted:
    """The value that a writer wants, and the revision of the field that it had in view (`None`: whatever it is)."""

    value: str
    base: int | None = None


@dataclass(frozen=True)
class Current:
    """What is stored: the value, how often it changed, and the id of the last change ("" when it had none)."""

    value: str
    revision: int = 0
    change: str = ""


class Decision(Enum):
    """What to do with a wanted value."""

    KEEP = "the value is there already, or this change is known: write nothing, and it is no error"
    WRITE = "write it"
    REFUSE = "somebody else changed the field since: write nothing, and say what is there"


@dataclass(frozen=True)
class Collision:
    """A wanted value that was refused, beside what is stored and the name of who stored it ("" when none was given)."""

    field: str
    wanted: str
    current: Current
    by: str = ""

    @property
    def words(self) -> str:
        """The field as a person calls it."""
        return "answer" if self.field.startswith("question-") else self.field


VERDICTS = {verdict.value: verdict for verdict in Verdict}
Seen = Callable[[str], str | None]
Collide = Callable[[str], Collision]


class Conflict(Exception):  # noqa: N818 - the word of the protocol
    """Nothing was written, because somebody changed a field that the writer had not seen."""

    def __init__(self, collisions: list[Collision]) -> None:
        super().__init__(", ".join(collision.field for collision in collisions))
        self.collisions = collisions


def decide(wanted: Wanted, current: Current, *, is_known: bool, seen: str | None = None) -> Decision:
    """What to do with `wanted`.

    `is_known` says that the change was carried out before, however long ago. `seen` is the value that a form showed which sends all
    its fields, also those that nobody touched: a field that still says what it showed wants nothing.
    """
    if is_known or wanted.value in (current.value, seen):
        return Decision.KEEP
    if wanted.base is None or wanted.base >= current.revision:
        return Decision.WRITE
    return Decision.REFUSE


def to_write(
    wanted: Mapping[str, Wanted], current: Mapping[str, Current], *, is_known: bool, seen: Seen, collision: Collide
) -> dict[str, str]:
    """The values to write, by their names. Raises `Conflict`, with what `collision` makes of each, when one of them must not be.

    `seen` is asked what a form showed, where it posts several values, of which not all need be meant.
    """
    shown = {name: seen(name) if len(wanted) > 1 else None for name in wanted}
    decisions = {name: decide(wanted[name], current[name], is_known=is_known, seen=shown[name]) for name in wanted}
    refused = [name for name, decision in decisions.items() if decision is Decision.REFUSE]
    if refused:
        raise Conflict([collision(name) for name in refused])
    return {name: wanted[name].value for name, decision in decisions.items() if decision is Decision.WRITE}


def counted(verdict: str, given_on: int, revision: int) -> Verdict:
    """What counts of a verdict that was given on one revision of an item, for an item of another: an earlier one is asked again."""
    return VERDICTS[verdict] if given_on == revision else Verdict.OPEN
