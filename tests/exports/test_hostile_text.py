"""Whatever is typed as task, URL or note stays text for GitHub, and no merge gate loses or gains an open box by it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from gates import GATES
from hostile import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import Page, seen
from sample_reports import SHARED, one_of_each

from checklist.audits.report import Report, Verdict
from checklist.exports import github
from checklist.exports.characters import length

# What the sites link or replace after parsing, looked for in text that is in no link.
AFTER_PARSING = re.compile(
    r"(?<![A-Za-z0-9_`])@[a-z0-9]|#[0-9]|\bgh-[0-9]|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])|:[\w+-]+:|\$[^\s\u200b]",
    re.IGNORECASE | re.ASCII,
)
HARMLESS = Page(github.render(one_of_each("harmless"))).structure
TASK_LIMIT, URL_LIMIT = 200, 500


def urls() -> list[str]:
    """The hostile texts that a form would take as a URL."""
    return [text for text in HOSTILE if re.fullmatch(r"https?://\S+", text) and len(text) <= URL_LIMIT]


def assert_text(report: Report, typed: str) -> None:
    """Every promise of the export, for a report with `typed` somewhere in it."""
    markdown = github.render(report)
    page = Page(markdown)
    assert page.structure == HARMLESS
    assert page.ticks == [e.verdict is Verdict.PASS for s in report.sections for e in _as_listed(s.entries)]
    assert seen(typed) in seen(page.text)
    assert not [text for text in page.plain if AFTER_PARSING.search(text)]
    assert length(markdown) <= 60_000
    for gate in GATES.values():
        open_items = gate(markdown)
        assert [slug for text in open_items for slug in re.findall(r"`([a-z-]+)`", text)] == ["failing", "unanswered"]


def _as_listed(entries: tuple) -> list:
    """The entries that have a box, in the document's order: the sample folds a section of passed items only."""
    return [entry for entry in entries if entry.verdict is not Verdict.NA]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(set(HOSTILE)) >= 60
    assert len(urls()) >= 5


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_note_stays_text(typed: str) -> None:
    assert_text(one_of_each(typed), typed)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_task_name_stays_text(typed: str) -> None:
    assert_text(replace(one_of_each("harmless"), task=typed[:TASK_LIMIT]), typed[:TASK_LIMIT])


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_title_stays_text(typed: str) -> None:
    assert_text(one_of_each("harmless", title=typed[:TASK_LIMIT]), typed[:TASK_LIMIT])


@pytest.mark.parametrize("typed", urls())
def test_a_url_stays_text_or_a_bare_link(typed: str) -> None:
    assert_text(replace(one_of_each("harmless"), url=typed), typed)


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_typed_stands_on_a_line_of_its_own(typed: str) -> None:
    harmless = github.render(one_of_each("harmless")).splitlines()
    hostile = replace(one_of_each(typed), task=typed[:TASK_LIMIT])
    assert len(github.render(hostile).splitlines()) == len(harmless)


markup = st.text(st.sampled_from("\n\r -*_#[]()<>!`~|\\@:/$&;.xN/A19ahtps") | st.characters(), max_size=60)


@settings(max_examples=250, deadline=None)
@given(note=markup, task=markup)
def test_any_text_stays_text(note: str, task: str) -> None:
    report = replace(one_of_each(note or "harmless"), task=task or "harmless")
    assert_text(report, note)
    assert_text(report, task)


def test_the_checks_see_markup_that_gets_through() -> None:
    page = Page(f"- [x] <b>x</b> [y]({SHARED})\n- [ ] see [x]")
    assert page.structure != HARMLESS
    assert page.ticks == [True, True]  # GitHub's parser ticks a box for an "[x]" anywhere on its line
    assert f"a {SHARED}" in page.tags


@pytest.mark.parametrize("text", ["hi @joe", "o/r#12", "gh-3", "in abcdef1.", ":tada:", "$x$"])
def test_the_checks_see_what_is_linked_after_parsing(text: str) -> None:
    assert AFTER_PARSING.search(text)
