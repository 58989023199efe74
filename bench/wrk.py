"""Drives wrk, which sends as many requests as it can and costs little itself."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("wrk.lua")


class Refused(Exception):  # noqa: N818 - what happened
    """Requests failed, so that their number says nothing."""


@dataclass
class Load:
    """Requests to send over and over: `lines` are paths, each with an ETag after a tab where the client has one.

    `port` is where the server listens, `size` how many bytes a floor answers to a post, `accept` what the client can uncompress.
    """

    port: int
    lines: list[str]
    method: str = "GET"
    size: int = 0
    accept: str = "identity"
    name: str = field(default_factory=lambda: os.urandom(4).hex())
    sent: int = 0

    def per_second(self, seconds: float) -> float:
        """Send for so many seconds: how many requests were answered per second. Raises `Refused` when one was not."""
        with tempfile.NamedTemporaryFile("w", suffix=".tsv") as requests:
            requests.write("".join(f"{line}\n" for line in self.lines))
            requests.flush()
            output = self._run(seconds, requests.name)
        if problem := re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output):
            raise Refused(f"{self.method} {self.lines[0]}: {problem[0]}")
        done = re.search(r"(\d+) requests in", output)
        rate = re.search(r"Requests/sec: +([\d.]+)", output)
        if not done or not rate:
            raise Refused(output)
        self.sent += int(done[1]) + CONNECTIONS  # those on their way at the end may have arrived, too
        return float(rate[1])

    def _run(self, seconds: float, requests: str) -> str:
        told = {"REQUESTS": requests, "METHOD": self.method, "OFFSET": self.sent, "NAME": self.name}
        told |= {"SIZE": self.size, "ACCEPT": self.accept}
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds:g}s",
            "-s",
            str(SCRIPT),
            f"http://127.0.0.1:{self.port}",
        ]
        environment = os.environ | {name: str(value) for name, value in told.items()}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
