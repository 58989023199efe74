"""Typed text becomes Markdown that shows that text; `|` marks the invisible breaks here."""

from __future__ import annotations

import pytest

from checklist.exports.markdowntext import BREAK, escaped, escaped_lines, head


def shown(markdown: str) -> str:
    """The Markdown with its invisible breaks made visible."""
    return markdown.replace(BREAK, "|")


@pytest.mark.parametrize(
    ("typed", "markdown"),
    [
        ("plain text, really.", "plain text, really."),
        ("`code` with *stars*", r"\`code\` with \*stars\*"),
        ("max_retries _x_", r"max_retries \_x\_"),
        ("a <b> & c", "a &lt;b&gt; &amp; c"),
        ("[x] # ~", r"\[x\] \# \~"),
        ("back\\slash", r"back\\slash"),
        (" a \t\n b\u00a0c ", "a b c"),
        ("a\x00b\u202ec\ud800", "a⟨U+0000⟩b⟨U+202E⟩c⟨U+D800⟩"),
        ("$5", r"|\$|5"),
    ],
)
def test_specials_are_escaped(typed: str, markdown: str) -> None:
    assert shown(escaped(typed)) == markdown


@pytest.mark.parametrize(
    ("typed", "markdown"),
    [
        ("@joe", "@|joe"),
        ("dev@example.com", "dev@e|xample.com"),
        ("retry @ 3", "retry @ 3"),
        ("org/repo#12", r"org/repo\#|12"),
        ("GH-12", "GH-|12"),
        ("0123456789abcdef", "012345|6789ab|cdef"),
        ("abcdef", "abcdef"),
        ("effaced and faced", "efface|d and faced"),
        (":tada:", ":|tada:"),
        ("10:30", "10:30"),
        ("www.example.com", "www|.example.com"),
        ("ftp://x.example", "ftp:|//x.example"),
        ("N/A OPTIONAL POST-MERGE", "N|/A OPT|IONAL POST|-MERGE"),
        ("n/a optional", "n/a optional"),
    ],
)
def test_what_works_after_parsing_is_broken_up_unseen(typed: str, markdown: str) -> None:
    assert shown(escaped(typed)) == markdown


@pytest.mark.parametrize(
    ("typed", "markdown"),
    [
        ("https://x.example/a_b*c", "<https://x.example/a_b*c>"),
        ("HTTP://x.example", "<HTTP://x.example>"),
        ("(see https://x.example/a(b)).", "(see <https://x.example/a(b)>)."),
        ("https://x.example/?a&copy;=1", "<https://x.example/?a&amp;copy;=1>"),
        ("https://x.example/?a&b=1", "<https://x.example/?a&b=1>"),
        ("https://x.example/a>b", "<https://x.example/a>&gt;b"),
        ("[https://x.example]", r"\[<https://x.example>\]"),
        ("https://x.example/N/A", "https:|//x.example/N|/A"),
        ("https://x.example/[x]", r"https:|//x.example/\[x\]"),
        ("https://x.example/:tada:x", "https:|//x.example/:|tada:x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("git+https://x.example/a", "git+https:|//x.example/a"),
        ("https://", "https:|//"),
    ],
)
def test_only_a_bare_web_address_stays_a_link(typed: str, markdown: str) -> None:
    assert shown(escaped(typed)) == markdown


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_every_kind_of_line_break_becomes_br(end: str) -> None:
    assert escaped_lines(f"{end} one{end}{end}  two {end}") == "one<br><br>two"


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (3, "see"),
        (4, "see"),
        (10, "see"),
        (21, "see"),
        (22, "see https://x.example/"),
        (24, "see https://x.example/ n"),
    ],
)
def test_a_cut_never_goes_through_a_url(limit: int, kept: str) -> None:
    assert head("see https://x.example/ now", limit) == kept
