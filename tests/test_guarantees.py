"""docs/guarantees.md and docs/security.md name tests: they must be there, and each guarantee has one that is named after it."""

from __future__ import annotations

import ast
import re

import pytest
from running import ROOT

TITLES = (
    "Acknowledged means durable",
    "Not acknowledged means kept and retried",
    "Idempotent and in order",
    "Two people, one audit",
    "History",
    "New editions",
    "Delete and restore",
    "Backup",
    "A suggestion is never an answer",
)
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
ROWS = dict(re.findall(r"^\| \*\*(.+?)\.\*\*(.*)$", PAGE, re.MULTILINE))
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_the_guarantees_are_these_in_this_order() -> None:
    assert tuple(ROWS) == TITLES


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(PAGE + SECURITY))))
def test_a_test_that_a_guarantee_names_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("title", TITLES)
def test_a_guarantee_has_a_test_that_is_named_after_it(title: str) -> None:
    beginning = "test_" + re.sub(r"\W+", "_", title.lower())
    assert [name for _, name in TEST.findall(ROWS[title]) if name.startswith(beginning)]
