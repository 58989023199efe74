"""Suggestions beside items: what accepting, dismissing and scanning again write, and what they never write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from posting import HTMX, answer
from scans import CANNOT_TELL, CODE, FINDING, FOUND, LINE, NOT_FOUND, PATH, scan, scanned

from checklist.audits import findings, history, lifecycle, service, suggestions
from checklist.audits.answering import Conflict
from checklist.audits.models import Audit, Scan, Source, Suggestion
from checklist.audits.report import Verdict
from checklist.audits.sources import MOST_SOURCE
from checklist.audits.suggestions import OutdatedError
from checklist.scan.found import Finding, Suggested

EDITED = replace(FINDING, evidence=(replace(LINE, text="@shared_task(retry_limit=9)"),))
MOVED = replace(FINDING, evidence=(replace(LINE, line=40),))
MENDED = replace(NOT_FOUND, text="each option is known")


def entry(audit: Audit, item: str = "backoff") -> tuple[str, str]:
    """Verdict and note of an item."""
    found = next(one for one in service.report(Audit.objects.get(pk=audit.pk)).entries if one.item == item)
    return str(found.verdict), found.note


def row(audit: Audit, item: str = "backoff") -> Suggestion:
    """The suggestion of an item as it is stored."""
    return Suggestion.objects.get(audit=audit, item=item)


def page(client: Client, link: str) -> str:
    """The page of the audit."""
    return client.get(link).content.decode()


def test_a_suggestion_is_never_an_answer(client: Client, audit: Audit, edit_link: str) -> None:
    before = [client.get(f"{edit_link}export.{extension}").content for extension in ("md", "txt", "csv")]
    scan(audit)
    assert entry(audit) == ("open", "")
    assert [client.get(f"{edit_link}export.{extension}").content for extension in ("md", "txt", "csv")] == before


def test_the_page_shows_each_kind_in_its_words(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit, backoff=FINDING, jitter=NOT_FOUND, max_retries_set=CANNOT_TELL)
    text = page(client, edit_link)
    assert '<strong class="suggests">suggests fail</strong>' in text
    assert "looked and not found</strong>" in text
    assert "cannot tell</strong>" in text
    assert text.count("button accept") == text.count("button dismiss") == 1
    assert "<code>retry_limit=4</code> is ignored" in text


def test_accepting_sets_the_verdict_and_puts_the_evidence_below_the_note(audit: Audit) -> None:
    scan(audit)
    service.answer(audit=audit, item="backoff", note="mine")
    suggestions.accept(audit=audit, item="backoff", finding=FOUND, by="Ada")
    assert entry(audit) == ("fail", findings.noted("mine", FINDING, 4000))
    changes = audit.changes.filter(item="backoff").values_list("field", "by")
    assert list(changes) == [("note", "Ada"), ("verdict", "Ada"), ("note", "")]
    assert findings.read(row(audit).accepted) == FINDING


def test_accepting_twice_by_the_same_change_writes_once(audit: Audit) -> None:
    scan(audit)
    for _ in range(2):
        suggestions.accept(audit=audit, item="backoff", finding=FOUND, change="c1")
    assert audit.changes.filter(item="backoff").count() == 2


def test_a_late_repetition_does_not_undo_what_came_after(audit: Audit) -> None:
    scan(audit)
    suggestions.accept(audit=audit, item="backoff", finding=FOUND, change="c1")
    service.answer(audit=audit, item="backoff", verdict="pass", note="looked closer")
    suggestions.accept(audit=audit, item="backoff", finding=FOUND, base=0, change="c1")
    assert entry(audit) == ("pass", "looked closer")


def test_accepting_what_somebody_answered_meanwhile_is_refused(audit: Audit) -> None:
    scan(audit)
    service.answer(audit=audit, item="backoff", verdict="pass", by="Ada")
    with pytest.raises(Conflict) as refused:
        suggestions.accept(audit=audit, item="backoff", finding=FOUND, base=0)
    assert [(one.field, one.current.value, one.by) for one in refused.value.collisions] == [
        ("suggestion", "pass", "Ada")
    ]
    assert entry(audit) == ("pass", "")
    assert row(audit).accepted is None


@pytest.mark.parametrize("finding", [NOT_FOUND, CANNOT_TELL])
def test_what_suggests_nothing_cannot_be_accepted(audit: Audit, finding: Finding) -> None:
    scan(audit, backoff=finding)
    with pytest.raises(OutdatedError):
        suggestions.accept(audit=audit, item="backoff", finding=findings.fingerprint(finding))
    assert entry(audit) == ("open", "")


def test_an_item_without_a_suggestion_has_nothing_to_accept(audit: Audit) -> None:
    scan(audit)
    with pytest.raises(Http404):
        suggestions.accept(audit=audit, item="jitter", finding=FOUND)


def test_a_full_note_stays_as_it_is(audit: Audit) -> None:
    scan(audit)
    service.answer(audit=audit, item="backoff", note="x" * 4000)
    suggestions.accept(audit=audit, item="backoff", finding=FOUND)
    assert entry(audit) == ("fail", "x" * 4000)


def test_dismissing_hides_and_can_be_undone(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit)
    suggestions.dismiss(audit=audit, item="backoff", finding=FOUND)
    assert 'data-state="dismissed"' in page(client, edit_link)
    suggestions.dismiss(audit=audit, item="backoff", finding=FOUND, is_dismissed=False)
    assert 'data-state="open"' in page(client, edit_link)
    assert not audit.changes.filter(item="backoff").exists()


def test_all_means_what_was_found_for_items_that_are_open_and_chosen(audit: Audit) -> None:
    passes = replace(FINDING, suggests=Suggested.PASS)
    scan(audit, backoff=FINDING, jitter=passes, max_retries_set=FINDING, overlap=NOT_FOUND, expires=FINDING)
    service.answer(audit=audit, item="max-retries-set", verdict="na")
    suggestions.dismiss(audit=audit, item="expires", finding=FOUND)
    every = dict.fromkeys(("backoff", "max-retries-set", "expires"), FOUND)
    chosen = {**every, "jitter": findings.fingerprint(passes), "overlap": findings.fingerprint(NOT_FOUND)}
    assert suggestions.accept_all(audit=audit, chosen=chosen, by="Ada") == 2
    verdicts = {one.item: str(one.verdict) for one in service.report(Audit.objects.get(pk=audit.pk)).entries}
    assert verdicts == {"max-retries-set": "na", "backoff": "fail", "jitter": "pass", "overlap": "open", "expires": "open"}  # fmt: skip
    assert suggestions.accept_all(audit=audit, chosen=chosen) == 0


def test_all_leaves_alone_what_says_something_else_now(audit: Audit) -> None:
    scan(audit)
    suggestions.rescan(audit=audit, scanned=scanned(backoff=EDITED))
    assert suggestions.accept_all(audit=audit, chosen={"backoff": FOUND}) == 0
    assert entry(audit) == ("open", "")


@pytest.mark.parametrize(("now", "stays"), [(FINDING, True), (MOVED, True), (EDITED, False), (MENDED, False)])
def test_a_dismissal_stays_while_the_finding_is_the_same(audit: Audit, now: Finding, stays: bool) -> None:
    scan(audit)
    suggestions.dismiss(audit=audit, item="backoff", finding=FOUND)
    suggestions.rescan(audit=audit, scanned=scanned(backoff=now))
    assert row(audit).is_dismissed is stays
    assert row(audit).evidence == findings.plain(now)["evidence"]


def test_a_dismissal_stays_when_the_same_evidence_is_longer_than_what_is_stored(audit: Audit) -> None:
    long = replace(FINDING, evidence=(replace(LINE, text="x" * 400),) * 25)
    scan(audit, backoff=long)
    suggestions.dismiss(audit=audit, item="backoff", finding=findings.fingerprint(long))
    suggestions.rescan(audit=audit, scanned=scanned(backoff=long))
    assert row(audit).is_dismissed


@pytest.mark.parametrize(("now", "is_marked"), [(FINDING, False), (MOVED, False), (EDITED, True), (MENDED, True)])
def test_an_answer_is_marked_when_the_code_behind_it_changed_and_never_changes_itself(
    client: Client, audit: Audit, edit_link: str, now: Finding, is_marked: bool
) -> None:
    scan(audit)
    suggestions.accept(audit=audit, item="backoff", finding=FOUND)
    before = entry(audit)
    suggestions.rescan(audit=audit, scanned=scanned(backoff=now))
    assert ("The code behind this answer has changed" in page(client, edit_link)) is is_marked
    assert entry(audit) == before


def test_an_answer_that_still_holds_is_not_marked_any_more(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit)
    suggestions.accept(audit=audit, item="backoff", finding=FOUND)
    suggestions.rescan(audit=audit, scanned=scanned(backoff=EDITED))
    suggestions.dismiss(audit=audit, item="backoff", finding=findings.fingerprint(EDITED))
    assert 'data-state="dismissed"' in page(client, edit_link)
    assert entry(audit)[0] == "fail"


def test_accepting_again_after_an_edit_puts_the_new_evidence_in_place_of_the_old(audit: Audit) -> None:
    scan(audit)
    suggestions.accept(audit=audit, item="backoff", finding=FOUND)
    suggestions.rescan(audit=audit, scanned=scanned(backoff=EDITED))
    suggestions.accept(audit=audit, item="backoff", finding=findings.fingerprint(EDITED))
    assert entry(audit) == ("fail", findings.noted("", EDITED, 4000))


def test_a_rule_that_is_gone_takes_its_suggestion_with_it(audit: Audit) -> None:
    scan(audit, backoff=FINDING, jitter=FINDING)
    suggestions.rescan(audit=audit, scanned=scanned(jitter=FINDING))
    assert [one.item for one in audit.suggestions.all()] == ["jitter"]


def test_the_source_is_stored_only_on_request_and_replaced_or_gone_after_the_next_scan(audit: Audit) -> None:
    suggestions.store(audit=audit, scanned=scanned())
    assert not Source.objects.exists()
    suggestions.rescan(audit=audit, scanned=scanned(), source={PATH: CODE, "other.py": "secret = 1"})
    assert Source.objects.get().files == {PATH: CODE}
    suggestions.rescan(audit=audit, scanned=scanned())
    assert not Source.objects.exists()


def test_a_source_that_a_scan_replaced_is_in_no_log_any_more(
    audit: Audit, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    emptied = []
    monkeypatch.setattr(history, "empty_the_log", lambda: emptied.append(audit))
    scan(audit)
    with django_capture_on_commit_callbacks(execute=True):
        suggestions.rescan(audit=audit, scanned=scanned())
    assert emptied == [audit]


def test_a_source_that_is_too_long_is_not_stored_and_the_page_says_so(
    client: Client, audit: Audit, edit_link: str
) -> None:
    suggestions.store(audit=audit, scanned=scanned(), source={PATH: "x" * (MOST_SOURCE + 1)})
    assert Source.objects.get().files == {PATH: ""}
    shown = page(client, edit_link)
    assert "The source is too long to be stored (at most 300,000 characters); the lines of evidence are." in shown
    assert 'id="code-1-' not in shown and "source/delete/" not in shown


def test_a_file_that_there_is_no_room_for_is_named(client: Client, audit: Audit, edit_link: str) -> None:
    found = replace(FINDING, evidence=(LINE, replace(LINE, path="settings.py"), replace(LINE, path="base.py", line=1)))
    files = {PATH: CODE, "settings.py": "x" * MOST_SOURCE, "base.py": "y = 1"}
    suggestions.store(audit=audit, scanned=scanned(backoff=found), source=files)
    assert Source.objects.get().files == {PATH: CODE, "base.py": "y = 1", "settings.py": ""}
    shown = page(client, edit_link)
    assert "stand, without <code>settings.py</code>, of which it stores the lines of evidence" in shown
    assert 'id="code-2-1"' in shown and 'id="code-3-' not in shown


def test_the_page_says_what_is_stored(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit, keep=False)
    assert "Of the source only the lines of evidence are stored." in page(client, edit_link)
    suggestions.rescan(audit=audit, scanned=scanned(), source={PATH: CODE})
    assert "this audit stores the files in which its task and the evidence stand." in page(client, edit_link)


def test_the_stored_source_can_be_deleted_and_is_gone(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit)
    assert 'id="code-1-4"' in page(client, edit_link)
    assert client.post(f"{edit_link}source/delete/").status_code == 303
    assert not Source.objects.exists()
    assert 'id="code-1-4"' not in page(client, edit_link)
    assert "tasks.py:4" in page(client, edit_link)


def test_what_was_scanned_goes_with_its_audit(audit: Audit) -> None:
    scan(audit)
    lifecycle.delete(audit=audit)
    lifecycle.restore(audit=audit)
    assert row(audit)
    lifecycle.delete(audit=audit)
    lifecycle.remove(audit=audit)
    assert not Suggestion.objects.exists()
    assert not Scan.objects.exists()
    assert not Source.objects.exists()


def test_an_audit_that_continues_a_scanned_one_knows_its_task_and_asks_for_its_code(
    client: Client, audit: Audit
) -> None:
    scan(audit)
    again = service.start_again(audit=audit)
    text = page(client, f"/audits/{again.edit_token}/")
    assert "Scan the code of this change" in text
    assert 'class="suggestion' not in text
    suggestions.rescan(audit=again, scanned=scanned())
    assert 'class="suggestion' in page(client, f"/audits/{again.edit_token}/")


def test_the_shared_page_shows_no_suggestion_but_the_note_with_the_evidence(
    client: Client, audit: Audit, edit_link: str, view_link: str
) -> None:
    scan(audit)
    assert "retry_limit" not in page(client, view_link)
    answer(client, edit_link, suggestion=f"accept:{FOUND}")
    assert "tasks.py:4: @shared_task(retry_limit=4)" in page(client, view_link)
    assert 'class="suggestion' not in page(client, view_link)


@pytest.mark.parametrize(
    "value", ["", "accept", "accept:x", f"toggle:{FOUND}", f"accept:{FOUND}x", f"accept:{FOUND}\n"]
)
def test_a_bad_value_is_400_and_changes_nothing(client: Client, audit: Audit, edit_link: str, value: str) -> None:
    scan(audit)
    assert answer(client, edit_link, suggestion=value).status_code == 400
    assert entry(audit) == ("open", "")


@pytest.mark.parametrize("verb", ["accept", "dismiss", "open"])
def test_what_says_something_else_now_is_400_and_says_to_load_again(
    client: Client, audit: Audit, edit_link: str, verb: str
) -> None:
    scan(audit, backoff=EDITED)
    response = answer(client, edit_link, suggestion=f"{verb}:{FOUND}")
    assert response.status_code == 400
    assert "scanned again meanwhile" in response.content.decode()


def test_a_browser_is_led_back_to_the_item_and_a_script_gets_the_fragment(
    client: Client, audit: Audit, edit_link: str
) -> None:
    scan(audit)
    response = answer(client, edit_link, suggestion=f"dismiss:{FOUND}")
    assert (response.status_code, response.headers["Location"]) == (303, f"{edit_link}#backoff")
    response = answer(client, edit_link, headers=HTMX, suggestion=f"accept:{FOUND}", base="0", change="c1")
    assert response.status_code == 200
    assert response.headers["Walkaround-Answer"] == '{"suggestion": [0, ""]}'
    assert int(response.headers["Walkaround-Revision"]) == Audit.objects.get().revision


def test_a_collision_tells_a_script_what_is_there_and_a_browser_to_look(
    client: Client, audit: Audit, edit_link: str
) -> None:
    scan(audit)
    service.answer(audit=audit, item="backoff", verdict="pass", by="Ada")
    fields = {"suggestion": f"accept:{FOUND}", "base": "0"}
    found = answer(client, edit_link, headers=HTMX, **fields)
    assert (found.status_code, found.json()["shown"], found.json()["by"]) == (409, "Pass", "Ada")
    response = answer(client, edit_link, headers={"Accept": "text/html"}, **fields)
    assert response.status_code == 409
    assert "Somebody answered this item meanwhile" in response.content.decode()


def test_every_decision_makes_another_state_of_the_page(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit)
    etags = [client.get(edit_link)["ETag"]]
    for verb in ("dismiss", "open", "accept"):
        answer(client, edit_link, suggestion=f"{verb}:{FOUND}")
        etags.append(client.get(edit_link)["ETag"])
    client.post(f"{edit_link}source/delete/")
    assert len({*etags, client.get(edit_link)["ETag"]}) == 5


def test_an_audit_without_a_scan_has_no_pages_for_it(client: Client, audit: Audit, edit_link: str) -> None:
    paths = ["scan/", "suggestions/", "source/delete/"]
    assert {client.post(f"{edit_link}{path}").status_code for path in paths} == {404}
    assert answer(client, edit_link, suggestion=f"accept:{FOUND}").status_code == 404
    assert "suggestion" not in page(client, edit_link)


def test_the_list_of_what_all_would_do_shows_verdict_and_evidence_and_does_only_what_is_ticked(
    client: Client, audit: Audit, edit_link: str
) -> None:
    scan(audit, backoff=FINDING, jitter=FINDING, overlap=NOT_FOUND)
    text = page(client, f"{edit_link}suggestions/")
    assert text.count('type="checkbox"') == text.count("tasks.py:4</span>") == 2
    assert client.post(f"{edit_link}suggestions/", {"item": f"jitter:{FOUND}"}).status_code == 303
    assert (entry(audit)[0], entry(audit, "jitter")[0]) == (Verdict.OPEN, Verdict.FAIL)


def test_the_list_says_how_many_were_left_because_the_code_was_scanned_again(
    client: Client, audit: Audit, edit_link: str
) -> None:
    scan(audit, backoff=FINDING, jitter=FINDING)
    suggestions.rescan(audit=audit, scanned=scanned(backoff=EDITED, jitter=FINDING))
    chosen = {"item": [f"backoff:{FOUND}", f"jitter:{FOUND}"]}
    response = client.post(f"{edit_link}suggestions/", chosen)
    assert response.status_code == 200
    assert "1 of the chosen suggestions was not accepted" in response.content.decode()
    assert (entry(audit)[0], entry(audit, "jitter")[0]) == (Verdict.OPEN, Verdict.FAIL)
    assert client.post(f"{edit_link}suggestions/", {"item": f"backoff:{FOUND}"}).status_code == 422
    assert client.post(f"{edit_link}suggestions/", {"item": f"jitter:{FOUND}"}).status_code == 303


@pytest.mark.parametrize("fields", [{}, {"item": "jitter"}, {"item": f"Jitter:{FOUND}"}, {"item": "jitter:x"}])
def test_a_bad_choice_is_refused(client: Client, audit: Audit, edit_link: str, fields: dict[str, str]) -> None:
    scan(audit)
    assert client.post(f"{edit_link}suggestions/", fields).status_code == 422
    assert entry(audit) == ("open", "")


def test_suggestions_of_items_that_an_edition_lacks_are_not_shown(client: Client, audit: Audit, edit_link: str) -> None:
    scan(audit, gone=FINDING)
    assert 'class="suggestion' not in page(client, edit_link)
    assert answer(client, edit_link, "gone", suggestion=f"accept:{FOUND}").status_code == 404
