"""The count at the end of a campaign sees a loss, an undone choice and half a change: otherwise its zeros would mean nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from chaos.inspection import Findings, Row, Stored, inspect
from chaos.ledger import Choice, Ledger, Place

AUDIT = "/audits/a/"
VERDICT, NOTE = (Place(AUDIT, "time-limit", name) for name in ("verdict", "note"))


@pytest.fixture
def ledger() -> Ledger:
    """One person's two acknowledged choices: a verdict and a note together, then another verdict."""
    made = Ledger()
    for choice in (
        Choice("r1-1", 1, 1, {VERDICT: "pass", NOTE: "text"}, {VERDICT: {0}, NOTE: {0}}),
        Choice("r1-2", 1, 2, {VERDICT: "fail"}, {VERDICT: {1}}),
    ):
        made.add(choice)
        made.acknowledge(choice, dict.fromkeys(choice.values, (choice.number, choice.change)))
    return made


@pytest.fixture
def stored() -> Stored:
    """What a server keeps that makes no mistake."""
    answer = {"verdict": "fail", "verdict_revision": 2, "verdict_change": "r1-2", "audit_revision": 2}
    answer |= {"note": "text", "note_revision": 1, "note_change": "r1-1"}
    history = defaultdict(list)
    history[VERDICT] = [Row(1, VERDICT, 1, "pass", "r1-1"), Row(3, VERDICT, 2, "fail", "r1-2")]
    history[NOTE] = [Row(2, NOTE, 1, "text", "r1-1")]
    return Stored({AUDIT: {"revision": 2}}, {(AUDIT, "time-limit"): answer}, history)


def counts(found: Findings) -> tuple[int, int, int]:
    """How many are lost, undone and half written."""
    return len(found.lost), len(found.undone), len(found.half_written)


def test_a_history_without_a_mistake_is_good(stored: Stored, ledger: Ledger) -> None:
    found = inspect(stored, ledger, [AUDIT])
    assert (counts(found), found.written) == ((0, 0, 0), 2)


def test_a_value_that_was_there_already_is_not_lost_when_it_is_changed_before_the_acknowledgement(
    stored: Stored, ledger: Ledger
) -> None:
    late = Choice("r2-1", 2, 1, {VERDICT: "pass", NOTE: "more"}, {VERDICT: {0}, NOTE: {1}})
    ledger.add(late)
    ledger.acknowledge(late, {VERDICT: (2, "r1-2"), NOTE: (2, "r2-1")})
    stored.history[VERDICT][1] = replace(stored.history[VERDICT][1], order=4)
    stored.history[NOTE].append(Row(3, NOTE, 2, "more", "r2-1"))
    assert counts(inspect(stored, ledger, [AUDIT]))[:2] == (0, 0)


def test_an_acknowledged_change_that_is_not_there_is_lost(stored: Stored, ledger: Ledger) -> None:
    stored.history[VERDICT].pop()
    assert counts(inspect(stored, ledger, [AUDIT]))[0] == 1


def test_an_acknowledged_change_with_another_value_is_lost(stored: Stored, ledger: Ledger) -> None:
    stored.history[NOTE][0] = replace(stored.history[NOTE][0], value="tex")
    assert counts(inspect(stored, ledger, [AUDIT]))[0] == 1


def test_a_repeated_change_that_is_written_again_is_undone(stored: Stored, ledger: Ledger) -> None:
    stored.history[VERDICT].append(Row(4, VERDICT, 3, "pass", "r1-1"))
    assert counts(inspect(stored, ledger, [AUDIT]))[:2] == (0, 2)  # after a later choice, and over what was not in view


def test_an_answer_that_is_not_the_last_choice_is_undone(stored: Stored, ledger: Ledger) -> None:
    stored.answers[AUDIT, "time-limit"]["verdict"] = "pass"
    assert counts(inspect(stored, ledger, [AUDIT])) == (0, 1, 1)


def test_one_of_two_values_is_half_a_change(stored: Stored, ledger: Ledger) -> None:
    del stored.history[NOTE]
    stored.answers[AUDIT, "time-limit"] |= {"note": "", "note_revision": 0, "note_change": ""}
    assert counts(inspect(stored, ledger, [AUDIT])) == (1, 1, 1)  # the note is also not the last choice


def test_an_answer_without_its_history_is_half_written(stored: Stored, ledger: Ledger) -> None:
    del stored.history[NOTE]
    assert counts(inspect(stored, ledger, [AUDIT])) == (1, 0, 2)  # an answer of no change, and half of a change


def test_an_audit_that_did_not_count_a_change_is_half_written(stored: Stored, ledger: Ledger) -> None:
    stored.audits[AUDIT]["revision"] = 1
    assert counts(inspect(stored, ledger, [AUDIT])) == (0, 0, 1)
