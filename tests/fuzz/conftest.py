"""Prints what was sent when `make fuzz` asked for it."""

from __future__ import annotations

import os

import pytest

from .counting import counts, table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The number of requests by route and status; a status of 0 is a connection that was closed without an answer."""
    if counts and "FUZZ_REQUESTS" in os.environ:
        terminalreporter.section("requests by route and status")
        for line in table():
            terminalreporter.write_line(line)
