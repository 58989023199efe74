"""The forms of a result: Markdown that a hostile source cannot mark up, SARIF that says all it must, text that moves no cursor."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from exports.gates import GATES
from exports.hostile import HOSTILE
from exports.rendered import Page

from checklist.exports.characters import length
from checklist.scan import guide, scanning
from checklist.scan.formats import FORMATS, markdown, sarif, text
from checklist.scan.formats import json as json_format
from checklist.scan.found import Evidence, Finding, Kind, Possible, Suggested, Suggestion, Task, Unread
from checklist.scan.result import Result
from checklist.scan.scanned import ScannedTask

GUIDE = guide.read("celery-tasks")
SOURCE = "from celery import shared_task\n\n@shared_task(retry_limit=4)\ndef charge(order):\n    return order\n"


def result(files: dict[str, str], **more: Any) -> Result:
    """A real scan of these files."""
    scanned = scanning.scan(files, GUIDE.rules)
    return Result(GUIDE, scanned.tasks, len(scanned.tasks), scanned.possible, scanned.unread, files=len(files), **more)


def hostile(typed: str) -> Result:
    """A result in which everything that comes from source is `typed`."""
    place = Evidence(typed, 7, typed)
    items = list(GUIDE.items)[:3]
    said = [
        Suggestion(item, "x", Finding(Kind.FOUND, typed, suggests, (place, place)))
        for item, suggests in zip(items, Suggested, strict=True)
    ]
    task = ScannedTask(Task(typed, typed, 7, typed), tuple(said))
    return Result(GUIDE, (task,), 1, (Possible(typed, typed, 1, typed),), (Unread(typed, typed),), (typed,), (typed,))


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_of_the_source_becomes_markup(typed: str) -> None:
    plain, page = Page(markdown.write(hostile("plain"))), Page(markdown.write(hostile(typed)))
    assert page.structure == plain.structure


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("typed", HOSTILE)
def test_no_merge_gate_sees_an_open_box(gate: str, typed: str) -> None:
    assert GATES[gate](markdown.write(hostile(typed))) == []


@pytest.mark.parametrize("typed", ["x" * 5_000, "&" * 5_000, "\ud800" * 5_000, "\U0001f600" * 5_000])
def test_markdown_stays_below_the_limit_and_says_what_is_cut(typed: str) -> None:
    one = hostile(typed)
    written = markdown.write(replace(one, tasks=one.tasks * 500))
    assert length(written) < 60_000
    assert re.search(r"^\d+ more lines did not fit here", written, re.MULTILINE)


def test_markdown_carries_the_evidence() -> None:
    written = markdown.write(result({"shop/tasks.py": SOURCE})).replace("\N{ZERO WIDTH SPACE}", "")
    assert "**charge** in shop/tasks.py:4" in written
    assert "- **Suggests fail**, critical: Use only options" in written
    assert "<br>shop/tasks.py:3: @shared_task(retry_limit=4)" in written


def test_without_tasks_markdown_says_so() -> None:
    assert "No tasks to look at." in markdown.write(result({"a.py": ""}))


ODD = {
    f"{name}.py": "from elsewhere import task\n\n@task\ndef maybe(order):\n    return order\n" for name in ("a", "b")
} | {"broken_a.py": "def (", "broken_b.py": "def ("}


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_with_a_diff_only_what_it_changes_is_listed_and_the_rest_is_counted(name: str) -> None:
    found = replace(result(ODD), changed=("a.py", "broken_a.py"))
    written = FORMATS[name](found).replace("\N{ZERO WIDTH SPACE}", "")
    assert [each for each in ("a.py:", "b.py:", "broken_a.py:", "broken_b.py:") if f" {each}" in written] == [
        "a.py:",
        "broken_a.py:",
    ]
    assert "\n\nIn files that the diff does not change: 1 that may be tasks, 1 not read.\n" in written
    assert "does not change" not in FORMATS[name](replace(found, changed=tuple(ODD)))
    assert "does not change" not in FORMATS[name](replace(found, changed=None))


def test_json_lists_what_a_diff_does_not_change_too() -> None:
    found = json.loads(json_format.write(replace(result(ODD), changed=())))
    assert (len(found["possible"]), len(found["unread"])) == (2, 2)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("typed", ["\ud800", "\x00\x1b[2J", "\u202e", "a\nb\rc", ""])
def test_every_form_can_be_written_as_utf8(name: str, typed: str) -> None:
    written = FORMATS[name](hostile(typed)).encode()
    assert b"\x1b" not in written and b"\x00" not in written and written.endswith(b"\n")


def test_text_shows_what_nobody_would_see() -> None:
    assert "⟨U+001B⟩[2J" in text.write(hostile("\x1b[2J"))


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\t"])
def test_a_name_with_a_line_end_stays_on_its_line(end: str) -> None:
    plain, odd = (text.write(hostile(f"a{char}b")) for char in ("-", end))
    assert len(odd.splitlines()) == len(plain.splitlines())
    assert f"a⟨U+{ord(end):04X}⟩b:7 a" in odd and f"  a⟨U+{ord(end):04X}⟩b\n" in odd


def test_json_is_json_for_everybody() -> None:
    found = result({"a.py": SOURCE.replace("=4", "={'a': -1e999, 1: (2, 'x')}")})
    value = json.loads(json_format.write(found))["tasks"][0]["options"]["retry_limit"]["value"]
    assert value in ({"a": None, "1": [2, "x"]}, None)


# SARIF 2.1.0: the properties that its schema requires, and what GitHub's code scanning reads


def run_of(found: Result) -> dict[str, Any]:
    """The one run of the log, after a look at the log itself."""
    log = json.loads(sarif.write(found))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    return run


def test_each_rule_has_what_code_scanning_shows() -> None:
    rules = run_of(result({"a.py": SOURCE}))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(GUIDE.items)
    for rule in rules:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        assert len(rule["shortDescription"]["text"]) <= 1024 and rule["help"]["markdown"]


def test_each_suggested_fail_is_a_result_with_a_place() -> None:
    run = run_of(result({"shop/my tasks.py": SOURCE}))
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "known-options-only"
    assert (first["level"], first["message"]["text"][:8]) == ("error", "charge: ")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "shop/my%20tasks.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 3, "snippet": {"text": "@shared_task(retry_limit=4)"}}


def test_what_was_scanned_below_its_whole_path_has_a_whole_uri() -> None:
    first = run_of(result({"/srv/my shop/tasks.py": SOURCE}))["results"][0]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/my%20shop/tasks.py"}


def test_levels_follow_severities() -> None:
    levels = {each["ruleId"]: each["level"] for each in run_of(result({"a.py": SOURCE}))["results"]}
    assert (levels["known-options-only"], levels["stable-explicit-name"]) == ("error", "warning")


def test_only_fails_are_results() -> None:
    assert [each["ruleId"] for each in run_of(hostile("x"))["results"]] == [
        each.item for each in hostile("x").tasks[0].suggestions if each.finding.suggests is Suggested.FAIL
    ]


def test_a_fingerprint_stays_when_the_task_moves_and_differs_by_task() -> None:
    moved = SOURCE.replace("\n@shared", "\n\n\n# moved\n@shared")
    one, two = (run_of(result({"a.py": source}))["results"] for source in (SOURCE, moved))
    assert [each["partialFingerprints"] for each in one] == [each["partialFingerprints"] for each in two]
    other = run_of(result({"a.py": SOURCE.replace("def charge", "def refund")}))["results"]
    assert one[0]["partialFingerprints"] != other[0]["partialFingerprints"]
    assert len({each["partialFingerprints"]["walkaroundTaskItem/v1"] for each in one}) == len(one)


def test_files_that_were_not_read_are_notifications() -> None:
    (invocation,) = run_of(result({"a.py": "def ("}))["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] and told["message"]["text"].startswith("a.py was not read: line 1")


def test_folders_that_were_skipped_are_notes_to_programs() -> None:
    (invocation,) = run_of(result({"a.py": SOURCE}, skipped=(".git", "/srv/.tox")))["invocations"]
    told = invocation["toolExecutionNotifications"]
    assert [(each["level"], each["message"]["text"]) for each in told] == [
        ("note", ".git was skipped: it holds no source"),
        ("note", "/srv/.tox was skipped: it holds no source"),
    ]
    assert told[1]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/.tox"}


def test_folders_that_were_skipped_are_one_line_of_markdown() -> None:
    skipped = tuple(f"{number}/.git" for number in range(23))
    written = markdown.write(result({"a.py": SOURCE}, skipped=skipped)).replace("\N{ZERO WIDTH SPACE}", "")
    (line,) = (line for line in written.splitlines() if ".git" in line)
    assert line.startswith("Skipped, as they hold no source: 0/.git, 1/.git, ")
    assert line.endswith(", 19/.git and 3 more.")


# Rules that lean on others


LOCKED = """from celery import shared_task

@shared_task(name="shop.charge", time_limit=600)
def charge(order):
    with cache.lock("charge", timeout=60):
        return order
"""


def test_text_names_the_rules_that_a_suggestion_leans_on() -> None:
    lines = text.write(result({"a.py": LOCKED})).splitlines()
    (at,) = (number for number, line in enumerate(lines) if " lock-outlives-task: " in line)
    assert "        leans on what is said of: time-limits" in lines[at : at + 5]
    assert sum("leans on" in line for line in lines) == 1


def test_json_and_sarif_name_the_rules_that_a_rule_leans_on() -> None:
    found = result({"a.py": LOCKED})
    needs = {each["rule"]: each["needs"] for each in json.loads(json_format.write(found))["tasks"][0]["suggestions"]}
    assert (needs["lock-timeout"], needs["time-limits"]) == (["time-limits"], [])
    rules = run_of(found)["tool"]["driver"]["rules"]
    assert [each["properties"]["needs"] for each in rules] == [needs[GUIDE.rules[each["id"]]] for each in rules]
