"""The GitLab export: GitHub's, but for the box of an item that does not apply."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from gates import GATES
from hostile import HOSTILE
from sample_reports import QUESTIONS, entry, mixed, one_of_each, report

from checklist.audits.report import Verdict
from checklist.exports import github, gitlab
from checklist.exports.characters import length

GOLDEN = Path(__file__).parent / "golden" / "mixed.gitlab.md"
BOX, NO_BOX = "- [~] ~~", "- ~~"


def test_the_markdown_is_the_golden_text() -> None:
    assert gitlab.render(replace(mixed(), questions=QUESTIONS)) == GOLDEN.read_text(encoding="utf-8")


def test_an_item_that_does_not_apply_has_a_box_that_gitlab_leaves_out_of_its_count() -> None:
    lines = gitlab.render(report([entry("a", Verdict.NA), entry("b", Verdict.NA, "x")])).splitlines()
    assert "- [~] ~~Check a~~ `a` n/a (major): no reason given" in lines
    assert "- [~] ~~Check b~~ `b` n/a (major): x" in lines


def test_all_the_rest_is_what_github_gets() -> None:
    markdown = gitlab.render(mixed())
    assert markdown.count(BOX) == 2
    assert markdown.replace(BOX, NO_BOX) == github.render(mixed())


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_typed_is_the_same_text_as_for_github(typed: str) -> None:
    given = replace(one_of_each(typed, title=typed[:200]), task=typed[:200])
    assert gitlab.render(given).replace(BOX, NO_BOX) == github.render(given)


@pytest.mark.parametrize("typed", ["[~] typed", "- [~] ~~typed~~", "x\n- [~] ~~y~~"])
def test_nobody_types_a_box_that_is_left_out_of_the_count(typed: str) -> None:
    assert gitlab.render(one_of_each(typed)).count("[~]") == 1


@pytest.mark.parametrize("typed", ["!12", "&12", '~bug ~"a b"', '%v1 %"a b"', "group/project!7", "$5"])
def test_what_only_gitlab_would_link_is_broken_up(typed: str) -> None:
    markdown = gitlab.render(report([entry("a", Verdict.FAIL, typed)]))
    assert typed not in markdown.replace("&amp;", "&").replace("\\", "")
    assert typed in markdown.replace("&amp;", "&").replace("\\", "").replace("\u200b", "")


def test_forty_longest_notes_fit() -> None:
    markdown = gitlab.render(report([entry(f"a-{n}", Verdict.NA, "x" * 4000) for n in range(40)]))
    assert length(markdown) <= 60_000
    assert markdown.count(BOX) == 40


def test_open_and_failed_items_keep_gates_shut() -> None:
    assert {name: len(gate(gitlab.render(mixed()))) for name, gate in GATES.items()} == dict.fromkeys(GATES, 3)
