"""A text of which pieces were replaced, and the way back from places in it to places in what was written. `newer_grammar` makes it."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from itertools import accumulate

Edit = tuple[int, int, bytes]  # first byte, byte after the last one, what stands there instead

_PLACED = ast.stmt | ast.expr | ast.excepthandler | ast.arg | ast.keyword | ast.alias | ast.pattern


class Rewriting:
    """What was written, and the text with other pieces.

    The edits, in order and apart from each other, are of `content`, which has each byte where `written` has it. They may take away
    ends of lines, and add none.
    """

    def __init__(self, written: bytes, content: bytes, edits: list[Edit]) -> None:
        self._starts: list[int] = []  # of each new piece, in the new text
        self._pieces: list[tuple[int, int, int]] = []  # its end, and the start and end of what it replaces
        rewritten = self._rewritten(content, edits)
        self.text = rewritten.decode()
        new, old = rewritten.split(b"\n"), written.split(b"\n")
        self._lines, self._written_lines = _starts(new), _starts(old)
        pairs = enumerate(zip(new, old, strict=True), 1) if len(new) == len(old) else ()
        self._untouched = {number for number, (line, before) in pairs if line == before}

    def _rewritten(self, content: bytes, edits: list[Edit]) -> bytes:
        parts, at, length = [], 0, 0
        for first, after, instead in edits:
            start = length + first - at
            parts += [content[at:first], instead]
            at, length = after, start + len(instead)
            self._starts.append(start)
            self._pieces.append((length, first, after))
        return b"".join([*parts, content[at:]])

    def put_back(self, tree: ast.AST) -> None:
        """Changes the places of all nodes, read from the new text, to those of what was written."""
        for node in ast.walk(tree):
            if not isinstance(node, _PLACED) or (node.lineno == node.end_lineno and node.lineno in self._untouched):
                continue
            first = self._before(self._offset(node.lineno, node.col_offset))
            after = self._after(self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset))
            node.lineno, node.col_offset = self._place(first)
            node.end_lineno, node.end_col_offset = self._place(after)

    def _offset(self, line: int, column: int) -> int:
        """The byte at a place of the new text; Python 3.11 counts some columns inside of f-strings past the end of their line."""
        return min(self._lines[line - 1] + column, self._lines[line] - 1)

    def _before(self, offset: int) -> int:
        """Where something begins that begins at this byte of the new text: with the piece, when that is inside of one."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return offset
        end, first, after = self._pieces[index]
        return first if offset < end else after + offset - end

    def _after(self, offset: int) -> int:
        """Where something ends that ends before this byte of the new text: with the piece, when that is inside of one."""
        index = bisect_left(self._starts, offset) - 1
        if index < 0:
            return offset
        end, _, after = self._pieces[index]
        return after + max(offset - end, 0)

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._written_lines, offset)
        return line, offset - self._written_lines[line - 1]


def _starts(lines: list[bytes]) -> list[int]:
    """The byte at which each line begins, and the one at which another would."""
    return list(accumulate((len(line) + 1 for line in lines), initial=0))
