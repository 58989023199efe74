"""docs/guarantees.md names tests; they must be there."""

from __future__ import annotations

import ast
import re

import pytest
from running import ROOT

GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", GUARANTEES)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_a_guarantee_names_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_guarantee_names_a_test() -> None:
    rows = [line for line in GUARANTEES.splitlines() if line.startswith("| **")]
    assert len(rows) >= 12
    assert not [row for row in rows if "::test_" not in row]
