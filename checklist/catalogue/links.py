"""Which addresses a checklist may link to. Knows no Django."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\xa0\\<>\"`]")


def url_fault(url: str) -> str:
    """What keeps `url` from being an http or https address of a host, or an empty text."""
    if UNSAFE.search(url):
        return "has white space, a quote, < > or \\ in it"
    try:
        parts = urlsplit(url)
        port_is_bad = parts.port == 0
    except ValueError as error:
        return f"is not an address ({error})"
    if parts.scheme not in ("http", "https"):
        return "must begin with https:// or http://"
    if port_is_bad or not parts.hostname or not re.fullmatch(r"\w[\w.-]*|[0-9a-f:.]*:[0-9a-f:.]*", parts.hostname):
        return "has no host"
    return "holds a user name" if "@" in parts.netloc else ""
