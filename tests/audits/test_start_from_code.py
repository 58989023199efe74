"""Start from code: what may be given, which tasks are offered, and which audits come of a choice. The sandbox is the real one."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings
from sample_content import CONTENT, item
from scans import CODE

from checklist.audits.models import Audit, Kept, Source, Suggestion
from checklist.catalogue import loader
from checklist.scan import sandbox

TWO = CODE + "\n\n@shared_task\ndef refund(order):\n    pass\n"
DIFF = f"""--- a/shop/tasks.py
+++ b/shop/tasks.py
@@ -1,{len(TWO.splitlines())} +1,{len(TWO.splitlines())} @@
""" + "".join(f"-{line}\n+{line} \n" if line.startswith("def refund") else f" {line}\n" for line in TWO.splitlines())
PATH = "/checklists/celery-tasks/code/"

Post = Callable[..., HttpResponse]


@pytest.fixture
def post(client: Client, audit: Audit) -> Post:
    """Post to the page; a file is a pair of name and content."""

    def send(path: str = PATH, **fields: object) -> HttpResponse:
        files = {name.replace("_", "-"): _files(value) for name, value in fields.items()}
        return client.post(path, files)

    return send


def _files(value: object) -> object:
    if isinstance(value, tuple):
        return SimpleUploadedFile(value[0], value[1].encode() if isinstance(value[1], str) else value[1])
    return [_files(one) for one in value] if isinstance(value, list) else value


def text(response: HttpResponse) -> str:
    """The page as it reads, with its markup."""
    return html.unescape(response.content.decode())


def field(response: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(f'name="{name}" value="([^"]*)"', response.content.decode())
    return html.unescape(found[1]) if found else ""


def offered(response: HttpResponse) -> dict[str, bool]:
    """The tasks that are offered, and whether each is ticked."""
    found = re.findall('name="task" value="([^"]*)"( checked)?>', response.content.decode())
    return {html.unescape(name): bool(ticked) for name, ticked in found}


def started() -> list[str]:
    """The tasks of the audits that were started from code."""
    return list(Audit.objects.filter(is_scanned=True).order_by("pk").values_list("task", flat=True))


def test_the_page_asks_for_code_and_home_and_checklist_lead_there(client: Client, audit: Audit) -> None:
    for path in ("/", "/checklists/celery-tasks/"):
        assert f'href="{PATH}"' in client.get(path).content.decode()
    assert "Find tasks" in text(client.get(PATH))


def test_the_page_counts_the_items_of_which_the_rule_is_known(client: Client, db: None) -> None:
    known, unknown = (item(rule, "minor", detect=rule) for rule in ("known-options", "known-option"))
    section = replace(CONTENT.sections[0], items=(known, unknown, item("jitter", "minor")))
    loader.load([replace(CONTENT, sections=(section,))])
    assert "1 of 3 items can be looked up" in text(client.get(PATH))


def test_the_page_that_asks_for_code_promises_no_more_than_is_true(client: Client, audit: Audit) -> None:
    assert "forgotten" not in text(client.get(PATH))
    assert "What is stored: the lines of evidence, and the source if you tick that." in text(client.get(PATH))


def test_pasted_code_is_looked_through_and_its_tasks_are_offered(post: Post) -> None:
    response = post(code=TWO)
    assert response.status_code == 200
    assert offered(response) == {"pasted.py:5:charge": False, "pasted.py:10:refund": False}
    assert "1 fail" in text(response)
    assert started() == []


def test_the_only_task_is_ticked(post: Post) -> None:
    assert offered(post(code=CODE)) == {"pasted.py:5:charge": True}


def test_a_diff_picks_the_tasks_that_it_touches(post: Post) -> None:
    response = post(files=[("tasks.py", TWO.replace("def refund(order):", "def refund(order): "))], diff=DIFF)
    assert list(offered(response).items()) == [("tasks.py:10:refund", True), ("tasks.py:5:charge", False)]


def test_what_could_not_be_read_stands_above_the_way_back_when_there_is_no_task(post: Post) -> None:
    response = text(post(code="def f(:"))
    assert "No tasks found" in response
    assert response.index("Could not be read") < response.index("Give other code")


def test_a_diff_picks_the_tasks_of_pasted_code(post: Post) -> None:
    response = post(code=TWO.replace("def refund(order):", "def refund(order): "), diff=DIFF)
    assert offered(response) == {"pasted.py:5:charge": False, "pasted.py:10:refund": True}
    assert "Could not be read" not in text(response)


def test_a_diff_picks_the_tasks_of_the_second_file_of_one_name(post: Post) -> None:
    response = post(files=[("tasks.py", CODE.replace("charge", "pay")), ("tasks.py", TWO)], diff=DIFF)
    assert offered(response) == {
        "2/tasks.py:5:charge": False,
        "2/tasks.py:10:refund": True,
        "tasks.py:5:pay": False,
    }


def test_the_file_of_a_diff_may_be_utf16_or_hold_nulls_and_is_carried_on(post: Post) -> None:
    picture = "--- a/x.png\n+++ b/x.png\n@@ -1 +1 @@\n-\0\n+\0\1\n"
    for content in (DIFF.replace("\n", "\r\n").encode("utf-16"), picture + DIFF):
        listed = post(diff_file=("change.diff", content), code=CODE)
        assert "touched by the diff" in text(listed)
        again = post(diff=field(listed, "diff"), given=field(listed, "given"))
        assert (again.status_code, offered(again)) == (422, offered(listed))


def test_a_file_of_which_a_diff_shows_no_lines_is_named(post: Post) -> None:
    hidden = "diff --git a/shop/more.py b/shop/more.py\nindex 7d4290a..407de30 100644\nBinary files a/shop/more.py and b/shop/more.py differ\n"
    response = post(diff=hidden + DIFF)
    assert offered(response)["shop/tasks.py:10:refund"]
    assert re.search(
        "<code>shop/more.py</code>: .* as if it were binary; .*<code>git diff --text</code>", text(response)
    )


def test_a_diff_of_whole_files_is_enough(post: Post) -> None:
    assert offered(post(diff_file=("change.diff", DIFF))) == {
        "shop/tasks.py:5:charge": False,
        "shop/tasks.py:10:refund": True,
    }


def test_a_diff_of_parts_alone_says_how_to_make_one_that_is_enough(post: Post) -> None:
    part = "--- a/tasks.py\n+++ b/tasks.py\n@@ -40,2 +40,2 @@\n x = 1\n-y = 1\n+y = 2\n"
    response = post(diff=part)
    assert response.status_code == 422
    assert "make one that holds the whole files with <code>git diff -U100000</code>, or give the files, too." in text(
        response
    )
    assert "+y = 2" in text(response)


def test_what_is_refused_is_shown_as_text(post: Post) -> None:
    response = post(diff="--- a/<b>x`_y.py\n+++ b/<b>x`_y.py\n@@ -40,2 +40,2 @@\n x = 1\n-y = 1\n+y = 2\n")
    assert "&lt;b&gt;x" in response.content.decode()


def test_what_is_chosen_gets_an_audit_each_and_a_page_with_their_links(client: Client, post: Post) -> None:
    listed = post(files=[("tasks.py", TWO)], url="https://example.org/pull/1")
    fields = {name: field(listed, name) for name in ("given", "once", "url")}
    response = post(**fields, task=list(offered(listed)))
    assert response.status_code == 200
    assert started() == ["tasks.charge", "tasks.refund"]
    for audit in Audit.objects.filter(is_scanned=True):
        assert f"/audits/{audit.edit_token}/" in text(response)
        assert audit.url == "https://example.org/pull/1"
    assert "tasks.charge" in text(client.get("/mine/"))
    assert Kept.objects.filter(is_starter=True).values("visitor").distinct().count() == 1


@pytest.mark.parametrize("code", [TWO, "x = 1  # no task", "def broken(:"])
def test_the_way_back_to_the_code_loses_nothing_of_it(post: Post, code: str) -> None:
    chosen = post(code=code, files=[("base.py", "y = 2")], diff=DIFF, keep="on", url="https://example.org/pull/1")
    assert 'name="back"' in text(chosen)
    fields = {name: field(chosen, name) for name in ("given", "diff", "keep", "url", "once")}
    response = post(**fields, back="on")
    assert response.status_code == 200
    assert f"{code}</textarea>" in text(response)
    assert f"{DIFF}</textarea>" in text(response)
    assert json.loads(field(response, "given")) == {"base.py": "y = 2"}
    assert 'name="keep" value="on" checked' in text(response)
    assert 'value="https://example.org/pull/1"' in text(response)
    assert started() == []


def test_one_choice_leads_to_its_audit_with_suggestions_and_no_source(post: Post) -> None:
    response = post(code=CODE, task="charge")
    audit = Audit.objects.get(is_scanned=True)
    assert (response.status_code, response.headers["Location"]) == (303, f"/audits/{audit.edit_token}/")
    assert Suggestion.objects.get(audit=audit).evidence == [{"path": "pasted.py", "line": 4, "text": "@shared_task(retry_limit=4)"}]  # fmt: skip
    assert not Source.objects.exists()


@pytest.mark.parametrize("name", ["charge", "shop/tasks.py:charge", "shop/tasks.py:5:charge"])
def test_a_task_may_be_chosen_by_each_of_its_names(post: Post, name: str) -> None:
    assert post(given=json.dumps({"shop/tasks.py": TWO}), task=name).status_code == 303
    assert started() == ["shop.tasks.charge"]


def test_the_source_is_stored_when_that_is_ticked(post: Post) -> None:
    listed = post(code=CODE, keep="on")
    assert field(listed, "keep") == "on"
    post(given=field(listed, "given"), keep="on", task="charge")
    assert Source.objects.get().files == {"pasted.py": CODE}


def test_the_choice_says_what_of_the_source_will_be_stored(post: Post) -> None:
    long = CODE.replace("charge", "refund") + "# long\n" * 50_000
    only_long = post(files=[("long.py", long)], keep="on")
    assert "The source is too long to be stored (at most 300,000 characters); the lines of evidence are." in text(
        only_long
    )
    both = text(post(files=[("tasks.py", CODE), ("long.py", long)], keep="on"))
    assert (
        "each audit stores the files in which its task and the evidence stand, without <code>long.py</code>, of" in both
    )
    assert "each audit stores the files in which its task and the evidence stand." in text(post(code=CODE, keep="on"))
    assert "Of the source only the lines of evidence are stored." in text(post(code=CODE))


def test_the_same_choice_posted_again_starts_nothing_new(post: Post) -> None:
    listed = post(code=TWO)
    fields = {"given": field(listed, "given"), "once": field(listed, "once")}
    first = post(**fields, task="charge")
    assert post(**fields, task="charge").headers["Location"] == first.headers["Location"]
    assert started() == ["charge"]
    assert post(**fields, task=["charge", "refund"]).status_code == 200
    assert started() == ["charge", "refund"]


def test_nobody_can_name_the_choice_of_another(post: Post) -> None:
    assert post(code=CODE, task="charge", once="1").status_code == 422
    assert started() == []


def test_each_audit_counts_as_a_start_and_none_is_made_where_they_are_too_many(post: Post, settings: Settings) -> None:
    settings.STARTS_PER_PERIOD = 1
    response = post(code=TWO, task=["charge", "refund"])
    assert (response.status_code, "Retry-After" in response.headers) == (429, True)
    assert offered(response) == {"pasted.py:5:charge": False, "pasted.py:10:refund": False}
    assert started() == []


def test_a_choice_of_too_many_uses_up_nothing_of_the_starts_that_are_left(post: Post, settings: Settings) -> None:
    settings.STARTS_PER_PERIOD = 1
    assert post(code=TWO, task=["charge", "refund"]).status_code == 429
    assert post(code=TWO, task="charge").status_code == 303
    assert post(code=TWO, task="refund").status_code == 429


def tasks(number: int) -> str:
    """Source of so many tasks."""
    return "from celery import shared_task\n" + "".join(f"@shared_task\ndef t{n}():\n    pass\n" for n in range(number))


def test_a_hundred_tasks_can_be_chosen(post: Post) -> None:
    listed = post(code=tasks(101))
    assert post(given=field(listed, "given"), task=list(offered(listed))).status_code == 200
    assert len(started()) == 101


def test_too_many_tasks_are_refused_in_words_with_the_choice_kept(post: Post) -> None:
    listed = post(code=tasks(201))
    response = post(given=field(listed, "given"), task=list(offered(listed)))
    assert response.status_code == 422
    assert "At most 200 audits" in text(response)
    assert sum(offered(response).values()) == 201
    assert started() == []


@pytest.mark.parametrize(
    ("number", "status", "words"), [(150, 200, "charge"), (201, 422, "at most 200"), (1001, 413, "At most 200 files")]
)
def test_as_many_files_are_taken_as_can_be_scanned(post: Post, number: int, status: int, words: str) -> None:
    response = post(files=[("a.py", CODE), *((f"m{n}.py", "x = 1") for n in range(number - 1))])
    assert response.status_code == status
    assert words in text(response)


def test_more_fields_than_are_read_are_refused_in_words(post: Post) -> None:
    response = post(code=CODE, task=["charge"] * 1001)
    assert response.status_code == 413
    assert "200 tasks chosen" in text(response)


def test_a_choice_that_is_refused_gives_the_code_back(post: Post) -> None:
    listed = post(code=CODE, files=[("more.py", "x = 1\n")])
    response = post(given=field(listed, "given"), once="not ours", task="charge")
    assert response.status_code == 422
    assert f"{CODE}</textarea>" in text(response)
    assert json.loads(field(response, "given")) == {"more.py": "x = 1\n"}
    again = post(given=field(response, "given"), code=CODE)
    assert (again.status_code, list(offered(again))) == (200, ["pasted.py:5:charge"])


def test_code_that_is_longer_as_json_is_carried_to_the_next_step(post: Post) -> None:
    listed = post(code=CODE + '#"""""""""\n' * 170_000)
    assert len(field(listed, "given")) > sandbox.MOST_BYTES
    assert post(given=field(listed, "given"), task="charge").status_code == 303


def test_a_choice_of_nothing_is_refused_and_asks_again(post: Post) -> None:
    listed = post(code=TWO)
    response = post(given=field(listed, "given"))
    assert response.status_code == 422
    assert "Choose at least one task" in text(response)
    assert len(offered(response)) == 2


def test_where_there_is_no_task_the_page_says_what_was_looked_for(post: Post) -> None:
    response = post(code="def helper():\n    pass\n")
    assert response.status_code == 200
    assert "No tasks found" in text(response)
    assert "@shared_task" in text(response)


def test_what_cannot_be_read_is_named_with_its_reason(post: Post) -> None:
    response = post(files=[("a.py", CODE), ("b.py", "def :"), ("c.py", b"\xff\xfe\x00"), ("notes.txt", "x")])
    assert list(offered(response)) == ["a.py:5:charge"]
    for name, reason in {"b.py": "line 1", "c.py": "null bytes", "notes.txt": "is no Python file"}.items():
        assert re.search(f"<code>{name}</code>: .*{reason}", text(response))


def test_two_files_of_one_name_are_both_read(post: Post) -> None:
    response = post(files=[("tasks.py", CODE), ("tasks.py", CODE.replace("charge", "refund"))])
    assert list(offered(response)) == ["2/tasks.py:5:refund", "tasks.py:5:charge"]


@pytest.mark.parametrize(
    "given",
    [
        r'{"\ud800.py": "x"}',
        r'{"a.py": "#\udfff"}',
        "[]",
        "1",
        "{",
        '{"tasks.py": 1}',
        '{"/etc/passwd.py": ""}',
        '{"": ""}',
        '{"x": ""}',
        "[" * 9999,
    ],
)
def test_what_no_page_of_ours_carries_is_refused(post: Post, given: str) -> None:
    response = post(given=given, task="charge")
    assert response.status_code == 422
    assert "cannot be read" in text(response)


def test_nothing_given_is_refused(post: Post) -> None:
    response = post(code=" \n")
    assert response.status_code == 422
    assert "Paste some code" in text(response)


def test_a_long_source_is_taken_and_one_that_is_too_long_says_so_and_is_kept(post: Post) -> None:
    filler = "# a comment\n" * 100_000
    listed = post(code=CODE + filler)
    assert post(given=field(listed, "given"), task="charge").status_code == 303
    response = post(code=filler * 2)
    assert response.status_code == 422
    assert "2,000 kB" in text(response)
    assert "# a comment" in text(response)


def test_a_body_beyond_all_measure_is_413_and_other_pages_keep_their_limit(post: Post, edit_link: str) -> None:
    assert post(code="x" * 5_000_000).status_code == 413
    assert post(f"{edit_link}items/backoff/", note="x" * 300_000).status_code == 413


def test_a_bomb_gets_a_clear_error(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    response = post(code="x = " + "(" * 100_000)
    assert response.status_code == 200
    assert "Could not be read" in text(response)


def test_a_checklist_without_rules_has_no_such_page(client: Client, db: None) -> None:
    assert client.get("/checklists/nothing/code/").status_code == 404


def test_a_scan_again_finds_its_task_and_asks_where_it_cannot_tell(client: Client, post: Post) -> None:
    link = post(code=TWO, task="charge").headers["Location"]
    assert post(f"{link}scan/", code=TWO.replace("retry_limit", "retry_limits")).status_code == 303
    assert "retry_limits" in text(client.get(link))
    renamed = TWO.replace("def charge", "def charge_order")
    listed = post(f"{link}scan/", code=renamed)
    assert (listed.status_code, 'type="radio"' in text(listed)) == (200, True)
    chosen = post(f"{link}scan/", given=field(listed, "given"), task="pasted.py:5:charge_order")
    assert chosen.status_code == 303
    assert "charge_order" in text(client.get(link))


def test_a_scan_again_without_a_choice_says_so_and_leads_back_without_the_edit_link(client: Client, post: Post) -> None:
    link = post(code=CODE, task="charge").headers["Location"]
    listed = post(f"{link}scan/", code=TWO.replace("def charge", "def charge_order"))
    response = post(f"{link}scan/", given=field(listed, "given"))
    assert response.status_code == 422
    assert "Choose one task." in text(response)
    assert "Choose one task." not in text(listed)
    assert link not in text(response)
    back = post(f"{link}scan/", given=field(listed, "given"), back="on")
    assert (back.status_code, "Scan again" in text(back)) == (200, True)
    assert re.search("<textarea[^>]*>[^<]*def charge_order", text(back))
    assert "charge_order" not in text(client.get(link))


def test_a_scan_again_without_the_task_changes_nothing(client: Client, post: Post) -> None:
    link = post(code=CODE, task="charge").headers["Location"]
    assert post(f"{link}scan/", code="x = 1").status_code == 422
    assert "retry_limit=4" in text(client.get(link))


def test_a_name_that_the_code_gives_is_the_audits_name(post: Post) -> None:
    post(code=CODE.replace("retry_limit=4", 'name="billing.charge"'), task="charge")
    assert started() == ["billing.charge"]


def test_the_carried_text_is_what_was_read(post: Post) -> None:
    code = 'x = "</script>&quot;\u202e\t\\n"\r\n' + CODE
    assert json.loads(field(post(code=code), "given")) == {"pasted.py": code.replace("\r\n", "\n")}


def test_pasted_code_is_read_by_the_sandbox_alone(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise sandbox.RefusedError("the scan took more than 10 seconds")

    monkeypatch.setattr(sandbox, "scan", refuse)
    response = post(code=CODE)
    assert response.status_code == 422
    assert "The scan took more than 10 seconds." in text(response)
    assert "retry_limit=4" in text(response)
