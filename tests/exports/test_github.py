"""The Markdown export as a reviewer pastes it: golden texts, and what happens when a report is too long."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from gates import GATES
from rendered import Page
from sample_reports import QUESTIONS, SHARED, entry, mixed, one_of_each, report

from checklist.audits.report import Entry, Report, Severity, Verdict
from checklist.exports import github
from checklist.exports.characters import length
from checklist.exports.document import Dialect
from checklist.exports.fitting import fitted

GOLDEN = Path(__file__).parent / "golden"
LIMIT = 60_000


def many(count: int, verdict: Verdict, note: str = "", title: str = "") -> list[Entry]:
    """`count` entries that differ in their slug only."""
    return [entry(f"{verdict}-{n}", verdict, note, title=title) for n in range(count)]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("mixed", mixed()),
        ("untouched", report([entry("a"), entry("b")], url="")),
        ("approved", report([entry("acks-late", Verdict.PASS)], many(5, Verdict.PASS))),
    ],
)
def test_the_markdown_is_the_golden_text(name: str, given: Report) -> None:
    assert github.render(given) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


def test_the_same_report_gives_the_same_text() -> None:
    assert github.render(mixed()) == github.render(mixed())


def test_every_box_counts_folded_or_not() -> None:
    ticks = Page(github.render(mixed())).ticks
    assert (ticks.count(True), ticks.count(False)) == (6, 3)


def test_a_fold_holds_a_list_for_github() -> None:
    tags = [tag.split()[0] for tag in Page(github.render(report(many(4, Verdict.PASS)))).tags]
    assert tags[tags.index("details") :] == ["details", "summary", "ul", *["li", "input", "code"] * 4]


def test_gates_count_open_and_failed_items_of_a_folded_report() -> None:
    assert {name: len(gate(github.render(mixed()))) for name, gate in GATES.items()} == dict.fromkeys(GATES, 3)


def test_an_item_that_does_not_apply_says_why_or_that_nobody_said() -> None:
    lines = github.render(report([entry("a", Verdict.NA, " "), entry("b", Verdict.NA, "x")])).splitlines()
    assert "- ~~Check a~~ `a` n/a (major): no reason given" in lines
    assert "- ~~Check b~~ `b` n/a (major): x" in lines


def test_an_item_without_a_title_shows_its_slug_and_opens_no_fence() -> None:
    markdown = github.render(report([Entry("a", "", Severity.MINOR, Verdict.NA), entry("b")]))
    assert "- ~~a~~ `a` n/a (minor)" in markdown
    assert "pre {}" not in Page(markdown).structure


def test_another_dialect_changes_only_the_box_of_items_that_do_not_apply() -> None:
    other = fitted(mixed(), Dialect(na_box="[~] ", limit=LIMIT))
    assert other.replace("- [~] ", "- ") == github.render(mixed())
    assert other.count("- [~] ~~") == 2


def test_without_a_shared_page_nothing_links_to_it() -> None:
    markdown = github.render(report(many(40, Verdict.FAIL, "x" * 4000), shared=""))
    assert markdown.count("x ... full note\n") == 40
    assert "](" not in markdown


def test_long_notes_are_cut_at_one_length_and_link_the_whole() -> None:
    lengths = (100, 2000, 3000, 4000)
    markdown = github.render(report([entry(f"{n}-{i}", Verdict.FAIL, "x" * n) for n in lengths for i in range(9)]))
    runs = [len(run) for run in re.findall(r"<br>(x+)", markdown)]
    assert runs[:9] == [100] * 9
    assert len(set(runs[18:])) == 1
    assert markdown.count(f"x ... [full note]({SHARED})\n") == sum(run == runs[-1] for run in runs) >= 18
    assert LIMIT - 50 < length(markdown) <= LIMIT


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("note", ["\U0001f600", "$&<", "x ", "\n", "https://x.example/ ", "deadbeef "])
def test_forty_longest_notes_fit_and_gates_count_on(verdict: Verdict, note: str) -> None:
    markdown = github.render(report(many(40, verdict, (note * 4000)[:4000])))
    assert length(markdown) <= LIMIT
    shut = 40 if verdict in (Verdict.FAIL, Verdict.OPEN) else 0
    assert {len(gate(markdown)) for gate in GATES.values()} == {shut}


def test_passed_items_go_before_any_that_fails() -> None:
    given = report(many(400, Verdict.PASS, title="t" * 200), many(100, Verdict.FAIL, "why", title="t" * 200))
    markdown = github.render(given)
    assert "Left out here: 400 items that pass or do not apply. All of it: [shared page]" in markdown
    assert markdown.count("- [ ] **fail**") == markdown.count("<br>why") == 100


def test_titles_are_cut_before_an_open_item_is_left_out() -> None:
    markdown = github.render(report(many(500, Verdict.OPEN, "why", title="t" * 200)))
    assert "Left out here: all notes. All of it" in markdown
    assert markdown.count("- [ ] **open**") == markdown.count("t…") == 500
    assert length(markdown) <= LIMIT


def test_what_cannot_fit_is_counted() -> None:
    markdown = github.render(report(many(3000, Verdict.OPEN)))
    listed = markdown.count("- [ ] **open**")
    assert f"Left out here: all notes, {3000 - listed} items that fail or are open. All of it" in markdown
    assert LIMIT - 100 < length(markdown) <= LIMIT


def test_a_monstrous_head_still_fits() -> None:
    given = replace(one_of_each("x" * 4000), task="$" * 100_000, url="https://x.example/" + "a" * 100_000)
    assert length(github.render(given)) <= LIMIT


def test_questions_that_were_answered_with_no_are_named() -> None:
    lines = github.render(report([entry("a")], questions=QUESTIONS)).splitlines()
    assert "Does not apply: Does it run on a schedule? No." in lines
    assert not [line for line in lines if "services" in line]
