"""The end of an audit: asked once, restorable for 30 days, then gone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from time import sleep

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from markup import Markup
from posting import answer
from sample_content import CONTENT

from checklist.audits import lifecycle, questions, service
from checklist.audits.models import Answer, Audit, Change
from checklist.catalogue import loader
from checklist.catalogue.models import Edition

State = Callable[[], list[object]]
BELOW_EDIT = ("export.md", "export.json", "changes", "history/", "edition/", "delete/", "items/backoff/history/")
BELOW_VIEW = ("", "export.md", "export.json", "changes", "items/backoff/comment.md")


@pytest.fixture
def deleted(client: Client, edit_link: str) -> None:
    """The audit has an answer, and is deleted."""
    answer(client, edit_link, verdict="pass", note="a note")
    client.post(f"{edit_link}delete/")


def test_deleting_is_asked_once_and_names_the_task(client: Client, edit_link: str, state: State) -> None:
    before = state()
    page = Markup.of(client.get(f"{edit_link}delete/"))
    assert page.one("h1").text == "Delete the audit of billing.tasks.charge?"
    assert state() == before


def test_a_deleted_audit_leads_to_the_offer_to_restore_it(client: Client, edit_link: str) -> None:
    response = client.post(f"{edit_link}delete/")
    assert (response.status_code, response["Location"]) == (303, edit_link)


def test_the_edit_link_of_a_deleted_audit_shows_only_the_way_back_and_the_way_out(
    client: Client, edit_link: str, deleted: None
) -> None:
    response = client.get(edit_link)
    page = Markup.of(response)
    assert [form.attributes["action"] for form in page.all("form")] == ["restore/", "remove/"]
    assert "billing.tasks.charge" not in response.content.decode()


def test_the_page_says_until_when_it_can_be_restored(client: Client, edit_link: str, deleted: None) -> None:
    until = Audit.objects.get().deleted + timedelta(days=30)
    assert until.strftime("%B %Y, %H:%M") in Markup.of(client.get(edit_link)).one("time").text


@pytest.mark.parametrize("name", BELOW_VIEW)
def test_nothing_below_the_view_link_of_a_deleted_audit_is_there(
    client: Client, view_link: str, deleted: None, name: str
) -> None:
    assert client.get(view_link + name).status_code == 404


@pytest.mark.parametrize("name", BELOW_EDIT)
def test_nothing_else_below_the_edit_link_of_a_deleted_audit_is_there(
    client: Client, edit_link: str, deleted: None, name: str
) -> None:
    assert client.get(edit_link + name).status_code == 404


@pytest.mark.parametrize(
    "name", ["", "items/backoff/", "questions/", "edition/", "delete/", "items/backoff/history/1/erase/"]
)
def test_a_deleted_audit_cannot_be_changed(
    client: Client, edit_link: str, deleted: None, state: State, name: str
) -> None:
    before = state()
    fields = {"task": "other", "verdict": "fail", "edition": "1", "question-scheduled": "no"}
    assert client.post(edit_link + name, fields).status_code == 404
    assert state() == before


def test_a_page_from_before_the_deletion_is_not_shown_again(client: Client, edit_link: str) -> None:
    tag = client.get(edit_link)["ETag"]
    client.post(f"{edit_link}delete/")
    assert client.get(edit_link, headers={"If-None-Match": tag}).status_code == 200


def test_delete_and_restore_brings_everything_back(
    client: Client, audit: Audit, edit_link: str, view_link: str
) -> None:
    answer(client, edit_link, verdict="pass", note="a note")
    before = service.report(audit).entries
    client.post(f"{edit_link}delete/")
    assert client.post(f"{edit_link}restore/")["Location"] == edit_link
    assert service.report(Audit.objects.get()).entries == before
    assert client.get(view_link).status_code == 200


def test_removing_leaves_nothing(client: Client, edit_link: str, deleted: None) -> None:
    assert client.post(f"{edit_link}remove/")["Location"] == "/"
    assert (Audit.objects.count(), Answer.objects.count(), Change.objects.count()) == (0, 0, 0)
    assert client.get(edit_link).status_code == 404


@pytest.mark.parametrize("name", ["restore/", "remove/"])
def test_what_is_not_deleted_is_neither_restored_nor_removed(
    client: Client, edit_link: str, state: State, name: str
) -> None:
    before = state()
    assert client.post(edit_link + name).status_code == 404
    assert state() == before


def purge(*arguments: str) -> str:
    """Run `manage.py purge`: what it printed."""
    output = StringIO()
    call_command("purge", *arguments, stdout=output)
    return output.getvalue()


def aged(audit: Audit, days: float, **fields: object) -> Audit:
    """The audit as if nobody had touched it for so many days; `fields` are changed with it."""
    Audit.objects.filter(pk=audit.pk).update(updated=timezone.now() - timedelta(days=days), **fields)
    return audit


@pytest.mark.parametrize(("days", "left"), [(29.9, 1), (30.1, 0), (0, 1)])
def test_purge_removes_what_is_past_restoring(audit: Audit, days: float, left: int) -> None:
    questions.answer(audit=audit, questions={"scheduled": False})
    aged(audit, days, deleted=timezone.now() - timedelta(days=days))
    assert purge() == f"{1 - left} deleted audits removed for good\n"
    assert Audit.objects.count() == left


def test_purge_removes_no_audit_that_is_not_deleted(audit: Audit) -> None:
    aged(audit, 9999)
    purge()
    assert Audit.objects.count() == 1


def test_purge_removes_unused_audits_on_request(audit: Audit) -> None:
    aged(audit, 91)
    assert "1 unused audits removed for good" in purge("--unused-for", "90")
    assert not Audit.objects.exists()


def test_an_audit_that_only_its_questions_answered_is_unused(audit: Audit) -> None:
    questions.answer(audit=audit, questions={"scheduled": False})
    aged(audit, 91)
    purge("--unused-for", "90")
    assert not Audit.objects.exists()


def test_an_audit_that_somebody_answered_once_is_used(client: Client, audit: Audit, edit_link: str) -> None:
    answer(client, edit_link, verdict="pass")
    answer(client, edit_link, verdict="open")
    aged(audit, 9999)
    purge("--unused-for", "1")
    assert Audit.objects.exists()


def test_a_young_audit_an_example_and_a_deleted_one_are_not_unused(audit: Audit) -> None:
    aged(audit, 89)
    service.mark_as_example(audit=aged(service.start(edition=audit.edition, task="example"), 91))
    gone = service.start(edition=audit.edition, task="deleted")
    lifecycle.delete(audit=gone)
    aged(gone, 20)
    assert "0 unused audits" in purge("--unused-for", "90")
    purge("--unused-for", "19")
    assert set(Audit.objects.values_list("task", flat=True)) == {"example", "deleted"}


@pytest.mark.parametrize("days", ["", "0", "-1", "x", "1.5", "1e3", "36501", "９", "9" * 5000])
def test_a_bad_number_of_days_removes_nothing(audit: Audit, days: str) -> None:
    aged(audit, 9999)
    with pytest.raises(CommandError, match="unused-for"):
        call_command("purge", f"--unused-for={days}")
    assert Audit.objects.exists()


def test_purging_leaves_the_catalogue(audit: Audit) -> None:
    aged(audit, 9999)
    purge("--unused-for", "1")
    assert audit.edition.content == CONTENT


@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="threads cannot share SQLite's memory")
@pytest.mark.django_db(transaction=True)
def test_purge_spares_what_is_restored_at_this_moment() -> None:
    loader.load([CONTENT])
    found = service.start(edition=Edition.objects.get(), task="t")
    aged(found, 31, deleted=timezone.now() - timedelta(days=31))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lifecycle.restore(audit=found)
            going = pool.submit(purge)
            sleep(1)
        assert going.result() == "0 deleted audits removed for good\n"
        pool.submit(lambda: connection.close()).result()
    assert Audit.objects.exists()
