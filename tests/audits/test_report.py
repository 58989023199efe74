"""Counts and outcome, as pure data: no database."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from checklist.audits.report import ChecklistRef, Counts, Entry, Outcome, Report, SectionReport, Severity, Verdict

LETTERS = {"p": Verdict.PASS, "f": Verdict.FAIL, "n": Verdict.NA, "o": Verdict.OPEN}


def report(verdicts: str, severities: str = "Mm") -> Report:
    """A report with a verdict per letter (p, f, n, o) and severities (C, M, m) in turn."""
    names = {"C": Severity.CRITICAL, "M": Severity.MAJOR, "m": Severity.MINOR}
    entries = tuple(
        Entry(f"item-{place}", "Title", names[severities[place % len(severities)]], LETTERS[letter])
        for place, letter in enumerate(verdicts)
    )
    sections = (SectionReport("one", "One", entries[:2]), SectionReport("two", "Two", entries[2:]))
    return Report("t", "", ChecklistRef("c", "C", 1), datetime(2026, 11, 22, tzinfo=UTC), "", sections)


@pytest.mark.parametrize(
    ("verdicts", "severities", "outcome"),
    [
        ("f", "C", Outcome.REQUEST_CHANGES),
        ("foo", "CMm", Outcome.REQUEST_CHANGES),
        ("ffp", "CMm", Outcome.REQUEST_CHANGES),
        ("fnn", "CMm", Outcome.REQUEST_CHANGES),
        ("", "M", Outcome.INCOMPLETE),
        ("o", "M", Outcome.INCOMPLETE),
        ("nnn", "CMm", Outcome.INCOMPLETE),
        ("ppo", "CMm", Outcome.INCOMPLETE),
        ("pfo", "CMm", Outcome.INCOMPLETE),
        ("ofp", "CMm", Outcome.INCOMPLETE),
        ("pfp", "CMm", Outcome.APPROVE_WITH_FOLLOW_UPS),
        ("ppf", "CMm", Outcome.APPROVE_WITH_FOLLOW_UPS),
        ("nfn", "CMm", Outcome.APPROVE_WITH_FOLLOW_UPS),
        ("p", "m", Outcome.APPROVE),
        ("pnn", "CMm", Outcome.APPROVE),
        ("ppp", "CMm", Outcome.APPROVE),
    ],
)
def test_the_outcome_is_the_first_that_holds(verdicts: str, severities: str, outcome: Outcome) -> None:
    assert report(verdicts, severities).outcome is outcome


@pytest.mark.parametrize("verdicts", ["".join(letters) for letters in product("pfno", repeat=3)])
def test_open_items_never_give_an_approval(verdicts: str) -> None:
    approvals = {Outcome.APPROVE, Outcome.APPROVE_WITH_FOLLOW_UPS}
    assert (report(verdicts, "CMm").outcome in approvals) == (
        "o" not in verdicts and verdicts[0] != "f" and verdicts != "nnn"
    )


def test_an_outcome_is_shown_in_words() -> None:
    words = ["Request changes", "Incomplete", "Approve with follow-ups", "Approve"]
    assert [outcome.words for outcome in Outcome] == words


def test_counts_are_named_as_the_contract_names_them() -> None:
    assert report("ppfno").counts.as_dict() == {"pass": 2, "fail": 1, "na": 1, "open": 1}


def test_progress_counts_what_has_a_verdict() -> None:
    counts = report("ppfno").counts
    assert (counts.answered, counts.decided, counts.total) == (4, 3, 5)


def test_a_section_counts_its_own_items() -> None:
    assert [section.counts for section in report("pfpno").sections] == [Counts(1, 1, 0, 0), Counts(1, 0, 1, 1)]


def test_every_severity_is_counted_heaviest_first_also_without_items() -> None:
    assert report("pf", "M").by_severity == {
        Severity.CRITICAL: Counts(),
        Severity.MAJOR: Counts(1, 1),
        Severity.MINOR: Counts(),
    }


def test_failures_come_heaviest_first_and_else_in_the_order_of_the_edition() -> None:
    failures = report("fffff", "mMC").failures
    assert [entry.item for entry in failures] == ["item-2", "item-1", "item-4", "item-0", "item-3"]


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        ("foo", "1 critical item fails"),
        ("fppfpo", "2 critical items fail"),
        ("ffp", "1 critical and 1 major item fail"),
        ("fff", "1 critical, 1 major and 1 minor item fail"),
        ("ppo", "1 item is open"),
        ("pfoo", "2 items are open"),
        ("ooo", "3 items are open"),
        ("", "No item passed or failed"),
        ("nnn", "No item passed or failed"),
        ("pfp", "1 major item fails"),
        ("nff", "1 major and 1 minor item fail"),
        ("ppp", "Every item that applies passed"),
        ("pnn", "Every item that applies passed"),
    ],
)
def test_the_reason_says_in_one_line_why_the_outcome_is_what_it_is(verdicts: str, reason: str) -> None:
    assert report(verdicts, "CMm").reason == reason


REASONS = {
    Outcome.REQUEST_CHANGES: "critical.* fail",
    Outcome.INCOMPLETE: "open|No item",
    Outcome.APPROVE_WITH_FOLLOW_UPS: "^((?!critical).)* fails?$",
    Outcome.APPROVE: "Every item",
}


@pytest.mark.parametrize("verdicts", ["".join(letters) for letters in product("pfno", repeat=3)])
def test_the_reason_never_contradicts_the_outcome(verdicts: str) -> None:
    found = report(verdicts, "CMm")
    assert [outcome for outcome, said in REASONS.items() if re.search(said, found.reason)] == [found.outcome]


@pytest.mark.parametrize(
    ("verdicts", "standing"),
    [
        ("fpno", "Request changes: 3 of 4 answered, 1 pass, 1 fail, 1 n/a"),
        ("ooo", "Incomplete: 0 of 3 answered, 0 pass, 0 fail, 0 n/a"),
        ("pfp", "Approve with follow-ups: 3 of 3 answered, 2 pass, 1 fail, 0 n/a"),
        ("pnn", "Approve: 3 of 3 answered, 1 pass, 0 fail, 2 n/a"),
    ],
)
def test_the_standing_is_outcome_and_counts_in_one_line(verdicts: str, standing: str) -> None:
    assert report(verdicts, "CMm").standing == standing
