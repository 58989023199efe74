"""What GitHub makes of Markdown: parsed by its own parser with its extensions, raw HTML let through."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

import cmarkgfm
from cmarkgfm.cmark import Options

from checklist.exports.characters import visible
from checklist.exports.markdowntext import BREAK

EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist"]  # not tagfilter, which would hide a mistake


class Page(HTMLParser):
    """The tags with their attributes, the ticks of the task boxes, the text; `plain` is that in no link or code."""

    def __init__(self, markdown: str) -> None:
        """Render and read `markdown`."""
        super().__init__()
        self.tags: list[str] = []
        self.ticks: list[bool] = []
        self.text = ""
        self.plain: list[str] = []
        self.href, self.link_text, self.in_code = "", "", False
        options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
        self.feed(cmarkgfm.markdown_to_html_with_extensions(markdown, options=options, extensions=EXTENSIONS))
        self.close()

    @property
    def structure(self) -> Counter[str]:
        """Every tag but line breaks and links that show their own address."""
        return Counter(self.tags)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag; a link waits for its text."""
        given = dict(attrs)
        if tag == "input":
            self.ticks.append("checked" in given)
        if tag == "a":
            self.href, self.link_text = given.get("href") or "", ""
        elif tag != "br":
            self.tags.append(f"{tag} {given}")
        self.in_code = self.in_code or tag == "code"

    def handle_endtag(self, tag: str) -> None:
        """Count a link unless it is a bare web address."""
        if tag == "a":
            bare = self.href.lower().startswith(("http://", "https://")) and unquote(self.href) == unquote(
                self.link_text
            )
            self.tags += [] if bare else [f"a {self.href}"]
            self.href = ""
        self.in_code = self.in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data.replace(BREAK, "")
        self.link_text += data
        if not self.href and not self.in_code:
            self.plain.append(data)

    def handle_comment(self, data: str) -> None:
        """A comment is markup as well."""
        self.tags.append(f"comment {data}")


def seen(text: str) -> str:
    """Return `text` as a reader tells it apart: no white space, what is unseen written out."""
    return re.sub(r"\s", "", visible(text))
