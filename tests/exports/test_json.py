"""The JSON export, schema 1."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sample_reports import QUESTIONS, entry, report

from checklist.audits.report import Verdict
from checklist.exports import RENDERERS, jsonreport

GOLDEN = Path(__file__).parent / "golden" / "report.json"


def test_the_json_is_the_golden_text() -> None:
    first = [entry("acks-late", Verdict.PASS, "ok\nfine"), entry("timeout", Verdict.FAIL, "Größe \U0001f600")]
    given = report(first, [entry("idempotent", Verdict.NA), entry("logged")], questions=QUESTIONS)
    assert jsonreport.render(given) == GOLDEN.read_text(encoding="utf-8")


def test_no_url_is_null() -> None:
    assert json.loads(jsonreport.render(report([entry("a")], url="")))["url"] is None


def test_the_time_is_in_utc_and_whole_seconds() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    given = replace(report([entry("a")]), updated=datetime(2026, 11, 22, 15, 30, 0, 999_999, tzinfo=india))
    assert jsonreport.as_dict(given)["updated"] == "2026-11-22T10:00:00Z"


def test_the_outcome_and_counts_are_those_of_the_report() -> None:
    given = report([entry("a", Verdict.FAIL), entry("b", Verdict.PASS), entry("c", Verdict.NA)], [entry("d")])
    found = jsonreport.as_dict(given)
    assert found["counts"] == {"pass": 1, "fail": 1, "na": 1, "open": 1}
    assert found["outcome"] == "incomplete"


def test_a_lone_surrogate_does_not_break_utf8() -> None:
    text = jsonreport.render(report([entry("a", note="x\ud800y")]))
    assert json.loads(text.encode("utf-8"))["answers"][0]["note"] == "x\ufffdy"


def test_every_format_says_its_type_and_extension() -> None:
    found = {name: (form.content_type, form.extension) for name, form in RENDERERS.items()}
    assert found == {
        "github": ("text/markdown; charset=utf-8", "md"),
        "gitlab": ("text/markdown; charset=utf-8", "gitlab.md"),
        "text": ("text/plain; charset=utf-8", "txt"),
        "csv": ("text/csv; charset=utf-8", "csv"),
        "json": ("application/json", "json"),
    }
