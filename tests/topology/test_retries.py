"""What nginx passes on, and what it does when a server hangs up: servers that only take notes."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from chaos.client import Answered, exchange
from chaos.proxy import read_request

from topology.nginx import Nginx

pytestmark = pytest.mark.topology


class Notes:
    """A server that takes down every request and hangs up without an answer."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                with closing(self.listener.accept()[0]) as connection:
                    self.requests.append(read_request(connection).decode())


@pytest.fixture
def servers() -> Iterator[tuple[Notes, Notes]]:
    """Two of them."""
    both = Notes(), Notes()
    yield both
    for one in both:
        one.listener.close()


@pytest.fixture
def nginx(servers: tuple[Notes, Notes], tmp_path: Path) -> Iterator[Nginx]:
    """nginx in front of them."""
    running = Nginx(tmp_path, (servers[0].port, servers[1].port))
    running.start()
    yield running
    running.stop()


def ask(nginx: Nginx, method: str, **headers: str) -> Answered:
    """One request over https."""
    connection = HTTPSConnection("127.0.0.1", nginx.https, timeout=10, context=nginx.context())
    return exchange(connection, method, "/x/", {"a": "b"} if method == "POST" else None, **headers)


@pytest.mark.parametrize(("method", "servers_asked"), [("GET", 2), ("HEAD", 2), ("POST", 1)])
def test_what_a_server_may_have_begun_goes_to_the_other_unless_it_writes(
    nginx: Nginx, servers: tuple[Notes, Notes], method: str, servers_asked: int
) -> None:
    ask(nginx, method)
    assert [len(server.requests) for server in servers] == [1, servers_asked - 1]


def test_when_nobody_answers_the_page_says_to_come_again(nginx: Nginx) -> None:
    answer = ask(nginx, "GET")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "What was saved before is safe." in answer.text


def test_a_write_that_no_server_has_seen_goes_to_the_other(nginx: Nginx, servers: tuple[Notes, Notes]) -> None:
    servers[0].listener.shutdown(socket.SHUT_RDWR)
    ask(nginx, "POST")
    assert [len(server.requests) for server in servers] == [0, 1]


def test_what_a_client_says_about_itself_is_replaced(nginx: Nginx, servers: tuple[Notes, Notes]) -> None:
    ask(nginx, "POST", X_Forwarded_For="192.0.2.1", X_Forwarded_Proto="http", X_Request_ID="mine", Host="walk.example")
    (request,) = servers[0].requests + servers[1].requests
    found = dict(re.findall(r"^(X-[\w-]+|Host): (.*)\r$", request, re.MULTILINE))
    number = found.pop("X-Request-ID")
    assert found == {"Host": "walk.example", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}
    assert re.fullmatch("[0-9a-f]{32}", number)
