"""Visitors: browser profiles that share nothing, and the watch over what their pages do.

Whatever a test is about, its pages must run without an error, break no rule of the content security policy, open no
dialog and ask no other origin for anything.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

PATIENCE = 30_000  # milliseconds


class Watch:
    """Notes what no page of `context` may do; `forgive` names what a test brings about on purpose."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.found: list[str] = []
        self.forgiven: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"error: {error.error}"))
        context.on("request", self._request)
        context.on("dialog", self._dialog)

    def forgive(self, pattern: str) -> None:
        """Overlook what matches this regular expression."""
        self.forgiven.append(pattern)

    def problems(self) -> list[str]:
        """What was found and not forgiven."""
        return [line for line in self.found if not any(re.search(pattern, line) for pattern in self.forgiven)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.found.append(f"foreign request: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.found.append(f"dialog: {dialog.type} {dialog.message}")
        dialog.accept()


class Visitors:
    """Makes visitors of one test and judges them when it is over."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.watches: dict[BrowserContext, Watch] = {}

    def come(self, url: str, *, scripts: bool = True, width: int = 1280, **options: Any) -> Page:
        """A new visitor of the server at `url`: an empty profile with one empty page."""
        context = self.browser.new_context(
            base_url=url, java_script_enabled=scripts, viewport={"width": width, "height": 900}, **options
        )
        context.set_default_timeout(PATIENCE)
        self.watches[context] = Watch(context, url)
        return context.new_page()

    def forgive(self, page: Page, pattern: str) -> None:
        """Overlook what matches this regular expression in the pages of this visitor."""
        self.watches[page.context].forgive(pattern)

    def leave(self) -> list[str]:
        """Close everything; the problems that were found."""
        for context in self.watches:
            context.close()
        return [problem for watch in self.watches.values() for problem in watch.problems()]
