"""What nobody would see is written out, and what writing needs stays."""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import replace

import pytest
from sample_reports import one_of_each

from checklist.exports import github, gitlab, jsonreport, plaintext, table
from checklist.exports.characters import visible

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
WITHOUT_WIDTH = "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2061\u2064\u206a\u206f\u3164\ufeff\uffa0"
CONTROLS = (
    "\x00\x07\x08\x1b\x7f\x80\x9b\x9f\ufff9\ufffe\uffff\ud800\udfff\U0001d173\U000e0001\U000e0041\U000e007f\U000e0100"
)
NEEDED = [
    "\u05e9\u05dc\u05d5\u05dd", "e\u0301", "a\tb\nc\r\nd", "\u00a0", "\u4f60\u597d", "\U0001f469\u200d\U0001f4bb",
    "\U0001f469\U0001f3fd\u200d\U0001f680", "\u2764\ufe0f\u200d\U0001f525", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937",
    "\u2705\ufe0f", "\ufffd", "\u27e8x\u27e9",
]  # fmt: skip


@pytest.mark.parametrize("unseen", BIDIRECTIONAL + WITHOUT_WIDTH + CONTROLS, ids=lambda found: f"{ord(found):04X}")
def test_what_nobody_would_see_is_written_out(unseen: str) -> None:
    assert visible(f"pay{unseen}pal") == f"pay⟨U+{ord(unseen):04X}⟩pal"


@pytest.mark.parametrize("text", NEEDED)
def test_what_writing_needs_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    "text", ["\u200dx", "a\u200cb", "\u0430\u200d\u0430", "1\u200d", " \u200c", "e\u0301\u200d", "\u4f60\u200d"]
)
def test_a_joiner_that_joins_nothing_is_written_out(text: str) -> None:
    assert "⟨U+200" in visible(text)


def test_of_everything_that_only_formats_some_numbers_stay() -> None:
    formats = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) in {"Cf", "Cs"}]
    stays = {unicodedata.name(char) for char in formats if visible(char) == char}
    marks = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN")
    assert not [name for name in stays if not name.startswith(marks)]


def test_exports_for_readers_write_it_out_and_the_one_for_programs_keeps_it() -> None:
    report = replace(one_of_each("no\u202ete\u200b"), task="pay\u2066pal")
    for renderer in (github, gitlab, plaintext, table):
        text = renderer.render(report)
        assert "pay⟨U+2066⟩pal" in text
        assert "no⟨U+202E⟩te" in text
        assert "\u202e" not in text
    assert json.loads(jsonreport.render(report))["task"] == "pay\u2066pal"
