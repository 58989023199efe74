"""What is no proper request at all, sent to a real gunicorn: it answers or hangs up, never fails, and writes nothing that it refused."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import hypothesis
import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from running import Project, Server

from .counting import REQUESTS, SHARE_ON_SOCKETS, counts
from .texts import mostly, raw

START = "/checklists/celery-tasks/audits/"
PATIENCE = 10.0  # seconds
# A transfer coding that no server has to know, and a version of HTTP that does not exist.
OF_THE_PROTOCOL = {501, 505}
TABLES = (
    "audits_audit",
    "audits_answer",
    "audits_change",
    "audits_kept",
    "audits_visitor",
    "audits_allowance",
    "django_session",
)

STARTS = [
    b"POST",
    b"GET",
    b"PUT",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"HEAD",
    b"post",
    b"P\x00ST",
    b"",
    b" GET",
    b"G" * 5000,
]
VERSIONS = [
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/9.9",
    b"HTTP/1.1 x",
    b"http/1.1",
    b"",
    b"HTTP/1.1\r\n x",
    b"RTSP/1.0",
]
LINES = [
    b"Content-Length: 0", b"Content-Length: -1", b"Content-Length: +6", b"Content-Length: 6, 6", b"Content-Length: 6\r\nContent-Length: 7", b"Content-Length: 0x6",
    b"Content-Length: 99999999999999999999", b"Content-Length : 6", b"Content-Length: \xc2\xb2", b"Content-Length: 600", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 6", b"Transfer-Encoding: xchunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding:\x0bchunked", b"Host: evil.example", b"Host: a\r\nHost: b", b"Host:", b"Host: \xff", b"X: " + b"x" * 9000, b"X: a\r\n folded", b": x", b"no colon",
    b"X\x00: a", b"X: a\x00b", b"X: a\rb", b"X: a\nb", b"Expect: 100-continue", b"Expect: x", b"Connection: upgrade\r\nUpgrade: h2c", b"Connection: keep-alive",
    b"Cookie: " + b"a=b; " * 1500, b"Cookie: visitor=\xff\x00", b"X-Forwarded-Proto: https", b"X_Forwarded_Proto: https", b"X-Forwarded-Host: evil.example",
    b"Content-Type: application/x-www-form-urlencoded; charset=rot13", b"Content-Type: multipart/form-data; boundary=b", b"Content-Type: \xff", b"Range: bytes=0-",
    b"X-HTTP-Method-Override: DELETE", b"Accept-Encoding: " + b"br," * 2000, b"If-None-Match: " + b'"x",' * 2000, b"\r\n".join([b"X: y"] * 150),
]  # fmt: skip
TARGETS = [
    b"*", b"/*", b"http://evil.example/", b"http://[/", b"//evil.example/%2e%2e", b"/\\evil.example", b"/%00", b"/%", b"/%zz", b"/\xff\xfe", b"/..%2f..%2fetc/passwd",
    b"/static/../../var/secret_key", b"/static/%2e%2e/%2e%2e/var/secret_key", b"/static/..%5c..%5cvar", b"/" + b"a" * 5000, b"/?" + b"q=x&" * 1000, b"/?" + b"a" * 5000,
    b"/#frag", b"evil", b"", b"/ /", b"/;a=b", b"/healthz\x00", b"/healthz?\r\nX: y", b"127.0.0.1:80", b"/mine/?q=\xed\xa0\x80", b"/mine/?page=" + b"9" * 3000,
]  # fmt: skip
BODIES = [
    b"task=t",
    b"",
    b"6\r\ntask=t\r\n0\r\n\r\n",
    b"6\r\ntask=t\r\n",
    b"-1\r\n",
    b"ffffffffffffffffff\r\nx",
    b"6;x=\x00\r\ntask=t\r\n0\r\n\r\n",
    b"task=%",
    b"task=t" * 60_000,
]


@dataclass
class Service:
    """A running server, the paths of an audit on it, and a way to see what is stored."""

    server: Server
    paths: list[bytes]
    url: str

    def stored(self) -> list[object]:
        """How many rows each table has and which is the newest, and how often audits changed."""
        asked = [f"SELECT '{table}', count(*) FROM {table}" for table in TABLES]
        query = " UNION ALL ".join(
            [*asked, "SELECT 'r', sum(revision) FROM audits_audit", "SELECT 'c', sum(count) FROM audits_allowance"]
        )
        is_file = self.url.startswith("sqlite")
        with closing(
            sqlite3.connect(self.url.removeprefix("sqlite:///")) if is_file else psycopg.connect(self.url)
        ) as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def service(project: Project) -> Iterator[Service]:
    """One audit on a server of its own."""
    with project.serving(STARTS_PER_HOUR="100000") as server:
        path = server.ask("POST", START, "task=t").headers["Location"]
        shared = json.loads(server.ask("GET", f"{path}export.json").text)["shared"].partition("/shared/")[2]
        paths = [
            path,
            f"{path}items/known-options-only/",
            f"/shared/{shared}",
            START,
            "/",
            "/mine/",
            "/admin/login/",
            "/healthz",
            "/static/x",
        ]
        yield Service(server, [found.encode() for found in paths], project.environment["DATABASE_URL"])


def spoken(port: int, sent: bytes) -> bytes:
    """Send, say that this is all, and read until the server hangs up. It may do so before it read everything."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as connection:
        received = b""
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except (ConnectionError, OSError) as error:
            assert not isinstance(error, TimeoutError), "the server neither answered nor hung up"
    return received


def statuses(answer: bytes) -> list[int]:
    """The status of every answer on the connection; 0 when there is none."""
    return [int(found) for found in re.findall(rb"(?:^|\n)HTTP/1\.[01] (\d{3}) ", answer)] or [0]


def requests(paths: list[bytes]) -> SearchStrategy[bytes]:
    """A request with a fault or two: in its first line, its header or its body."""
    first = st.tuples(
        mostly(st.sampled_from(STARTS[:2]), st.sampled_from(STARTS)),
        mostly(st.sampled_from(paths), st.sampled_from(TARGETS) | raw()),
        mostly(st.just(b"HTTP/1.1"), st.sampled_from(VERSIONS)),
    ).map(b" ".join)
    host = mostly(st.just(b"Host: localhost"), st.just(b""))
    lines = st.lists(mostly(st.sampled_from(LINES), raw()), max_size=2).map(b"\r\n".join)
    end = mostly(st.just(b"\r\n\r\n"), st.sampled_from([b"\r\n", b"\n\n", b"", b"\r\r"]))
    return st.builds(_joined, first, host, lines, end, st.sampled_from(BODIES) | raw())


def _joined(first: bytes, host: bytes, lines: bytes, end: bytes, body: bytes) -> bytes:
    head = b"\r\n".join(part for part in (first, host, lines) if part)
    if b"Content-Length" not in lines and b"Transfer-Encoding" not in lines:
        head += b"\r\nContent-Length: %d" % len(body)
    if b"Content-Type" not in lines:
        head += b"\r\nContent-Type: application/x-www-form-urlencoded"
    return head + end + body


@hypothesis.settings(max_examples=REQUESTS // SHARE_ON_SOCKETS, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_can_be_sent_makes_the_server_fail(service: Service, data: st.DataObject) -> None:
    sent, before = data.draw(requests(service.paths)), service.stored()
    found = statuses(spoken(service.server.port, sent))
    for status in found:
        counts["socket", status] += 1
    assert not [status for status in found if status >= 500 and status not in OF_THE_PROTOCOL]
    assert service.stored() == before or any(200 <= status < 400 for status in found)
    assert service.server.is_well()
