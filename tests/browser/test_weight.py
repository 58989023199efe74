"""What an audit weighs on its way to the browser: it must load on a train."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request

from . import states
from .server import Server

LIMIT = 44 * 1024  # bytes, compressed: HTML, style and scripts


def weigh(url: str) -> tuple[int, str]:
    """The compressed bytes of one answer, and its text."""
    plain = urllib.request.urlopen(url).read().decode()
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as response:
        assert response.headers["Content-Encoding"] == "br", url
        return len(response.read()), plain


def test_an_audit_is_light(server: Server) -> None:
    url = states.half_answered(server.url).edit
    size, html = weigh(url)
    parts = re.findall(r'<script src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"', html)
    sizes = {part: weigh(urllib.parse.urljoin(url, part))[0] for pair in parts for part in pair if part}
    assert len(sizes) == 6
    assert size + sum(sizes.values()) <= LIMIT, {"html": size, **sizes}
