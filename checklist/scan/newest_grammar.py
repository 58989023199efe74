"""Blanks what tree-sitter's grammar does not know in all its forms: type parameters, `lazy`, and unpacking in comprehensions.

Blanks keep every byte where it is. What is blanked is found token by token, since around what tree-sitter does not know only its tokens
can be relied on. `newer_grammar` calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import tree_sitter

_MAY_BE = re.compile(rb"\b(?:def|class|type)\s+[\w\x80-\xff]+\s*\[|\blazy\s+(?:from|import)\b|[\[({]\s*\*")
_OPENING, _CLOSING = {b"(", b"[", b"{"}, {b")", b"]", b"}"}
_STARS = {b"*": b"~", b"**": b"~~"}  # an operator that stands there as well, and whose outcome nobody computes


class _Token(NamedTuple):
    first: int
    after: int
    line: int
    text: bytes


_NONE = _Token(0, 0, -1, b"")


def blanked(content: bytes, root: tree_sitter.Node) -> bytes:
    """The content with spaces, also for line ends, in place of what is not kept."""
    if not _MAY_BE.search(content):
        return content
    pieces, at = [], 0
    for first, after, instead in sorted(_blanks(content, root)):
        if first >= at:  # else it is inside of type parameters, which are blanked whole
            pieces += [content[at:first], instead.ljust(after - first)]
            at = after
    return b"".join([*pieces, content[at:]])


def _blanks(content: bytes, root: tree_sitter.Node) -> Iterator[tuple[int, int, bytes]]:
    before = last = _NONE
    opened: list[_Token] = []  # for each open bracket what is blanked from there, when it turns out so
    for token in _tokens(content, root):
        if token.text in _OPENING:
            opened.append(token if token.text == b"[" and _is_named(before, last) else _NONE)
        elif token.text in _CLOSING and opened:
            if (first := opened.pop()).text == b"[":
                yield first.first, token.after, b""
        elif token.text in {b"import", b"from"} and _is_lazy(before, last, token):
            yield last.first, token.after, token.text
        elif last.text + token.text in {b"(*", b"[*", b"{*", b"{**"} and opened and opened[-1] is _NONE:
            opened[-1] = token
        elif token.text in {b",", b"for"} and opened and (stars := opened[-1]).text in _STARS:
            opened[-1] = _NONE
            if token.text == b"for":
                yield stars.first, stars.after, _STARS[stars.text]
        before, last = last, token


def _is_named(before: _Token, last: _Token) -> bool:
    """Whether a bracket after these is of type parameters."""
    return before.text in {b"def", b"class", b"type"} and before.line == last.line and last.text.decode().isidentifier()


def _is_lazy(before: _Token, last: _Token, token: _Token) -> bool:
    """Whether these are the beginning of a statement; `raise lazy from error` is not."""
    begins = before.line < last.line or before.text in {b";", b":"}
    return begins and last.text == b"lazy" and last.line == token.line


def _tokens(content: bytes, root: tree_sitter.Node) -> Iterator[_Token]:
    """Words and signs with their text; what is named otherwise (numbers, parts of strings, comments) without."""
    cursor = root.walk()
    while True:
        if cursor.goto_first_child():
            continue
        if (node := cursor.node) is not None:
            first, after = node.start_byte, node.end_byte
            says = node.type == "identifier" or not node.is_named
            yield _Token(first, after, node.start_point[0], content[first:after] if says else b"")
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
