"""Says in older words what only a newer Python's grammar allows, line by line the same, so that the running Python can read it.

tree-sitter reads the newer grammar; what is new is replaced by something of the same meaning or, where there is none (types, text inside
of f-strings), by something harmless. Lines keep their numbers, columns need not.
"""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter
import tree_sitter_python

_LANGUAGE = tree_sitter.Language(tree_sitter_python.language())

Edit = tuple[int, int, bytes]  # first byte, byte after the last one, what stands there instead


def in_older_words(text: str) -> str | None:
    """The text in the grammar of Python 3.11, or `None` when it is no Python of any age or holds nothing new."""
    content = text.encode()
    root = tree_sitter.Parser(_LANGUAGE).parse(content).root_node
    if root.has_error:
        return None
    edits = sorted(_edits(root, content))
    if not edits:
        return None
    pieces, at = [], 0
    for first, after, instead in edits:
        if first < at:
            continue  # inside of something that is already replaced
        pieces += [content[at:first], instead]
        at = after
    return b"".join([*pieces, content[at:]]).decode()


def _edits(root: tree_sitter.Node, content: bytes) -> Iterator[Edit]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "except_clause":
            yield from _except(node)
        elif (
            node.type == "type_parameter"
            and node.parent
            and node.parent.type in {"function_definition", "class_definition"}
        ):
            yield node.start_byte, node.end_byte, _lines(node, b"")
        elif node.type == "type_alias_statement":
            yield node.start_byte, node.end_byte, _lines(node, b"pass")
            continue
        elif node.type == "string" and _is_new_string(node):
            yield node.start_byte, node.end_byte, b"'''..." + _lines(node, b"") + b"'''"
            continue
        waiting.extend(node.children)


def _except(node: tree_sitter.Node) -> Iterator[Edit]:
    """`except A, B:` of Python 3.14 becomes `except (A, B):`."""
    commas = [child for child in node.children if child.type == ","]
    if not commas:
        return
    values = [child for child in node.named_children if child.type not in {"block", "comment"}]
    yield values[0].start_byte, values[0].start_byte, b"("
    yield values[-1].end_byte, values[-1].end_byte, b")"


def _is_new_string(node: tree_sitter.Node) -> bool:
    prefix = (node.children[0].text or b"").rstrip(b"'\"").lower()
    return b"t" in prefix or (b"f" in prefix and any(child.type == "interpolation" for child in node.children))


def _lines(node: tree_sitter.Node, instead: bytes) -> bytes:
    return instead + b"\n" * (node.end_point[0] - node.start_point[0])
