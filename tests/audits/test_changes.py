"""How open pages keep up: a cheap conditional question, and what the answers cost in queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from markup import Markup
from posting import HTMX, answer
from sample_content import CONTENT, REWORDED, item

from checklist.audits import service
from checklist.audits.models import Answer, Audit
from checklist.catalogue import loader
from checklist.catalogue.content import SectionContent
from checklist.catalogue.models import Edition

LINKS = pytest.mark.parametrize("link", ["edit_link", "view_link"])


@pytest.fixture
def path(request: pytest.FixtureRequest, link: str) -> str:
    """Where the page of that link asks what changed."""
    return f"{request.getfixturevalue(link)}changes"


@LINKS
def test_nothing_new_is_304_and_empty(client: Client, path: str) -> None:
    tag = client.get(path)["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@LINKS
def test_something_new_is_200_with_the_new_revision(client: Client, path: str, edit_link: str) -> None:
    tag = client.get(path)["ETag"]
    answer(client, edit_link, verdict="pass")
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.json()["revision"]) == (200, 1)


def test_a_newer_edition_of_the_checklist_is_something_new(client: Client, edit_link: str) -> None:
    path = f"{edit_link}changes"
    tag = client.get(path)["ETag"]
    loader.load([REWORDED])
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


@LINKS
def test_a_deleted_audit_has_no_changes(client: Client, path: str, edit_link: str) -> None:
    client.post(f"{edit_link}delete/")
    assert client.get(path).status_code == 404


def test_the_changes_name_every_answer_with_its_revisions(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass", by="Ada")
    answer(client, edit_link, "jitter", note="a note")
    backoff, jitter = client.get(f"{edit_link}changes").json()["answers"]
    assert backoff == {
        "item": "backoff",
        "verdict": "pass",
        "verdict_revision": 1,
        "note": "",
        "note_revision": 0,
        "by": "Ada",
    }
    assert (jitter["verdict"], jitter["note"], jitter["note_revision"]) == ("open", "a note", 1)


def test_the_changes_bring_what_stands_around_the_answers(client: Client, edit_link: str) -> None:
    answer(client, edit_link, "max-retries-set", verdict="fail")
    html = Markup(client.get(f"{edit_link}changes").json()["html"])
    assert html.one("p", id="progress").text.split() == ["Request", "changes", "1", "of", "5"]


def test_the_shared_changes_tell_nothing_but_that_there_are_some(client: Client, view_link: str, audit: Audit) -> None:
    found = client.get(f"{view_link}changes")
    assert found.json() == {"revision": 0, "edition": audit.edition_id}
    assert audit.edit_token not in found.content.decode()


def queries(work: Callable[[], object]) -> list[str]:
    """What `work` asks the database; the statements of transactions are not counted."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured if not query["sql"].upper().startswith(control)]


@LINKS
def test_a_question_with_nothing_new_costs_one_query(client: Client, path: str) -> None:
    tag = client.get(path)["ETag"]
    assert len(queries(lambda: client.get(path, headers={"If-None-Match": tag}))) == 1


@pytest.fixture(params=[40, 400])
def big(request: pytest.FixtureRequest, db: None) -> Audit:
    """An audit of that many items, all of them answered."""
    items = tuple(item(f"item-{number}", "minor") for number in range(request.param))
    loader.load([replace(CONTENT, questions=(), sections=(SectionContent("all", "All", items),))])
    audit = service.start(edition=Edition.objects.get(), task="t")
    given = {"verdict": "pass", "verdict_revision": 1, "note": "a note", "note_revision": 1}
    Answer.objects.bulk_create(Answer(audit=audit, item=part.slug, **given) for part in items)
    return audit


FIELDS = {"verdict": "fail", "note": "other", "base-verdict": "1", "base-note": "1", "change": "mine", "by": "Ada"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
def test_a_save_costs_at_most_seven_queries_however_long_the_checklist(
    client: Client, big: Audit, headers: dict[str, str]
) -> None:
    link = f"/audits/{big.edit_token}/"
    client.get(link)
    found = queries(lambda: answer(client, link, "item-7", headers=headers, **FIELDS))
    assert len(found) == 7, found
    assert big.answers.get(item="item-7").note == "other"


def test_a_first_answer_costs_at_most_seven_queries(client: Client, edit_link: str) -> None:
    client.get(edit_link)
    found = queries(lambda: answer(client, edit_link, headers=HTMX, verdict="pass", base="0", change="mine"))
    assert len(found) == 7, found


def test_a_save_to_an_audit_that_continues_another_costs_at_most_seven_queries(client: Client, edit_link: str) -> None:
    again = client.post(f"{edit_link}again/")["Location"]
    found = queries(lambda: answer(client, again, headers=HTMX, verdict="pass", base="0", change="mine"))
    assert len(found) <= 7, found
