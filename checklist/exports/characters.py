"""Characters that no export may pass on as they are, and how long a text is for the site that it is pasted into."""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Controls that are not white space, the bidirectional controls that re-order what follows them, and the code points
# that no encoding can write. The marks U+200E, U+200F and U+061C stay: right-to-left languages need them, and they
# do not reach past their neighbours.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """Return `text` with every lone surrogate as U+FFFD, so that it can be written as UTF-8."""
    return _SURROGATES.sub(REPLACEMENT, text)


def visible(text: str) -> str:
    """Return `text` with each control and bidirectional control as U+FFFD, so that a reader sees that it was there."""
    return _UNSEEN.sub(REPLACEMENT, text)


def length(text: str) -> int:
    """Return the length in UTF-16 units, which is never below the number of characters: sites count either."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
