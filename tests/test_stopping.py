"""A server that is told to stop finishes what it began, on a real gunicorn and the database that the tests run on."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
from running import Project

ITEM = "items/known-options-only/"


@contextmanager
def everything_locked(project: Project) -> Iterator[None]:
    """Nobody can write to the database until the block ends."""
    url = project.environment["DATABASE_URL"]
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            connection.execute("LOCK TABLE audits_audit")
            yield
    else:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield


def refuses(port: int) -> bool:
    """Whether nobody listens there."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_that_stops_answers_what_it_has_and_takes_no_more(project: Project) -> None:
    with project.serving() as server, ThreadPoolExecutor(1) as pool:
        audit = server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").headers["Location"]
        with everything_locked(project):
            held = pool.submit(server.ask, "POST", f"{audit}{ITEM}", "verdict=fail&change=in-flight", HX_Request="true")
            time.sleep(0.5)  # It has arrived, and waits for the lock.
            server.process.terminate()
            while not refuses(server.port):
                time.sleep(0.05)
            assert not held.done()
        answer = held.result(timeout=10)
        assert (answer.status, '"in-flight"' in answer.headers["Walkaround-Answer"]) == (200, True)
        assert answer.text.rstrip().endswith(">")
        assert server.process.wait(timeout=10) == 0
    assert server.output.read_text() == f"http://127.0.0.1:{server.port}\n"


def test_a_body_that_is_on_its_way_is_waited_for(project: Project) -> None:
    body = b"task=slow"
    head = f"POST /checklists/celery-tasks/audits/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    with project.serving() as server, closing(socket.create_connection(("127.0.0.1", server.port), 10)) as client:
        client.sendall((head + kind).encode() + body[:3])
        time.sleep(0.5)
        server.process.terminate()
        while not refuses(server.port):
            time.sleep(0.05)
        client.sendall(body[3:])
        assert client.recv(100).startswith(b"HTTP/1.1 303 ")
        assert server.process.wait(timeout=10) == 0
