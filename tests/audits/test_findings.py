"""Findings compared, and written into notes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scans import CANNOT_TELL, FINDING, LINE, NOT_FOUND

from checklist.audits import findings
from checklist.scan.found import Evidence, Finding, Kind, Suggested


def test_a_finding_is_read_back_as_it_was_stored() -> None:
    for finding in (FINDING, NOT_FOUND, CANNOT_TELL):
        assert findings.read(findings.plain(finding)) == finding


def test_lines_that_moved_are_the_same_finding() -> None:
    moved = replace(FINDING, text=FINDING.text.replace("line 4", "line 9"), evidence=(replace(LINE, line=9),))
    assert findings.is_same(FINDING, moved)
    assert findings.fingerprint(FINDING) != findings.fingerprint(moved)


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, evidence=(replace(LINE, text="@shared_task(retry_limit=5)"),)),
        replace(FINDING, suggests=Suggested.PASS),
        replace(FINDING, evidence=(LINE, LINE)),
        replace(FINDING, evidence=()),
        NOT_FOUND,
    ],
)
def test_another_line_another_verdict_and_another_answer_are_news(other: Finding) -> None:
    assert not findings.is_same(FINDING, other)


def test_a_note_gets_the_evidence_below_what_is_there() -> None:
    expected = "mine\n\n`retry_limit=4` is ignored by Celery, line 4\ntasks.py:4: @shared_task(retry_limit=4)"
    assert findings.noted("mine\n", FINDING, 4000) == expected
    assert findings.noted(expected, FINDING, 4000) == expected
    assert findings.noted("", FINDING, 4000) == expected.removeprefix("mine\n\n")


def test_new_evidence_takes_the_place_of_what_was_accepted_before() -> None:
    other = replace(FINDING, text="news", evidence=())
    before = findings.noted("mine", FINDING, 4000)
    assert findings.noted(before + "\n\nand more", other, 4000, FINDING) == "mine\n\nnews\n\nand more"
    edited = before.replace("ignored", "not known")
    assert findings.noted(edited, other, 4000, FINDING) == edited + "\n\nnews"
    long = replace(other, text="x" * 200)
    assert findings.noted(before, long, len(before), FINDING) == before


@given(st.text(max_size=80), st.integers(0, 90))
def test_a_note_is_never_too_long_and_never_loses_what_is_there(note: str, room: int) -> None:
    most = max(len(note), room)
    found = findings.noted(note, FINDING, most)
    assert len(found) <= most
    assert found.startswith(note.rstrip() if note.strip() else "")


def test_what_no_database_takes_is_replaced_and_what_is_long_is_cut() -> None:
    line = Evidence("a\0b.py", 1, "\ud800" + "x" * 5000)
    plain = findings.plain(Finding(Kind.FOUND, "\0" * 5000, Suggested.FAIL, (line,) * 50))
    assert len(plain["text"]) == findings.LONGEST_TEXT
    assert len(plain["evidence"]) == findings.MOST_EVIDENCE
    assert plain["evidence"][0]["path"] == "a\N{REPLACEMENT CHARACTER}b.py"
    assert plain["evidence"][0]["text"] == "\N{REPLACEMENT CHARACTER}" + "x" * (findings.LONGEST_LINE - 1)
