"""Reads what only a newer Python's grammar allows: says it in older words for the running Python, and puts the tree's places back.

tree-sitter reads the newer grammar. What is new is replaced by something of the same meaning or, where there is none (types), by
something harmless. Text that the running Python reads is left alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import tree_sitter
import tree_sitter_python

from checklist.scan.newest_grammar import blanked
from checklist.scan.rewriting import Edit, Rewriting

_LANGUAGE = tree_sitter.Language(tree_sitter_python.language())

# First byte of what is kept and the byte after it, what stands before it and after it instead.
Piece = tuple[int, int, bytes, bytes]

_ALIAS = re.compile(rb"type\s+[^\s(\[]")  # tree-sitter takes `type(x).y = z` for one, too
_AFTER_VALUE = {"=", "type_conversion", "format_specifier", "}"}  # in a replacement field


def read(text: str) -> ast.Module | None:
    """The tree of the text, with the places as they are written, or `None` when it is no Python of any age or holds nothing new."""
    older = in_older_words(text)
    if older is None:
        return None
    try:
        tree = ast.parse(older.text)
    except SyntaxError:
        return None
    older.put_back(tree)
    return tree


def in_older_words(text: str) -> Rewriting | None:
    """The text in the grammar of Python 3.11, or `None` when it is no Python of any age or holds nothing new."""
    written = text.encode()
    root = _parsed(written)
    content = blanked(written, root)
    if content != written:
        root = _parsed(content)
    if root.has_error:
        return None
    edits = sorted(_edits(root))
    return Rewriting(written, content, edits) if edits or content != written else None


def _parsed(content: bytes) -> tree_sitter.Node:
    return tree_sitter.Parser(_LANGUAGE).parse(content).root_node


def _edits(root: tree_sitter.Node) -> Iterator[Edit]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "type_alias_statement" and _ALIAS.match(node.text or b""):
            yield node.start_byte, node.end_byte, b"pass"
            continue
        strings = _strings(node)
        if any(map(_is_new, strings)):
            yield from _spelled_out(strings)
            waiting.extend(child for string in strings for child in string.children)
            continue
        if node.type == "except_clause":
            yield from _except(node)
        waiting.extend(node.children)


def _except(node: tree_sitter.Node) -> Iterator[Edit]:
    """`except A, B:` of Python 3.14 becomes `except (A, B):`."""
    commas = [child for child in node.children if child.type == ","]
    if not commas:
        return
    values = [child for child in node.named_children if child.type not in {"block", "comment"}]
    yield values[0].start_byte, values[0].start_byte, b"("
    yield values[-1].end_byte, values[-1].end_byte, b")"


def _strings(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The strings that make one string, when the node is one."""
    if node.type == "concatenated_string":
        return [child for child in node.children if child.type == "string"]
    return [node] if node.type == "string" else []


def _opening(string: tree_sitter.Node) -> tuple[bytes, bytes]:
    """The letters before a string, in lower case, and its quotes."""
    written = string.children[0].text or b""
    quotes = written.lstrip(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return written[: len(written) - len(quotes)].lower(), quotes


def _is_new(string: tree_sitter.Node) -> bool:
    """Whether it is a t-string, or one of the f-strings that Python 3.11 may not read."""
    letters, quotes = _opening(string)
    if b"f" not in letters:
        return b"t" in letters
    new = _new_in_field(quotes)
    fields = [child for child in string.children if child.type == "interpolation"]
    return any(new.search(field.text or b"") or _is_deep(field) for field in fields)


@cache
def _new_in_field(quotes: bytes) -> re.Pattern[bytes]:
    """What Python 3.11 may not read in a replacement field: the quotes again, a backslash, a comment, an end of line, a t-string."""
    line = b"|\n" if len(quotes) == 1 else b""
    return re.compile(rb"[\\#]|![rsa]\s|(?<![\w'\"])(?:t|tr|rt)['\"]|" + quotes + line, re.IGNORECASE)


def _is_deep(field: tree_sitter.Node) -> bool:
    """Whether a replacement field of a format has a format of its own."""
    return any(_formats(inner) for inner in _formats(field))


def _formats(field: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The replacement fields in the format of a replacement field."""
    formats = [child for child in field.children if child.type == "format_specifier"]
    return [child for each in formats for child in each.children if child.type == "format_expression"]


def _spelled_out(strings: list[tree_sitter.Node]) -> Iterator[Edit]:
    """`f"to {names["new"]}"` becomes `(f"{...}"%(f"to ",(names["new"]),))`: filled in as well, and expressions may hold any quotes there."""
    at, instead = strings[0].start_byte, b'(f"{...}"%('
    for string in strings:
        for first, after, opening, closing in _pieces(string):
            yield at, first, instead + opening
            at, instead = after, closing
    yield at, strings[-1].end_byte, instead + b"))"


def _pieces(string: tree_sitter.Node) -> Iterator[Piece]:
    letters, quotes = _opening(string)
    if not {*b"ft"} & {*letters}:
        yield string.start_byte, string.end_byte, b"", b","
        return
    for child in string.children:
        if child.type == "string_content":
            kept = len((child.text or b"").rstrip(b"\\"))  # a backslash would escape the quotes
            yield child.start_byte, child.start_byte + kept, letters.replace(b"t", b"f") + quotes, quotes + b","
        elif child.type == "interpolation":
            yield from _values(child)


def _values(field: tree_sitter.Node) -> Iterator[Piece]:
    """The expression of a replacement field, and those of its format."""
    end = next(child for child in field.children[1:] if child.type in _AFTER_VALUE)
    yield field.children[0].end_byte, end.start_byte, b"(", b"),"
    for inner in _formats(field):
        yield from _values(inner)
