"""A small checklist that uses every key, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checklist.catalogue.content import ChecklistContent
from checklist.catalogue.problems import Problem
from checklist.catalogue.spec import read_bytes


@pytest.fixture
def small() -> str:
    """The text of a valid file `small.yaml`."""
    return Path(__file__).with_name("small.yaml").read_text()


@pytest.fixture
def read() -> Callable[[str | bytes], tuple[ChecklistContent | None, list[Problem]]]:
    """Reads a text or bytes as if they were the file `small.yaml`."""
    return lambda text: read_bytes(text.encode() if isinstance(text, str) else text, Path("small.yaml"))
