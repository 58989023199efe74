"""Whether a diff holds a new file from its first line to its last: what proves it, and what is said where nothing does. Called by `diff.py`.

A hunk that begins at line 1 always looks the same, whether the file ends below it or the context does. The end is proven by git's name
for the content (the `index` line), by a missing newline, by a file that was not there before, and by less context below the changes than
the diff was made with. Where git names the content, that alone decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checklist.scan.patch import Hunk, Patch

USUAL = 3  # lines of context where nobody asked for more
UNKNOWN_CHARACTER = "\N{REPLACEMENT CHARACTER}"  # stands for what is not UTF-8: git's name is of other bytes then


@dataclass(frozen=True)
class Content:
    """The new file as a diff holds it, `None` where that is a part of it, or may well be.

    `doubt` says what is missing to that, after "the diff does not hold the whole of x.py"; beside a text, that its end is not proven.
    """

    text: str | None
    doubt: str = ""


def content(found: Patch, context: int) -> Content:
    """What the diff holds of one file; `context` is the least number of lines of context that the diff was made with."""
    hunk = found.hunks[0]
    if len(found.hunks) > 1 or hunk.start > 1:
        return Content(None)
    text = hunk.new_text()
    if found.is_new or hunk.is_end or _is_blob(text, found.blob):
        return Content(text)
    if found.blob and UNKNOWN_CHARACTER not in text:
        return Content(None, f", or not unchanged (git calls it {found.blob})")
    is_short = hunk.below() < context
    if is_short and not found.blob:  # git alone can be told to show more than the context: `--function-context`
        return Content(text)
    if not is_short and (found.context is not None or hunk.below() == USUAL):
        return Content(None, ", or nothing in it says so")
    return Content(text, "nothing in it says that the file ends there")


def contexts(patches: Sequence[Patch]) -> list[int]:
    """For each file, with how many lines of context its diff was made, at least.

    Files of which git names the content are told from the others: somebody may have put diffs of two programs together.
    """
    least = {
        is_named: max(
            (_shown(hunk) for each in patches if bool(each.blob) is is_named for hunk in each.hunks), default=0
        )
        for is_named in (False, True)
    }
    return [
        least[bool(each.blob)] if each.context is None else max([each.context, *map(_shown, each.hunks)])
        for each in patches
    ]


def _shown(hunk: Hunk) -> int:
    """How many lines of context a hunk shows: above and below its changes, and half of what is between two."""
    return max(hunk.above(), hunk.below(), *[(run + 1) // 2 for run in hunk.between()], 0)


def _is_blob(text: str, blob: str) -> bool:
    """Whether git calls the text by that name, which may be shortened: then no line is missing, however few the context has."""
    return bool(blob) and any(name.startswith(blob) for name in _names(text))


def _names(text: str) -> Iterable[str]:
    for written in {text, text.replace("\n", "\r\n")}:
        content = written.encode("utf-8", "surrogateescape")
        blob = b"blob %d\0%b" % (len(content), content)
        yield from (hashlib.sha1(blob, usedforsecurity=False).hexdigest(), hashlib.sha256(blob).hexdigest())
