"""The protocol's one decision, as a table: known or not, equal or not, and which revision the writer had in view."""

from __future__ import annotations

import pytest

from checklist.audits.answering import Collision, Conflict, Current, Decision, Wanted, decide

KEEP, WRITE, REFUSE = Decision.KEEP, Decision.WRITE, Decision.REFUSE
CURRENT = Current("fail", revision=3, change="c3")

# The value that is wanted (stored is "fail"), the base (stored is revision 3), whether the change is known, and what to do.
TABLE = [
    ("pass", None, False, WRITE),
    ("pass", 3, False, WRITE),
    ("pass", 4, False, WRITE),
    ("pass", 2, False, REFUSE),
    ("pass", 0, False, REFUSE),
    ("fail", None, False, KEEP),
    ("fail", 3, False, KEEP),
    ("fail", 4, False, KEEP),
    ("fail", 2, False, KEEP),
    ("fail", 0, False, KEEP),
    ("pass", None, True, KEEP),
    ("pass", 3, True, KEEP),
    ("pass", 4, True, KEEP),
    ("pass", 2, True, KEEP),
    ("fail", 2, True, KEEP),
]


@pytest.mark.parametrize(("value", "base", "is_known", "decision"), TABLE)
def test_what_is_decided(value: str, base: int | None, is_known: bool, decision: Decision) -> None:
    assert decide(Wanted(value, base), CURRENT, is_known=is_known) is decision


@pytest.mark.parametrize(
    ("value", "seen", "decision"), [("old", "old", KEEP), ("mine", "old", REFUSE), ("", "old", REFUSE), ("", "", KEEP)]
)
def test_a_field_that_still_says_what_its_form_showed_wants_nothing(value: str, seen: str, decision: Decision) -> None:
    assert decide(Wanted(value, 2), Current("theirs", 3), is_known=False, seen=seen) is decision


@pytest.mark.parametrize(("base", "value"), [(None, "pass"), (0, "pass")])
def test_a_field_that_never_changed_takes_any_value(base: int | None, value: str) -> None:
    assert decide(Wanted(value, base), Current("open"), is_known=False) is WRITE


def test_a_conflict_names_the_fields() -> None:
    assert str(Conflict([Collision("verdict", "pass", CURRENT), Collision("note", "", CURRENT)])) == "verdict, note"
