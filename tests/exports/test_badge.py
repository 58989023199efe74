"""The badge: a picture that says the outcome to eyes and ears."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from sample_reports import entry, report

from checklist.audits.report import Outcome, Verdict
from checklist.exports import badge


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["pass", "pass"], "Approve · 2 pass"),
        (["pass", "fail", "na", "open"], "Incomplete · 1 pass, 1 fail, 1 n/a, 1 open"),
        (["pass", "fail"], "Approve with follow-ups · 1 pass, 1 fail"),
    ],
)
def test_the_badge_says_outcome_and_counts(verdicts: list[str], words: str) -> None:
    found = report([entry(f"item-{number}", verdict=Verdict(verdict)) for number, verdict in enumerate(verdicts)])
    picture = ElementTree.fromstring(badge.render(found))
    assert picture.attrib["aria-label"] == f"walkaround: {words}"
    assert [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")] == ["walkaround", words]


def test_every_outcome_has_a_colour_of_its_own() -> None:
    assert len({badge.COLOURS[outcome] for outcome in Outcome}) == len(Outcome)


def test_the_markdown_shows_the_badge_and_leads_to_the_report() -> None:
    found = report([entry("a")], shared="https://walkaround.example/shared/x/")
    expected = "[![walkaround: Incomplete](https://walkaround.example/shared/x/badge.svg)](https://walkaround.example/shared/x/)"
    assert badge.markdown(found) == expected


def test_without_a_view_link_there_is_no_markdown() -> None:
    assert badge.markdown(report([entry("a")], shared="")) == ""
