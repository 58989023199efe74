"""Typed text as Markdown that shows exactly that text. Every Markdown renderer sends all names, titles and notes here.

What GitHub's parser reads as markup gets a backslash or an entity. What is linked or replaced only after parsing
(mentions, references, commit hashes, emoji names) does not see those; a zero-width space breaks it up unseen. The
same space breaks up the words by which merge gates skip an open box. Only a bare http(s) URL stays a link.
"""

from __future__ import annotations

import html
import re

from checklist.exports import characters

BREAK = "\N{ZERO WIDTH SPACE}"
LINE_BREAK = "<br>"

_URL = re.compile(r"""(?<![A-Za-z0-9+.-])https?://[^\W_][^\s<>"`\\]*""", re.IGNORECASE)
_PAIRS = {")": "(", "]": "[", "}": "{"}

# These work inside a link as well: words that a merge gate looks for, emoji names, and brackets (GitHub's parser ticks
# the box of a line that has "[x]" anywhere). Such a URL becomes text.
_UNLINKABLE = re.compile(r"N/A|POST-MERGE|OPTIONAL|:[\w+-]+:|[\[\]]", re.ASCII)

# Decoded inside <...> too, so that "&copy;" in a query would come out as another address.
ENTITY = re.compile(r"&(?=#?\w+;)")

_HASH = re.compile(r"(?<![A-Za-z0-9])[0-9A-Fa-f]{7,}(?![A-Za-z0-9])")
_HASH_PIECE = re.compile(r".{1,6}")  # the shortest hash that GitHub links has 7 digits

# Each alternative matches the empty place where a break goes.
_BREAKS = re.compile(
    r"""
    (?<=(?<![A-Za-z0-9_])@)(?=[A-Za-z0-9])     # @name; not between word characters
    | (?<=[A-Za-z0-9_]@[A-Za-z0-9_-])          # e-mail: its link breaks in the domain, the @ stays alone
    | (?<=\#)(?=[0-9])                         # #12 and org/repo#12
    | (?<=[Gg][Hh]-)(?=[0-9])                  # GH-12
    | (?<=:)(?=[A-Za-z0-9_+-]{1,99}:)          # :tada:
    | (?<=:)(?=//)                             # any scheme that is not linked below
    | (?<=[Ww]{3})(?=\.)                       # www.example.com
    | (?<=\$) | (?=\$)                         # $mathematics$
    | (?<=[!&])(?=[0-9]) | (?<=[~%])(?=[\w"])  # GitLab: !12, &12, ~label, %milestone
    | (?<=N)(?=/A) | (?<=POST)(?=-MERGE) | (?<=OPT)(?=IONAL)
    """,
    re.VERBOSE,
)

# An underscore inside a word is only text, and names such as max_retries read better without a backslash.
_SPECIALS = re.compile(r"[\\`*\[\]#~|$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def escaped(typed: str) -> str:
    """Return `typed` on one line, all white space collapsed, as Markdown that renders as that text."""
    text = " ".join(characters.visible(typed).split())
    parts, end = [], 0
    for found in _URL.finditer(text):
        url = _without_closing(found[0])
        parts += [_literal(text[end : found.start()]), _link(url)]
        end = found.start() + len(url)
    return "".join([*parts, _literal(text[end:])])


def escaped_lines(typed: str) -> str:
    """Return `typed` as one line of Markdown: `escaped`, with its line breaks as `<br>`."""
    return LINE_BREAK.join(escaped(line) for line in typed.strip().splitlines())


def head(typed: str, limit: int) -> str:
    """Return the first `limit` characters of `typed`, less a URL that the cut goes through: half leads elsewhere."""
    for found in _URL.finditer(typed):
        if found.start() < limit < found.end():
            return typed[: found.start()].rstrip()
    return typed[:limit].rstrip()


def _without_closing(url: str) -> str:
    """Leave out the punctuation that belongs to the sentence around the URL."""
    while url[-1] in "?!.,:;*_~'" or url.count(url[-1]) > url.count(_PAIRS.get(url[-1], url[-1])):
        url = url[:-1]
    return url


def _link(url: str) -> str:
    if _UNLINKABLE.search(url):
        return _literal(url)
    return f"<{ENTITY.sub('&amp;', url)}>"


def _literal(text: str) -> str:
    """Break up what works after parsing, then escape what the parser reads; breaks first, as they look at the text."""
    broken = _BREAKS.sub(BREAK, _HASH.sub(lambda found: BREAK.join(_HASH_PIECE.findall(found[0])), text))
    return _SPECIALS.sub(r"\\\g<0>", html.escape(broken, quote=False))
