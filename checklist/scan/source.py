"""Reads source text into a syntax tree, also where its grammar is newer than the running Python's. Runs nothing of what it reads."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from checklist.scan import newer_grammar
from checklist.scan.found import Evidence

LONGEST = 500  # characters of an expression that are shown
MOST_CONTINUED = 20_000  # lines that end in a backslash; Python's reader takes the square of their number
LARGEST = (
    2_000_000  # bytes of one file: up to 2 GB as a tree; the largest module of Python's own library has 0.3 million
)


# Encodings of text that people write, each decoded in one pass. Others that Python knows take hours for some files (punycode) or are no text.
_ENCODINGS = re.compile(
    r"utf-8(-sig)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|euc_\w+|shift_jis\w*|gb2312|gbk|gb18030|hz|big5\w*|iso2022_\w+|johab|tis-620"
)


class UnreadableError(Exception):
    """The file cannot be read; the message says why, and where."""


@dataclass(eq=False)
class Module:
    """One file that was read. `path` is POSIX, relative to what was scanned."""

    path: str
    text: str
    tree: ast.Module
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.text.split("\n")  # as Python counts them; `splitlines` knows more ends of lines

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The names of packages and module, outermost first, as far as the path tells: `("shop", "billing", "tasks")`."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def is_package(self) -> bool:
        """Whether the file is the `__init__.py` of a package."""
        return PurePosixPath(self.path).stem == "__init__"

    def evidence(self, node: ast.AST | int) -> Evidence:
        """The line on which `node` begins (or the line of that number), to show."""
        return line_of(self.path, self.lines, node if isinstance(node, int) else getattr(node, "lineno", 1))

    def source(self, node: ast.expr) -> str:
        """The expression as it is written, on one line."""
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        if not lines or node.end_col_offset is None:
            return _shortened(ast.unparse(node))
        lines[-1] = _bytes_until(lines[-1], node.end_col_offset)
        lines[0] = lines[0][len(_bytes_until(lines[0], node.col_offset)) :]
        return _shortened("\n".join(lines))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node above each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> list[ast.AST]:
        """The nodes around `node`, the nearest first, without the module itself."""
        found = []
        while (up := self.parents.get(node)) is not None and not isinstance(up, ast.Module):
            found.append(up)
            node = up
        return found


def line_of(path: str, lines: Sequence[str], number: int) -> Evidence:
    """The line of that number of a file that has these lines, to show."""
    text = lines[number - 1].strip() if number <= len(lines) else ""
    return Evidence(path, number, text[:300])


def _bytes_until(line: str, column: int) -> str:
    """The line up to a column, which syntax trees count in bytes."""
    return line[:column] if line.isascii() else line.encode()[:column].decode("utf-8", "ignore")


def _shortened(written: str) -> str:
    words = " ".join(written[: 4 * LONGEST].split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]} ..."


def decode(content: bytes) -> str:
    """The text of a Python file, by its declared encoding. Raises `UnreadableError`."""
    if len(content) > LARGEST:
        raise UnreadableError(f"has {len(content):,} bytes; at most {LARGEST:,} are read")
    if b"\0" in content:
        raise UnreadableError("is not text: it holds null bytes")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if not _ENCODINGS.fullmatch(codecs.lookup(encoding).name):
            raise UnreadableError(f"declares the encoding {encoding}, in which no source is written")
        text = content.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise UnreadableError(f"cannot be decoded: {error}") from None
    return text


def parse(path: str, text: str) -> Module:
    """The file as a module. Raises `UnreadableError` with the line where reading stopped."""
    if len(text) > LARGEST:
        raise UnreadableError(f"has {len(text):,} characters; at most {LARGEST:,} are read")
    if not PurePosixPath(path).name:
        raise UnreadableError("has no name")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\\\n") > MOST_CONTINUED:
        raise UnreadableError(f"has more than {MOST_CONTINUED:,} lines that end in a backslash")
    try:
        tree = _tree(text)  # with its form feeds: what stands before one indents nothing
        return Module(path, text.replace("\f", " "), tree)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        raise UnreadableError(f"{where}{error.msg}") from None
    except UnicodeEncodeError:
        raise UnreadableError("is not text: it holds halves of characters (surrogates)") from None
    except ValueError as error:
        raise UnreadableError(str(error)) from None
    except (RecursionError, MemoryError):
        raise UnreadableError("is too large for the memory that is left, or nested too deeply, to be read") from None


def _tree(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a string is not our business
        try:
            tree = ast.parse(text)
        except SyntaxError:
            newer = newer_grammar.read(text)
            if newer is None:
                raise
            tree = newer
    return tree
