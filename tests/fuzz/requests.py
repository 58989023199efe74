"""Requests: a route, a method, headers and a body, each of them right or wrong in some way."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .bodies import bodies, encoded, pairs
from .routes import paths
from .texts import NASTY, mostly, raw
from .world import CSRF, World

METHODS = [
    *("GET", "POST", "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "get", "BREW", "X" * 20),
]  # fmt: skip
READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
FORGED = "forged.example"  # a host that stands in headers alone
HEADERS = {
    "HOST": ["testserver", FORGED, f"testserver@{FORGED}", f"{FORGED}\\testserver", "localhost:1", "[::1]", "a b", "testserver:x", "", "x" * 300, "\xff"],
    "ORIGIN": ["http://testserver", "null", "https://evil.example", "", "http://[", "\xff"],
    "REFERER": ["http://testserver/", "https://evil.example/", "http://[", ""],
    "SEC_FETCH_SITE": ["same-origin", "cross-site", "none", "x"],
    "ACCEPT": ["text/html", "*/*", "application/json", "", ";;;", "text/html;q=x", ",,,"],
    "ACCEPT_ENCODING": ["br", "gzip", "", "br;q=0", "gzip;q=x", "\xff", "*"],
    "ACCEPT_LANGUAGE": ["de", "x" * 600, ",;"],
    "IF_NONE_MATCH": ["*", '"x"', 'W/"x"', '"', "\xff", "x" * 9000],
    "IF_MODIFIED_SINCE": ["Sun, 22 Nov 2026 10:00:00 GMT", "x", "0", "Sun, 99 Foo 99999999 99:99:99 GMT", "\xff"],
    "IF_UNMODIFIED_SINCE": ["x", "Sun, 22 Nov 1026 10:00:00 GMT"],
    "IF_MATCH": ["*", '"x"', ""],
    "RANGE": ["bytes=0-1", "bytes=9-1", "bytes=-", "bytes=x", "x=1", "bytes=99999999999-"],
    "X_FORWARDED_FOR": ["127.0.0.1", "evil", ",,,", "x" * 999],
    "X_FORWARDED_HOST": [FORGED],
    "X_FORWARDED_PROTO": ["https", "x"],
    "X_HTTP_METHOD_OVERRIDE": ["DELETE", "GET", "POST"],
    "X_METHOD_OVERRIDE": ["PUT"],
    "HX_REQUEST": ["true", "false", "x"],
    "HX_CURRENT_URL": ["http://testserver/", "http://[", "\xff"],
    "HX_TARGET": ["x", "\xff"],
    "HX_TRIGGER": ["{", "\xff"],
    "TRANSFER_ENCODING": ["chunked", "gzip, chunked", "identity"],
    "EXPECT": ["100-continue", "x"],
    "COOKIE": ["a=b", "visitor=\x00", "visitor=" + "x" * 5000, "sessionid=\xff", "csrftoken=x", ";;;=;=", '"', "; ".join(["a=b"] * 500)],
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """One request as it reaches Django, and the route that it was made for."""

    route: str
    method: str
    path: str
    query: str
    kind: str
    body: bytes
    length: str
    headers: tuple[tuple[str, str], ...]

    @property
    def decoded(self) -> str:
        """The path as a WSGI server passes it on."""
        return unquote_to_bytes(self.path.encode("utf-8", "surrogatepass")).decode("latin-1")

    @property
    def environ(self) -> dict[str, object]:
        """What a WSGI server makes of the rest."""
        return {
            "QUERY_STRING": self.query,
            "CONTENT_TYPE": self.kind,
            "CONTENT_LENGTH": self.length,
            **{f"HTTP_{name}": value for name, value in self.headers},
        }


def headers(world: World) -> SearchStrategy[tuple[tuple[str, str], ...]]:
    """A few headers; most requests carry a cookie that authorises, and Django's token."""
    one = st.sampled_from([(name, value) for name, found in HEADERS.items() for value in found])
    strange = st.tuples(st.sampled_from(list(HEADERS)), st.sampled_from([text for text in NASTY if text.isascii()]))
    cookie = st.sampled_from(world.cookies).map(lambda found: ("COOKIE", f"csrftoken={CSRF}; {found}"))
    token = st.just(("X_CSRFTOKEN", CSRF))
    few = mostly(st.just(()), st.lists(st.one_of(one, one, one, strange), min_size=1, max_size=2).map(tuple))
    return st.tuples(st.tuples(token, cookie), few).map(lambda found: tuple(dict(found[0] + found[1]).items()))


def sent(world: World, group: str) -> SearchStrategy[Sent]:
    """Any request to a route of this group."""
    return paths(world, group).flatmap(lambda where: to(world, *where))


def to(world: World, route: str, path: str) -> SearchStrategy[Sent]:
    """A request to a path of this route, mostly with a method that it answers to."""
    asked = pairs(route, 3).map(lambda found: encoded(found).decode())
    junk = raw().map(lambda content: content[:3000].decode("latin-1"))
    query = mostly(st.just("") if "GET" not in world.methods[route] else asked, asked | junk)
    method = mostly(st.sampled_from(world.methods[route]), st.sampled_from(METHODS))
    return st.builds(_sent, st.just((route, path)), method, query, bodies(route), _lengths, headers(world))


_lengths = mostly(
    st.just(""), st.sampled_from(["0", "1", "-1", "x", "999999999", "9" * 30, "9" * 5000, "\u00b2", "+5", "1, 1"])
)


def _sent(
    where: tuple[str, str],
    method: str,
    query: str,
    body: tuple[str, bytes],
    length: str,
    named: tuple[tuple[str, str], ...],
) -> Sent:
    route, path = where
    kind, content = body
    return Sent(route, method, path, query, kind, content, length or str(len(content)), named)
