"""Fixtures: a server, a Chromium, and visitors whose pages are watched."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .chromium import launched
from .pages import AuditPage, start_from_home
from .server import Server, copy_project, prepare
from .visitors import PATIENCE, Visitors

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared copy of the project, with a migrated and loaded database. The processes of one run make it once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "project"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            copy_project(folder)
            prepare(folder)
    return folder


def _serve(project: Path, var: Path) -> Iterator[Server]:
    server = Server(project, var)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def server(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server for tests that only use it."""
    yield from _serve(project, tmp_path_factory.mktemp("server") / "var")


@pytest.fixture
def own_server(project: Path, tmp_path: Path) -> Iterator[Server]:
    """A running server that this test may stop and start."""
    yield from _serve(project, tmp_path / "var")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. It leaves with this folder's tests: Playwright's event loop would trouble Django in the others."""
    expect.set_options(timeout=PATIENCE)
    with launched() as browser:
        yield browser


@pytest.fixture
def visitors(chromium: Browser) -> Iterator[Visitors]:
    """Makes visitors; fails the test when one of their pages did what no page may do."""
    visitors = Visitors(chromium)
    yield visitors
    assert visitors.leave() == []


@pytest.fixture
def page(visitors: Visitors, server: Server) -> Page:
    """An ordinary visitor."""
    return visitors.come(server.url)


@pytest.fixture
def audit(page: Page) -> AuditPage:
    """An audit that was just started, with nothing answered."""
    return start_from_home(page)
