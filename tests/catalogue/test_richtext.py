"""Markdown and code become HTML that cannot do anything."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from checklist.catalogue.content import Example
from checklist.catalogue.richtext import TAGS, Part, code, inline, markdown, remarkable_parts

REL = 'rel="noopener noreferrer nofollow"'

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "<div style='background:url(javascript:alert(1))'>",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//example.org/)",
    "[x](/admin/)",
    "[x](https://example.org/\"onmouseover='alert(1)')",
    "[x](https://example.org 'a\" onmouseover=\"alert(1)')",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](https://example.org/x.png)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "```<script>\nalert(1)\n```",
    '```" onmouseover="alert(1)\nx\n```',
    "`<script>`",
    "# <b>x</b>",
    "a\0b<script>",
    "\u202e<b>",
    "> " * 500 + "<b>",
    "*" * 2000,
    "[" * 2000,
]


class Tags(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= set(attrs)


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack[:30] for attack in ATTACKS])
def test_an_attack_becomes_harmless(attack):
    seen = Tags(markdown(attack))
    assert seen.tags <= TAGS
    assert {name for name, _ in seen.attributes} <= {"href", "rel"}
    assert [
        value for name, value in seen.attributes if name == "href" and not value.startswith("https://example.org")
    ] == []


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack[:30] for attack in ATTACKS])
def test_titles_and_code_hold_no_element_of_their_author(attack):
    assert Tags(inline(attack)).tags <= {"code"}
    assert Tags(code(Example(attack))).tags <= {"pre", "code", "span"}
    assert {name for name, _ in Tags(code(Example(attack, "html"))).attributes} <= {"class"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One *two* **three** `<four>`", "<p>One <em>two</em> <strong>three</strong> <code>&lt;four&gt;</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a", "<ol>\n<li>a</li>\n</ol>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("```python\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("[a](#backoff)", '<p><a href="#backoff">a</a></p>'),
        ("[a](https://example.org/?b=1&c=2)", f'<p><a href="https://example.org/?b=1&amp;c=2" {REL}>a</a></p>'),
        ("<https://example.org/>", f'<p><a href="https://example.org/" {REL}>https://example.org/</a></p>'),
        ("https://example.org/", "<p>https://example.org/</p>"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>"),
        ("", ""),
    ],
)
def test_markdown_becomes_plain_elements(text, html):
    assert markdown(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Set `a<b` & *go*", "Set <code>a&lt;b</code> &amp; *go*"),
        ("An odd ` backtick", "An odd ` backtick"),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
    ],
)
def test_a_title_has_code_and_nothing_else(text, html):
    assert inline(text) == html


def test_code_is_coloured_by_class_and_stays_the_same_text():
    source = '@app.task(bind=True)\ndef charge(self):\n    """Doc."""\n    return 1 if self else None  # <why>'
    html = code(Example(source))
    assert html == (
        '<pre><code><span class="nd">@app</span>.task(bind=<span class="kc">True</span>)\n'
        '<span class="k">def</span> <span class="nf">charge</span>(<span class="bp">self</span>):\n'
        '    <span class="s">&quot;&quot;&quot;Doc.&quot;&quot;&quot;</span>\n'
        '    <span class="k">return</span> <span class="m">1</span> <span class="k">if</span> '
        '<span class="bp">self</span> <span class="k">else</span> <span class="kc">None</span>  '
        '<span class="c"># &lt;why&gt;</span></code></pre>'
    )


def test_neighbours_of_one_colour_share_a_span():
    assert code(Example('"a\\n"')) == '<pre><code><span class="s">&quot;a\\n&quot;</span></code></pre>'


def test_the_first_line_of_code_keeps_its_indent():
    assert re.sub("<[^>]+>", "", code(Example("\n    x\ny"))) == "\n    x\ny"


def test_code_in_an_unknown_language_is_plain():
    assert code(Example("<b> 1", "no-such")) == "<pre><code>&lt;b&gt; 1</code></pre>"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain `<b>` and `![x](y)`", []),
        ("a\nb [x](javascript:y)", [Part("link", "javascript:y", 1)]),
        ("a\n\nb\n<https://example.org>", [Part("link", "https://example.org", 3)]),
        ("a  \nb <i>", [Part("HTML", "<i>", 1)]),
        ("a\n\n<div>\nx\n", [Part("HTML", "<div>\nx\n", 2)]),
        ("- a\n- ![x](y)", [Part("image", "y", 1)]),
        ("a\n\n[b]: /c", [Part("link", "/c", 2)]),
        ("a\n\n# b", [Part("heading", "", 2)]),
        ("a\n\n***", [Part("rule", "", 2)]),
        ("    <b>\n", []),
        ("```\n<b>\n```", []),
    ],
)
def test_remarkable_parts_are_found_on_their_line(text, parts):
    assert list(remarkable_parts(text)) == parts


@pytest.mark.parametrize("parser", ["_renderer", "_scanner"])
def test_a_parser_has_its_rules_before_threads_share_it(parser: str) -> None:
    program = f"from checklist.catalogue import richtext; assert richtext.{parser}.block.ruler.__cache__"
    subprocess.run([sys.executable, "-c", program], check=True)
