"""Whatever is typed as task, URL or note stays text for GitHub, and no merge gate loses or gains an open box by it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from gates import GATES
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import Page, seen
from sample_reports import SHARED, one_of_each

from checklist.audits.report import Report, Verdict
from checklist.exports import github
from checklist.exports.characters import length

HOSTILE = [
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<details><summary>more</summary>",
    "</details>",
    "</li></ul><h1>owned</h1>",
    "<!-- hidden",
    "<!-- hidden -->",
    "--> and <!-- once more",
    "\\<!-- escaped already",
    "<?php ?> <![CDATA[ x ]]> <!DOCTYPE x>",
    "&lt;b&gt; &amp; &#64;joe &copy; &nbsp; &#x3c;",
    "```\nfence\n```",
    "~~~\nfence\n~~~",
    "`code` with *stars*",
    "``two `ticks` ``",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a | b\n--- | ---",
    "@team please look",
    "ask @org/team-name, (@joe) and .@jane or _@jim_",
    "é@joe and ß@joe",
    "mail dev@example.com or a.b+c@mail.example.org",
    "mailto:dev@example.com xmpp:dev@example.com/x",
    "see #12 and org/repo#12 and (#7)",
    "GH-12 gh-7 (GH-1)",
    "fixed in deadbeef1, 0123456789abcdef0123456789abcdef01234567",
    "org/repo@0a1b2c3d4e5f and abcdef1...abcdef2",
    "waits 1234567 ms",
    "- list",
    "* list\n* list",
    "+ list",
    "1. list\n2) list",
    "- [ ] open",
    "text\n- [ ] open\n- [x] ticked",
    "see - [ ] open and * [ ] open",
    "[x] [ ] [X] [~]",
    "  - [ ] nested",
    "# heading",
    "text\n## heading ##",
    "setext\n======",
    "setext\n---",
    "***",
    "---",
    "___\n\n***",
    "> quote",
    "> [!NOTE]\n> alert",
    "[!WARNING]",
    "    indented code",
    "\tindented code",
    "one\ntwo\n\nthree",
    "one\r\ntwo\rthree",
    "one\u2028two\u2029three\x85four\x0bfive\x0csix\x1cseven",
    "\u202eevil\u202c and \u2066isolated\u2069",
    "שלום @joe عالم #12",
    "\u200f\u200e\u061c marks",
    "nul \x00 bell \x07 escape \x1b[31m delete \x7f",
    "lone \ud800 and \udfff surrogates",
    "e\u0301 \U0001f469\u200d\U0001f4bb \U0001f1e9\U0001f1ea",
    "\u0338 combining first",
    "joe\u200b@\u200bjane and \ufeffmark",
    ":tada: :+1: a:b:c 10:30:45",
    "x" * 4000,
    "word " * 800,
    "\U0001f600" * 1000,
    "N/A",
    "the N/A of last time, N/A/N/A",
    "OPTIONAL and OPTIONAL",
    "POST-MERGE",
    "https://example.com/N/A/OPTIONAL#POST-MERGE",
    "[link](https://evil.example)",
    "[link]: https://evil.example",
    "[link][ref] and [ref]\n\n[ref]: https://evil.example 'title'",
    "![image](https://evil.example/x.png)",
    "text[^1]\n\n[^1]: footnote",
    "[javascript](javascript:alert(1))",
    "javascript:alert(1) data:text/html,x",
    "<javascript:alert(1)>",
    "<https://example.com>",
    "www.example.com and WWW.example.com and (www.example.com)",
    "ftp://example.com git+https://example.com/x irc://x",
    "http:// https:// https://. https://_",
    "https://example.com/a_b_c*d*~e~?x=1&y=2&copy=3&amp;z#frag",
    "(https://example.com/a(b)c), https://example.com/d.",
    "https://example.com/a>b<c\"d'e`f`\\g|h",
    "https://example.com/[x](y)![z]",
    "[https://example.com/a] and [x](https://example.com/b)",
    "https://example.com/:tada:/x",
    "https://user:pass@example.com:8080/@joe/#12",
    "http://[::1]:8000/x",
    "\\",
    "\\\\ \\* \\` \\[ \\@joe \\#12",
    "ends in a backslash \\",
    "$x^2$ and $$y$$ and $`z`$ for $5",
    "~strike~ ~~strike~~ ~",
    "~~~~",
    "*a* _b_ **c** __d__ ***e*** snake_case _",
    "a*b*c a_b_c __init__ **kwargs *args",
    "a  \nhard break\\\nhard break",
    "{{ template }} {% tag %} ${HOME} %s",
    "<br> <br/> <hr>",
    "=== +++ ... :::",
]

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
