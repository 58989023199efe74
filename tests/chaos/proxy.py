"""A bad network: forwards HTTP requests to the server, and loses, delays, repeats or holds back some of them.

Each connection carries one request. What happens to the n-th one follows from the seed.
"""

from __future__ import annotations

import heapq
import random
import socket
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field

# What happens to a request -> how many of 100.
FATES = {
    "forwarded": 72,
    "dropped before": 4,  # the server never sees it
    "dropped after": 6,  # the server carries it out, the client never learns of it
    "delayed": 4,
    "doubled": 4,  # two arrive at once
    "repeated late": 8,  # answered, and sent again seconds later
    "arrived late": 2,  # lost for the client, but the server gets it seconds later
}
LONGEST_DELAY = 0.5  # seconds
LATE = (0.5, 5.0)  # seconds
PATIENCE = 30.0  # seconds without an answer of the server until a request is given up


def read_request(connection: socket.socket) -> bytes:
    """One whole request, by its Content-Length; what came so far when the client hangs up."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return received
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
    while missing > 0 and (part := connection.recv(65536)):
        received += part
        missing -= len(part)
    return received


@dataclass
class Proxy:
    """Listens on a loopback port of its own from `start` to `stop`; `counts` says what it did."""

    upstream: int
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    late: list[tuple[float, int, bytes]] = field(default_factory=list)  # when, its number, the request
    is_over: bool = False

    def start(self) -> None:
        """Listen."""
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self.listener.getsockname()[1])
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._accept, self._send_late)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Deliver every late request, then end. The server must be up, and the clients done."""
        self.is_over = True
        for thread in self.threads[1:]:
            thread.join(PATIENCE)
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # It was closed: the end.
            number += 1
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        chance = random.Random(f"{self.seed} {number}")
        with closing(connection), suppress(OSError):
            connection.settimeout(PATIENCE)
            request = read_request(connection)
            fate = chance.choices(list(FATES), list(FATES.values()))[0]
            self._count(fate)
            connection.sendall(self._carry_out(fate, request, number, chance))

    def _carry_out(self, fate: str, request: bytes, number: int, chance: random.Random) -> bytes:
        """What the client gets: the server's answer, or nothing."""
        if fate == "delayed":
            time.sleep(chance.uniform(0, LONGEST_DELAY))
        if fate in {"repeated late", "arrived late"}:
            with self.lock:
                heapq.heappush(self.late, (time.monotonic() + chance.uniform(*LATE), number, request))
        if fate == "doubled":
            twin = threading.Thread(target=self._forward, args=(request,), daemon=True)
            self.threads.append(twin)
            twin.start()
        if fate in {"dropped before", "arrived late"}:
            return b""
        answer = self._forward(request)
        return b"" if fate == "dropped after" else answer

    def _forward(self, request: bytes) -> bytes:
        """The server's answer; nothing when it is down or dies."""
        received = b""
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.upstream), PATIENCE)) as server:
            server.sendall(request)
            while part := server.recv(65536):
                received += part
        return received

    def _send_late(self) -> None:
        """Send what was held back when its time has come; until the server takes it, or it would be late for nothing."""
        while self.late or not self.is_over:
            with self.lock:
                is_due = bool(self.late) and (self.is_over or self.late[0][0] <= time.monotonic())
                request = heapq.heappop(self.late) if is_due else None
            if request is None:
                time.sleep(0.02)
            elif self._forward(request[2]):
                self._count("delivered late")
            else:
                with self.lock:
                    heapq.heappush(self.late, (time.monotonic() + 0.5, *request[1:]))

    def _count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1
