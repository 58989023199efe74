"""Markdown and code -> safe HTML, for pages that forbid inline styles and scripts. Knows no Django.

`rules.py` judges what `remarkable_parts` finds in a text; rendering is safe for any text all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name, get_all_lexers
from pygments.token import Token as CodeToken
from pygments.util import ClassNotFound

from checklist.catalogue.content import Example

# Raise it when the same source gives other HTML than before: what is cached under the old number is rendered again.
RENDERER_VERSION = 1

TAGS = {"p", "ul", "ol", "li", "code", "pre", "em", "strong", "a", "br", "blockquote"}
EXTERNAL = "noopener noreferrer nofollow"

# The only tokens that get a colour: every other span would make the page larger and look like plain code.
CLASSES = {
    CodeToken.Keyword: "k",
    CodeToken.Keyword.Constant: "kc",
    CodeToken.Operator.Word: "k",
    CodeToken.Literal.String: "s",
    CodeToken.Literal.Number: "m",
    CodeToken.Comment: "c",
    CodeToken.Name.Builtin.Pseudo: "bp",
    CodeToken.Name.Decorator: "nd",
    CodeToken.Name.Function: "nf",
    CodeToken.Name.Class: "nc",
}


@dataclass(frozen=True)
class Part:
    """A part of a Markdown text that has rules: its kind, its address or HTML, its line in the text from 0."""

    kind: str  # link, image, HTML, heading or rule
    text: str
    line: int


class _Scanner(MarkdownIt):
    """Sees every link with its address as written, also the dangerous ones that the renderer leaves as text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url


def _local_address(url: str) -> str | None:
    return url if url.startswith("#") else None


_renderer = MarkdownIt("commonmark", {"html": False, "linkify": False})
_scanner = _Scanner("commonmark", {"html": True, "linkify": False})

# A parser makes its table of rules at first use, and another thread that comes meanwhile finds it empty. So each is used once here.
for _parser in (_renderer, _scanner):
    _parser.parse("*once*")
_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"*": set(), "a": {"href", "rel"}},
    link_rel=None,
    url_schemes={"http", "https"},
    url_relative=_local_address,
)


def markdown(text: str) -> str:
    """CommonMark as HTML of a few harmless elements; links go to http, https or a place on the same page."""
    env: dict[str, object] = {}
    tokens = _renderer.parse(text, env)
    for link in _links(tokens):
        if not str(link.attrGet("href")).startswith("#"):
            link.attrSet("rel", EXTERNAL)
    return _cleaner.clean(str(_renderer.renderer.render(tokens, _renderer.options, env))).strip()


def inline(text: str) -> str:
    """One line, for a title: what stands in `backticks` becomes code, everything else is text."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def code(example: Example) -> str:
    """An example as `<pre><code>` with Pygments' short class names; an unknown language is shown without colours."""
    lexer = find_lexer(example.language)
    tokens = lexer(stripnl=False).get_tokens(example.code) if lexer else [(CodeToken.Text, example.code)]
    runs = groupby(tokens, key=lambda token: _css_class(token[0]))
    body = "".join(_span(name, "".join(text for _, text in run)) for name, run in runs)
    return f"<pre><code>{body.rstrip()}</code></pre>"


def code_lines(text: str, language: str = "python") -> list[str]:
    """The lines of a source file, each as HTML of its own with Pygments' short class names."""
    lexer = find_lexer(language)
    tokens = lexer(stripnl=False, ensurenl=False).get_tokens(text) if lexer else [(CodeToken.Text, text)]
    lines = [""]
    for name, run in groupby(tokens, key=lambda token: _css_class(token[0])):
        first, *others = "".join(part for _, part in run).split("\n")
        lines[-1] += _span(name, first) if first else ""
        lines += [_span(name, other) if other else "" for other in others]
    return lines


def find_lexer(language: str) -> type[Lexer] | None:
    """Pygments' class for a language, or nothing when it does not know the name."""
    try:
        return find_lexer_class_by_name(language)
    except ClassNotFound:
        return None


def languages() -> list[str]:
    """All names that `find_lexer` knows."""
    return [alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases]


def remarkable_parts(text: str) -> Iterator[Part]:
    """The links, images, raw HTML, headings and rules of a Markdown text; unused link definitions count as links."""
    env: dict[str, dict[str, dict[str, object]]] = {}
    for token in _scanner.parse(text, env):
        line = token.map[0] if token.map else 0
        if token.type == "inline":
            yield from _inline_parts(token, line)
        elif token.type in BLOCKS:
            yield Part(BLOCKS[token.type], token.content, line)
    definitions = env.get("references", {})
    for reference in definitions.values():
        lines = reference["map"]
        yield Part("link", str(reference["href"]), lines[0] if isinstance(lines, list) else 0)


BLOCKS = {"html_block": "HTML", "heading_open": "heading", "hr": "rule"}


def _inline_parts(token: Token, line: int) -> Iterator[Part]:
    for child in token.children or []:
        if child.type == "link_open":
            yield Part("link", str(child.attrGet("href")), line)
        elif child.type == "image":
            yield Part("image", str(child.attrGet("src")), line)
        elif child.type == "html_inline":
            yield Part("HTML", child.content, line)
        line += child.type in ("softbreak", "hardbreak")


def _links(tokens: list[Token]) -> Iterator[Token]:
    return (child for token in tokens for child in token.children or [] if child.type == "link_open")


def _css_class(kind: object) -> str:
    """The class of a token: its own, else that of the nearest kind above it, else none."""
    while isinstance(kind, type(CodeToken)) and kind.parent is not None:
        if kind in CLASSES:
            return CLASSES[kind]
        kind = kind.parent
    return ""


def _span(name: str, text: str) -> str:
    return f'<span class="{name}">{escape(text)}</span>' if name else escape(text)
