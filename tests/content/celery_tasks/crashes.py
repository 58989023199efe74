"""Proofs of the section "Crashes and time limits" that need no real worker."""

from __future__ import annotations

import socket
import threading
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from content.examples import Code
from content.memory import Calls, Shop, first
from content.proofs import proves


def fate_of_a_soft_limit(code: Code) -> tuple[str, int, int]:
    fetch, log = Calls(first(1, SoftTimeLimitExceeded())), Calls()
    crawl = Shop().run(code, fetch_page=fetch, log_failure=log).crawl
    state = crawl.apply((["a", "b"],)).state
    return state, len(fetch), len(log)


@proves("celery-tasks", "soft-limit-not-swallowed")
def a_wide_handler_takes_the_limit_for_one_more_bad_page(bad: Code, good: Code) -> None:
    """The limit is reached during the first of two pages."""
    assert fate_of_a_soft_limit(bad) == ("SUCCESS", 2, 1), "the wide handler let the limit through"
    assert fate_of_a_soft_limit(good) == ("FAILURE", 1, 0), "the task went on past its limit"


def answer_of_a_silent_server(code: Code, patience: float) -> str | None:
    """What the call ends with, or None when it still waits after so many seconds; closing the socket ends it then."""
    ping = Shop().run(code).ping
    ends: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = threading.Thread(target=_note_error, args=(ends, ping, f"http://127.0.0.1:{server.getsockname()[1]}/"))
        caller.start()
        caller.join(patience)
        end = ends[0] if ends else None
    caller.join()
    return end


def _note_error(ends: list[str], function: Any, *args: Any) -> None:
    try:
        function(*args)
    except OSError as error:
        ends.append(type(error).__name__)


@proves("celery-tasks", "io-timeouts")
def a_silent_server_holds_a_call_without_timeout(bad: Code, good: Code) -> None:
    """The server accepts the connection and says nothing: one call still waits when the other has long ended."""
    assert answer_of_a_silent_server(bad, patience=6) is None, "the call ended without a timeout"
    assert answer_of_a_silent_server(good, patience=30) == "TimeoutError", "the timeout did not end the call"
