"""Characters that no reader sees, and how long a text is for the site that it is pasted into. Pages use it, too."""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# What can make a text read as another one, or hide in it: controls that are not white space; everything that Unicode calls
# default ignorable (DerivedCoreProperties.txt), such as the characters that turn the reading direction, zero-width ones and
# tags, less the variation selectors that choose the picture of the character before; annotation marks; and the code points
# that no encoding can write.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# What ends a line, for a terminal or for somebody's program, or moves to another place in it.
_MOVING = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
VIRAMA = 9  # the combining class of the sign after which scripts of India join letters or keep them apart
PICTURES = {"So", "Sk"}  # the categories of emoji and of the colours of their skin
SELECTOR = "\N{VARIATION SELECTOR-16}"


def encodable(text: str) -> str:
    """Return `text` with every lone surrogate as U+FFFD, so that it can be written as UTF-8."""
    return _SURROGATES.sub(REPLACEMENT, text)


def visible(text: str) -> str:
    """Return `text` with each character that nobody would see written out, such as `⟨U+202E⟩`, so that a reader knows of it.

    A joiner stays where writing needs it: between Arabic letters, after a virama, inside an emoji.
    """
    return _UNSEEN.sub(_written_out, text)


def on_one_line(text: str) -> str:
    """Return `text` as `visible` does, with line ends and tabs written out, too: the names of files may hold them."""
    return _MOVING.sub(_written_out, visible(text))


def _written_out(found: re.Match[str]) -> str:
    if found[0] in JOINERS and _is_needed_after(found.string[max(0, found.start() - 1) : found.start()]):
        return found[0]
    return f"\N{MATHEMATICAL LEFT ANGLE BRACKET}U+{ord(found[0]):04X}\N{MATHEMATICAL RIGHT ANGLE BRACKET}"


def _is_needed_after(before: str) -> bool:
    """Whether a joiner does something after `before`, a character or "" at the beginning of a text."""
    return bool(before) and (
        unicodedata.bidirectional(before) == "AL"
        or unicodedata.combining(before) == VIRAMA
        or unicodedata.category(before) in PICTURES
        or before == SELECTOR
    )


def length(text: str) -> int:
    """Return the length in UTF-16 units, which is never below the number of characters: sites count either."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
