"""The CSV export: one row per item, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest
from sample_reports import entry, report

from checklist.audits.report import Report
from checklist.exports import table


def rows(found: Report) -> list[dict[str, str]]:
    """What a spreadsheet reads."""
    return list(csv.DictReader(io.StringIO(table.render(found), newline="")))


def test_every_item_is_a_row_in_its_order() -> None:
    found = rows(report([entry("a"), entry("b", note="x, y"), entry("c")]))
    assert [(row["item"], row["verdict"], row["note"]) for row in found] == [
        ("a", "open", ""),
        ("b", "open", "x, y"),
        ("c", "open", ""),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n@x", "\tx"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(text: str) -> None:
    (row,) = rows(report([entry("a", note=text)]))
    assert row["note"] == f"'{text}"


@pytest.mark.parametrize("text", ["1=1", "a-b", "x@example.org", "", "'", 'a "b"\nc, d', "é ✓"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    (row,) = rows(report([entry("a", note=text)]))
    assert row["note"] == text


def test_a_task_that_looks_like_a_formula_is_text_too() -> None:
    (row,) = rows(report([entry("a")], task="=cmd()"))
    assert row["task"] == "'=cmd()"
