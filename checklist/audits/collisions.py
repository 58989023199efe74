"""Which of the values that a writer wants for one answer are written: the protocol of `answering.py` over rows. Used by `service.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checklist.audits import answering, history
from checklist.audits.answering import Collision, Current, Wanted
from checklist.audits.models import Answer
from checklist.audits.report import Verdict


def to_write(row: Answer, wanted: Mapping[str, Wanted], *, item_revision: int, is_known: bool) -> dict[str, str]:
    """The values to write, by the name of their field. Raises `Conflict` when one of them must not be."""
    current = {name: _current(row, name, item_revision) for name in wanted}
    return answering.to_write(
        wanted,
        current,
        is_known=is_known,
        seen=lambda name: _seen(row, name, wanted[name], current[name]),
        collision=lambda name: _collision(row, name, wanted[name], current[name]),
    )


def _current(row: Answer, name: str, item_revision: int) -> Current:
    """What pages show of a field: the verdict on an item that was revised since is asked again, so it can be given again."""
    current = row.current(name)
    is_earlier = name == "verdict" and row.item_revision != item_revision
    return replace(current, value=str(Verdict.OPEN)) if is_earlier else current


def _seen(row: Answer, name: str, wanted: Wanted, current: Current) -> str | None:
    """What the field said at the revision that the writer had in view, where that is an earlier one and still known."""
    if wanted.base is None or wanted.base >= current.revision:
        return None
    if wanted.base == 0:
        return str(getattr(Answer(), name))
    found = history.at(row.audit, row.item, name, wanted.base)
    return found.value if found and not found.is_erased else None


def _collision(row: Answer, name: str, wanted: Wanted, current: Current) -> Collision:
    last = history.at(row.audit, row.item, name, current.revision)
    return Collision(name, wanted.value, current, last.by if last else "")
