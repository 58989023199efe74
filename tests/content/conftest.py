"""Failing asserts in the proofs say what they compared, as in test modules."""

from __future__ import annotations

from pathlib import Path

import pytest

for package in Path(__file__).parent.glob("*/__init__.py"):
    pytest.register_assert_rewrite(f"content.{package.parent.name}")
