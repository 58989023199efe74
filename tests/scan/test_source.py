"""Source text as a module: what Python makes of it, and where its expressions stand."""

from __future__ import annotations

import ast

import pytest

from checklist.scan import source

FEEDS = [
    "\fclass A:\n\f    x = g(1)\n",
    "class A:\n\f    x = g(1)\n  \f    y = g(2)\n",
    "x =\fg(1)\n\f\n\fdef f():\n\treturn g(2)\n",
]


@pytest.mark.parametrize("text", [*FEEDS, *("try: ...\nexcept A, B: ...\n" + text for text in FEEDS)])
def test_a_form_feed_before_code_is_no_indentation(text: str) -> None:
    module = source.parse("tasks.py", text)
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    assert {(module.source(call), module.lines[call.lineno - 1].find("g(")) for call in calls} == {
        (f"g({number})", line.find("g(")) for number in (1, 2) for line in text.split("\n") if f"g({number})" in line
    }
    assert "\f" not in module.text
