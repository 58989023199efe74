"""One item as a comment for a review thread: a golden text, and nothing typed becomes structure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import Page, seen
from sample_reports import entry, report

from checklist.audits.report import Entry, Guidance, Verdict
from checklist.exports import review_comment

GOLDEN = Path(__file__).parent / "golden" / "comment.md"
GUIDANCE = Guidance(
    why="Without a cap it **never** ends; see [the backoff](#backoff) and [RFC 1](https://rfc.example/1).\n",
    good="@app.task(max_retries=5)\ndef charge(order_id): ...",
    language="python",
    sources=(("Manual: retries", "https://docs.example/retries"), ("Source [3]", "https://docs.example/a_(b)")),
)
FAILED = entry("max-retries", Verdict.FAIL, "line 12:\nno cap", title="Cap `max_retries`")._replace(guidance=GUIDANCE)


def rendered(failed: Entry) -> str:
    """The comment about `failed`."""
    return review_comment.render(report([failed]), failed)


def test_the_comment_is_the_golden_text() -> None:
    assert rendered(FAILED) == GOLDEN.read_text(encoding="utf-8")


def test_a_comment_without_note_or_guidance_is_its_title() -> None:
    assert rendered(entry("a", Verdict.FAIL, " \n")) == "**Check a** (major, `a`)\n"


def test_a_link_to_another_item_becomes_its_words_and_any_other_stays() -> None:
    links = [tag for tag in Page(rendered(FAILED)).tags if tag.startswith("a ")]
    assert links == ["a https://rfc.example/1", "a https://docs.example/retries", "a https://docs.example/a_(b)"]


@pytest.mark.parametrize(
    "url", ["https://x.example/a)b", "https://x.example/(a", "https://x.example/a]b", "https://x.example/?a&copy=1"]
)
def test_the_address_of_a_source_is_whole(url: str) -> None:
    failed = entry("a")._replace(guidance=Guidance(sources=(("Title", url),)))
    links = [tag.replace("%5D", "]") for tag in Page(rendered(failed)).tags if tag.startswith("a ")]
    assert links == [f"a {url}"]


@pytest.mark.parametrize("title", ["a]b", "a](evil)", "<b>", "`x`", "*y*", "[x]", "a\\"])
def test_the_title_of_a_source_stays_text(title: str) -> None:
    page = Page(rendered(entry("a")._replace(guidance=Guidance(sources=((title, "https://x.example/"),)))))
    assert [tag for tag in page.tags if tag.startswith("a ")] == ["a https://x.example/"]
    assert title in page.text


@pytest.mark.parametrize("code", ["```\nfence\n```", "a = '````'", "~~~", "`", "</code></pre><b>", "x\n\n# heading"])
def test_whatever_is_in_the_example_it_stays_one_block_of_code(code: str) -> None:
    page = Page(rendered(entry("a")._replace(guidance=Guidance(good=code, language="python"))))
    assert [tag.split()[0] for tag in page.tags] == ["p", "strong", "code", "p", "pre", "code"]
    assert code in page.text


HARMLESS = Page(rendered(FAILED._replace(note="harmless"))).structure


def assert_text(failed: Entry, typed: str) -> None:
    """What was typed adds no element, and is there."""
    page = Page(rendered(failed))
    assert page.structure == HARMLESS
    assert seen(typed) in seen(page.text)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_note_stays_text(typed: str) -> None:
    assert_text(FAILED._replace(note=typed), typed)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_title_stays_text(typed: str) -> None:
    assert_text(FAILED._replace(note="harmless", title=typed[:200]), typed[:200])


markup = st.text(st.sampled_from("\n\r -+*_#[]()<>!`~|\\@:/$&;.=x19ahtps") | st.characters(), max_size=40)


@settings(max_examples=150, deadline=None)
@given(note=markup.filter(str.strip))
def test_any_note_stays_text(note: str) -> None:
    assert_text(FAILED._replace(note=note), note)


@pytest.mark.parametrize("typed", ["/merge", "/close", "/approve\n/merge", "  /label ~bug"])
def test_no_line_of_a_note_is_a_command_for_gitlab(typed: str) -> None:
    assert not [line for line in rendered(FAILED._replace(note=typed)).splitlines() if line.startswith("/")]
