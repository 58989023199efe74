"""Two audits of one task compared: what got worse, what got better, what is new."""

from __future__ import annotations

import pytest
from django.test import Client
from markup import Markup
from posting import answer

from checklist.audits import links
from checklist.audits.comparison import Kind, Pair
from checklist.audits.models import Audit
from checklist.audits.report import Entry, Severity, Verdict
from checklist.catalogue.models import Edition


def entry(verdict: str, note: str = "") -> Entry:
    """An answer to one item."""
    return Entry("backoff", "Back off", Severity.MAJOR, Verdict(verdict), note)


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("pass", "fail", Kind.WORSE),
        ("na", "fail", Kind.WORSE),
        ("open", "fail", Kind.WORSE),
        ("fail", "pass", Kind.BETTER),
        ("fail", "na", Kind.BETTER),
        ("fail", "open", Kind.CHANGED),
        ("pass", "na", Kind.CHANGED),
        ("pass", "pass", Kind.SAME),
        ("fail", "fail", Kind.SAME),
    ],
)
def test_an_item_got_worse_or_better(before: str, now: str, kind: Kind) -> None:
    assert Pair(entry(before), entry(now)).kind is kind


def test_another_note_is_a_change() -> None:
    assert Pair(entry("fail", "a"), entry("fail", "b")).kind is Kind.CHANGED


def test_an_item_of_one_audit_alone_is_new_or_gone() -> None:
    assert (Pair(None, entry("pass")).kind, Pair(entry("pass"), None).kind) == (Kind.NEW, Kind.GONE)


@pytest.fixture
def again(client: Client, edit_link: str) -> str:
    """The edit link of a new audit from one that was answered."""
    answer(client, edit_link, "backoff", verdict="fail", note="no backoff")
    answer(client, edit_link, "jitter", verdict="pass")
    client.post(f"{edit_link}questions/", {"question-scheduled": "no"})
    return str(client.post(f"{edit_link}again/", {"url": "https://example.org/pull/2"})["Location"])


def test_the_new_audit_is_of_the_same_task_and_asks_everything_again(client: Client, again: str) -> None:
    found = client.get(f"{again}export.json").json()
    assert (found["task"], found["url"]) == ("billing.tasks.charge", "https://example.org/pull/2")
    assert {each["item"]: each["verdict"] for each in found["answers"]}["backoff"] == "open"
    assert Audit.objects.latest("pk").declined == ["scheduled"]


def test_the_earlier_answer_stands_beside_the_item(client: Client, again: str) -> None:
    texts = [found.text for found in Markup.of(client.get(again)).all("p", class_="earlier")]
    assert [" ".join(text.split()) for text in texts] == ["Last time: Fail no backoff", "Last time: Pass"] or len(
        texts
    ) > 2
    assert any("no backoff" in text for text in texts)


def test_the_comparison_names_what_got_worse(client: Client, again: str) -> None:
    answer(client, again, "backoff", verdict="pass")
    answer(client, again, "jitter", verdict="fail")
    headings = [found.text for found in Markup.of(client.get(f"{again}comparison/")).all("h2")]
    assert headings[:2] == ["Got worse", "Got better"]


def test_a_deleted_earlier_audit_is_not_shown(client: Client, edit_link: str, again: str) -> None:
    client.post(f"{edit_link}delete/")
    assert client.get(f"{again}comparison/").status_code == 404
    assert not Markup.of(client.get(again)).all("p", class_="earlier")


def test_a_bad_link_to_the_next_change_is_refused_and_kept(client: Client, edit_link: str, audit: Audit) -> None:
    response = client.post(f"{edit_link}again/", {"url": "javascript:1"})
    assert response.status_code == 422
    assert "javascript:1" in response.content.decode()
    assert Audit.objects.count() == 1


def test_an_earlier_audit_that_the_operator_closed_is_not_shown(client: Client, audit: Audit, again: str) -> None:
    links.close(audit=audit, is_closed=True)
    assert client.get(f"{again}comparison/").status_code == 404
    assert "no backoff" not in client.get(again).content.decode()


def test_a_page_from_before_the_earlier_audit_was_deleted_is_not_shown_again(
    client: Client, edit_link: str, again: str
) -> None:
    tag = client.get(again)["ETag"]
    client.post(f"{edit_link}delete/")
    assert client.get(again, headers={"If-None-Match": tag}).status_code == 200


def test_a_replaced_edit_link_takes_the_earlier_answers_from_all_but_their_starter(edition: Edition) -> None:
    starter, other = Client(), Client()
    first = starter.post("/checklists/celery-tasks/audits/", {"task": "billing.tasks.charge"})["Location"]
    own, theirs = (str(browser.post(f"{first}again/")["Location"]) for browser in (starter, other))
    links.replace(audit=Audit.objects.earliest("pk"), link="edit")
    answer(starter, f"/audits/{Audit.objects.earliest('pk').edit_token}/", verdict="fail", note="written later")
    assert "written later" in starter.get(own).content.decode()
    assert "written later" not in other.get(theirs).content.decode()
    assert other.get(f"{theirs}comparison/").status_code == 404
