"""A slow network that a test controls: requests wait at a gate until the test lets them through."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import APIResponse, Page, Route

ANSWERS = "**/items/*/"
PATIENCE = 30.0  # seconds


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Return when `holds` does; meanwhile the browser goes on."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        page.wait_for_timeout(10)


class Gate:
    """Holds what `page` sends to `pattern`, before the server sees it or, `after_answer`, when it has answered."""

    def __init__(self, page: Page, pattern: str = ANSWERS, *, after_answer: bool = False) -> None:
        self.page = page
        self.after_answer = after_answer
        self.is_open = False
        self.sent: list[str] = []
        self.held: list[tuple[Route, APIResponse | None]] = []
        page.route(pattern, self._arrive)

    def _arrive(self, route: Route) -> None:
        self.sent.append(route.request.post_data or "")
        if self.is_open:
            route.continue_()
            return
        self.held.append((route, route.fetch() if self.after_answer else None))

    def wait_for(self, count: int) -> None:
        """Return when `count` requests are held."""
        until(self.page, lambda: len(self.held) == count)

    def let_through(self, position: int = 0) -> None:
        """Let one held request, or its answer, go on."""
        route, answer = self.held.pop(position)
        if answer is None:
            route.continue_()
        else:
            route.fulfill(response=answer)

    def open(self) -> None:
        """Let everything through, from now on too."""
        self.is_open = True
        while self.held:
            self.let_through()
