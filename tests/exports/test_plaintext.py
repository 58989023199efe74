"""The export as plain text, for mail, chat and terminals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hostile import HOSTILE
from sample_reports import QUESTIONS, entry, mixed, one_of_each, report

from checklist.audits.report import ChecklistRef, QuestionReport, Verdict
from checklist.exports import plaintext

GOLDEN = Path(__file__).parent / "golden" / "mixed.txt"


def test_the_text_is_the_golden_text() -> None:
    assert plaintext.render(replace(mixed(), questions=QUESTIONS)) == GOLDEN.read_text(encoding="utf-8")


def test_the_same_report_gives_the_same_text() -> None:
    assert plaintext.render(mixed()) == plaintext.render(mixed())


def test_nothing_stands_where_there_is_no_url_link_or_version() -> None:
    bare = replace(report([entry("a")], url="", shared=""), checklist=ChecklistRef("c", "C", 1))
    assert plaintext.render(bare).splitlines()[2:] == [
        "Checklist: C, edition 1",
        "",
        "Part 1",
        "  OPEN    Check a (major, a)",
    ]


def test_markup_is_left_as_it_was_typed() -> None:
    text = plaintext.render(report([entry("a", Verdict.FAIL, "use `a*b` & <c>\n  indented", title="`x` *y*")]))
    assert text.endswith("  FAIL    `x` *y* (major, a)\n          use `a*b` & <c>\n            indented\n")


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_note_stays_below_its_item(typed: str) -> None:
    entries = report([entry("a", Verdict.PASS, typed), entry("b", Verdict.FAIL)])
    lines = plaintext.render(entries).splitlines()
    below = lines[lines.index("  PASS    Check a (major, a)") + 1 : lines.index("  FAIL    Check b (major, b)")]
    assert below
    assert all(line.startswith(" " * 10) or not line for line in below)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_name_stays_on_its_line(typed: str) -> None:
    harmless = plaintext.render(one_of_each("harmless"))
    names = {
        "task": typed,
        "checklist": ChecklistRef("c", typed, 1, typed),
        "questions": (QuestionReport("q", typed, applies=False),),
    }
    text = plaintext.render(replace(one_of_each("harmless", title=typed), **names))
    assert len(text.splitlines()) == len(harmless.splitlines()) + 1


@pytest.mark.parametrize("typed", HOSTILE)
def test_the_text_can_be_written_and_shows_what_a_terminal_would_obey(typed: str) -> None:
    text = plaintext.render(replace(one_of_each(typed, title=typed), task=typed))
    assert not set(text.encode().decode()) & set("\x00\x07\x1b\x7f\u202e\u2066")
