"""The site as a team runs it: a server is lost under load, clients are slow or send too much, releases overlap, logs hold no secret."""

from __future__ import annotations

import re
import socket
import ssl
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection

import pytest
from chaos.client import PATIENCE, exchange
from chaos.inspection import inspect, read
from chaos.ledger import Ledger
from running import send

from topology.site import Site, visitors

pytestmark = pytest.mark.topology
VISITORS = 4
SLOW_CLIENTS = 64
LEFT_ALONE = 2.5  # seconds until nginx believes a server again
ITEM = "items/known-options-only/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Everything, running."""
    with Site.running(tmp_path_factory.mktemp("site")) as running:
        yield running


def acknowledged_more(ledger: Ledger, number: int) -> None:
    """Wait until `number` more changes were acknowledged."""
    wanted, deadline = ledger.counts["acknowledged"] + number, time.monotonic() + 60
    while ledger.counts["acknowledged"] < wanted:
        assert time.monotonic() < deadline, ledger.counts
        time.sleep(0.02)


def refused(ledger: Ledger) -> int:
    """How many requests had to be sent again."""
    return ledger.counts["answered with 503"] + ledger.counts["without an answer"]


def test_a_server_can_be_lost_and_another_stopped_under_load(site: Site) -> None:
    """Whatever was acknowledged is there, and whoever meets the end of a server succeeds in the end; one that is told to stop turns nobody away."""
    ledger, is_over, audits = Ledger(), threading.Event(), [site.new_audit() for _ in range(2)]
    people = visitors(site, ledger, audits, VISITORS, is_over)
    for person in people:
        person.start()
    counts = []
    for server, end in zip(site.servers, ("kill", "stop"), strict=True):
        acknowledged_more(ledger, 20)
        counts.append(refused(ledger))
        getattr(server, end)()
        acknowledged_more(ledger, 20)
        counts.append(refused(ledger))
        server.start()
        time.sleep(LEFT_ALONE)
    is_over.set()
    for person in people:
        person.join(PATIENCE)
    assert ledger.problems == []
    assert counts[2] == counts[3]
    found = inspect(read(site.project), ledger, audits)
    assert (found.lost, found.undone, found.half_written) == ([], [], [])
    assert found.written >= 80


def test_http_leads_to_https_but_for_health(site: Site) -> None:
    answers = [
        exchange(HTTPConnection("127.0.0.1", site.nginx.http, timeout=10), "GET", path, Host="elsewhere.example")
        for path in ("/a/?b=c", "/healthz")
    ]
    assert [answer.status for answer in answers] == [308, 400]
    assert answers[0].headers["Location"] == f"{site.nginx.public_url}/a/?b=c"
    plain = exchange(HTTPConnection("127.0.0.1", site.nginx.http, timeout=10), "GET", "/healthz")
    assert (plain.status, plain.text) == (200, "ok\n")


def test_https_is_new_and_speaks_http2(site: Site) -> None:
    context = site.nginx.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", site.nginx.https)) as plain, tls(context, plain) as secure:
        assert (secure.version(), secure.selected_alpn_protocol()) == ("TLSv1.3", "h2")


def tls(context: ssl.SSLContext, plain: socket.socket) -> ssl.SSLSocket:
    """The connection, made secret."""
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_page_of_either_build_finds_its_files_at_the_proxy(site: Site) -> None:
    styles: set[str] = set()
    deadline = time.monotonic() + 20
    while len(styles) < 2 and time.monotonic() < deadline:
        styles |= set(re.findall(r'href="(/static/walkaround\.[0-9a-f]+\.css)"', site.ask("GET", "/").text))
    assert len(styles) == 2
    assert {site.ask("GET", style).status for style in styles for _ in range(4)} == {200}


@pytest.mark.parametrize(("size", "who"), [(300_000, "A request holds at most 256 kB"), (600_000, "nginx")])
def test_a_body_that_is_too_large_is_413(site: Site, size: int, who: str) -> None:
    answer = site.ask("POST", site.new_audit() + ITEM, {"note": "x" * size})
    assert (answer.status, who in answer.text) == (413, True)


@pytest.mark.parametrize(
    ("size", "status", "who"),
    [
        (1_000_000, 200, ""),
        (4_500_000, 422, "At most 2,000 kB of code"),
        (4_730_000, 413, "A request holds at most 4608 kB"),
        (6_000_000, 413, "nginx"),
    ],
)
def test_a_body_with_source_code_may_be_larger(site: Site, size: int, status: int, who: str) -> None:
    answer = site.ask("POST", "/checklists/celery-tasks/code/", {"code": "#" + "x" * size})
    assert (answer.status, who in answer.text) == (status, True)


def requests(audit: str) -> tuple[bytes, bytes]:
    """Two requests, of which the first is slow with its headers and the second with its body."""
    headers = b"".join(f"X-Slow-{number}: 1\r\n".encode() for number in range(1000))
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
    return b"GET / HTTP/1.1\r\n" + headers, f"POST {audit}{ITEM} HTTP/1.1\r\nHost: 127.0.0.1\r\n{form}".encode()


@contextmanager
def slow_clients(port: int, audit: str, context: ssl.SSLContext | None = None) -> Iterator[None]:
    """Connections that send a byte now and then, until the block ends."""
    by_header, with_body = requests(audit)
    is_over = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(SLOW_CLIENTS)]
        clients = [stack.enter_context(tls(context, client)) if context else client for client in clients]
        for client in clients[::2]:
            client.sendall(with_body)

        def dribble() -> None:
            for number in range(len(by_header)):
                for client in clients:
                    with suppress(OSError):
                        client.sendall(by_header[number : number + 1])
                if is_over.wait(0.1):
                    return

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


def seconds(site: Site) -> float:
    """How long a page takes: the median of some."""
    took = []
    for _ in range(10):
        started = time.monotonic()
        assert site.ask("GET", "/").status == 200
        took.append(time.monotonic() - started)
    return statistics.median(took)


def test_slow_clients_keep_nobody_waiting(site: Site) -> None:
    """The proxy keeps them away from the servers. Without it they would hold every thread, as the last lines show."""
    audit, before = site.new_audit(), seconds(site)
    with slow_clients(site.nginx.https, audit, site.nginx.context()):
        assert seconds(site) < max(10 * before, 1)
    server = site.servers[0]
    with slow_clients(server.port, audit):
        time.sleep(0.5)
        assert exchange(HTTPConnection("127.0.0.1", server.port, timeout=2), "GET", "/healthz").status == 0


def test_no_log_holds_a_secret(site: Site) -> None:
    audit = site.new_audit()
    view = re.search("/shared/([^/]+)/", site.ask("GET", audit).text)
    site.servers[0].kill()
    paths = [audit, f"{audit}nothing", f"{audit}?{'x' * 40_000}", f"/shared/{view[1]}/", f"/%zz{audit}"]
    for path in paths * 4:
        site.ask("GET", path)
        site.ask("POST", f"{path}{ITEM}", {"note": "x" * 600_000})
        exchange(HTTPConnection("127.0.0.1", site.nginx.http, timeout=10), "GET", path)
        send(site.nginx.http, f"GET {path} HTTP/9\r\nbroken {path}\r\n\r\n".encode())
        send(site.nginx.https, f"GET {path} HTTP/1.1\r\n\r\n".encode())
    site.servers[0].start()
    stored = read(site.project).audits
    secrets = {audit[name] for audit in stored.values() for name in ("edit_token", "view_token")}
    assert {audit.split("/")[2], view[1]} <= secrets
    assert not [secret for secret in secrets if secret in site.logs()]
    assert "start worker process" in site.nginx.logs()
