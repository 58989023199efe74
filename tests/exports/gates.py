"""Models of three merge gates: each takes a comment's Markdown and returns the texts of the tasks that keep it shut.

They follow how the gates decide, which `test_gates.py` holds against figures measured with the gates themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

MHEAP_ITEM = re.compile(r"(?:^|\n)\s*-\s+\[([ xX])\]\s+((?!~).*)")
KENTARO_ITEM = re.compile(r"(- \[[ ]\].+)")
STILLIARD_BOX = re.compile(r"\[([ xX])\] ")


def mheap(markdown: str) -> list[str]:
    """Line by line; what stands in an HTML comment is skipped, also one that GitHub would not see as a comment."""
    found, in_comment = [], False
    for line in markdown.split("\n"):
        if "<!--" in line or "-->" in line:
            in_comment = line.rfind("<!--") > line.rfind("-->")
        if not in_comment:
            found += [text for box, text in MHEAP_ITEM.findall(line) if box == " "]
    return found


def kentaro(markdown: str) -> list[str]:
    """Anywhere in the text, in the middle of a line as well."""
    return KENTARO_ITEM.findall(markdown)


def stilliard(markdown: str) -> list[str]:
    """By the items of parsed lists; one with several blocks is replaced by them, certain words drop an item."""
    lines = markdown.split("\n")
    root = SyntaxTreeNode(MarkdownIt("commonmark").parse(markdown))
    texts = ["\n".join(lines[slice(*item.map)]).strip().lstrip("-*+ ") for item in _flat_items(root) if item.map]
    return [text for text in texts if _is_open(text) and not _is_skipped(text)]


def _flat_items(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in node.children:
        if child.type == "list_item" and len(child.children) <= 1:
            yield child
        elif child.type in ("list_item", "bullet_list", "ordered_list", "blockquote"):
            yield from _flat_items(child)


def _is_open(text: str) -> bool:
    box = STILLIARD_BOX.match(text)
    return box is not None and box[1] == " "


def _is_skipped(text: str) -> bool:
    return any(word in text for word in ("POST-MERGE", "N/A", "OPTIONAL"))


GATES: dict[str, Callable[[str], list[str]]] = {"stilliard": stilliard, "mheap": mheap, "kentaro": kentaro}
