"""My audits: what a browser remembers, finds, loses and forgets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from markup import Markup
from posting import answer
from pytest_django import Settings

from checklist.audits import links, lists, service
from checklist.audits.models import Audit, Kept, Visitor
from checklist.catalogue.models import Edition

Start = Callable[..., str]


@pytest.fixture
def start(client: Client, edition: Edition) -> Start:
    """Starts an audit in this browser and returns its edit link."""

    def post(task: str = "billing.tasks.charge") -> str:
        return str(client.post("/checklists/celery-tasks/audits/", {"task": task})["Location"])

    return post


def listed(client: Client, query: str = "") -> list[str]:
    """The tasks on a page of the list, in its order."""
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)', client.get(f"/mine/{query}").content.decode())


def press(client: Client, path: str, **fields: str) -> int:
    """Send a form that a cookie authorises, with the token of a page of the list; the status of the answer."""
    token = Markup.of(client.get("/mine/forget/")).one("input", name="csrfmiddlewaretoken").attributes["value"]
    return client.post(path, {"csrfmiddlewaretoken": token, **fields}).status_code


def test_an_audit_that_this_browser_started_is_in_its_list(client: Client, start: Start) -> None:
    start("a.first"), start("b.second")
    assert listed(client) == ["b.second", "a.first"]


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(client: Client, start: Start) -> None:
    start()
    cookie = client.cookies["visitor"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert len(cookie.value) >= 22


def test_looking_at_somebody_elses_audit_adds_nothing(client: Client, edit_link: str, view_link: str) -> None:
    for link in (edit_link, view_link, "/mine/", "/"):
        assert not client.get(link).cookies
    assert (Visitor.objects.count(), Kept.objects.count()) == (0, 0)


def test_keeping_somebody_elses_audit_adds_it_once(client: Client, edit_link: str) -> None:
    assert [client.post(f"{edit_link}keep/").status_code for _ in range(2)] == [303, 303]
    assert listed(client) == ["billing.tasks.charge"]
    assert not Kept.objects.get().is_starter


def test_another_browser_sees_nothing_of_it(client: Client, start: Start) -> None:
    start()
    other = Client()
    number = Kept.objects.get().pk
    assert listed(other) == []
    assert [other.get(f"/mine/{number}/{page}").status_code for page in ("", "links/", "delete/")] == [404] * 3


def test_the_starter_is_not_locked_out_by_a_replaced_link(client: Client, start: Start) -> None:
    old = start()
    links.replace(audit=Audit.objects.get(), link="edit")
    assert client.get(old).status_code == 404
    response = client.get(f"/mine/{Kept.objects.get().pk}/", follow=True)
    assert (response.status_code, response.redirect_chain[0][0]) == (200, f"/audits/{Audit.objects.get().edit_token}/")


def test_the_starter_of_an_expired_link_is_led_to_where_a_new_one_is_made(client: Client, start: Start) -> None:
    start()
    Audit.objects.update(edit_expires=timezone.now())
    number = Kept.objects.get().pk
    assert client.get(f"/mine/{number}/")["Location"] == f"/mine/{number}/links/"
    assert press(client, f"/mine/{number}/links/", link="edit", action="replace") == 303
    assert client.get(f"/mine/{number}/", follow=True).status_code == 200


def test_who_kept_an_audit_from_a_link_loses_it_with_the_link(client: Client, edit_link: str, audit: Audit) -> None:
    client.post(f"{edit_link}keep/")
    links.replace(audit=audit, link="edit")
    assert listed(client) == []
    assert client.get(f"/mine/{Kept.objects.get().pk}/").status_code == 404


def test_one_audit_is_forgotten_and_stays(client: Client, start: Start) -> None:
    start("a.first"), start("b.second")
    number = Kept.objects.get(audit__task="a.first").pk
    assert press(client, f"/mine/{number}/forget/") == 303
    assert (listed(client), Audit.objects.count()) == (["b.second"], 2)


def test_forgetting_all_asks_and_names_the_number(client: Client, start: Start) -> None:
    for number in range(3):
        start(f"task.{number}")
    assert "Forget 3 audits?" in client.get("/mine/forget/").content.decode()
    assert Kept.objects.count() == 3
    assert press(client, "/mine/forget/") == 303
    assert (Kept.objects.count(), Audit.objects.count()) == (0, 3)


@pytest.mark.parametrize(
    "path", ["/mine/forget/", "/mine/NUMBER/forget/", "/mine/NUMBER/links/", "/mine/NUMBER/delete/"]
)
def test_what_the_cookie_authorises_needs_djangos_token(client: Client, start: Start, path: str) -> None:
    start()
    path = path.replace("NUMBER", str(Kept.objects.get().pk))
    assert client.post(path, {"link": "edit", "action": "replace"}).status_code == 403
    assert Audit.objects.filter(deleted=None).count() == Kept.objects.count() == 1


def test_the_list_is_searched_filtered_and_sorted(client: Client, start: Start) -> None:
    failing, other = start("billing.charge"), start("mail.send")
    answer(client, failing, "max-retries-set", verdict="fail")
    answer(client, other, "backoff", verdict="pass")
    assert listed(client, "?q=CHARGE") == ["billing.charge"]
    assert listed(client, "?outcome=request-changes") == ["billing.charge"]
    assert listed(client, "?outcome=incomplete") == ["mail.send"]
    assert listed(client, "?sort=task") == ["billing.charge", "mail.send"]
    assert listed(client) == ["mail.send", "billing.charge"]
    assert listed(client, "?checklist=celery-tasks&q=mail") == ["mail.send"]
    assert listed(client, "?checklist=other") == []


@pytest.mark.parametrize(
    "query", ["?outcome=x", "?sort=x", "?page=x", "?page=0", "?page=99", "?q=%00", "?q=" + "x" * 9999]
)
def test_an_odd_wish_still_gets_a_page(client: Client, start: Start, query: str) -> None:
    start()
    assert client.get(f"/mine/{query}").status_code == 200


def test_outcome_and_progress_of_the_list_are_those_of_the_report(client: Client, start: Start) -> None:
    link = start()
    for item, verdict in (("max-retries-set", "pass"), ("backoff", "fail"), ("backoff", "na"), ("jitter", "fail")):
        answer(client, link, item, verdict=verdict)
        client.post(f"{link}questions/", {"question-scheduled": "no"})
        audit, report = Audit.objects.get(), service.report(Audit.objects.get())
        assert (audit.outcome, audit.answered, audit.total) == (
            report.outcome,
            report.counts.answered,
            report.counts.total,
        )


@pytest.fixture
def many(edition: Edition, settings: Settings) -> Client:
    """A browser that keeps 500 audits, on pages of 20."""
    settings.LIST_PAGE_SIZE = 20
    visitor, now = lists.new_visitor(), timezone.now()
    audits = Audit.objects.bulk_create(
        Audit(edition=edition, task=f"task.{number:03}", created=now, updated=now - timedelta(minutes=number))
        for number in range(500)
    )
    Kept.objects.bulk_create(Kept(visitor=visitor, audit=audit, is_starter=True, added=now) for audit in audits)
    client = Client()
    client.cookies["visitor"] = visitor.token
    return client


def test_a_long_list_has_pages(many: Client) -> None:
    assert listed(many, "?page=2") == [f"task.{number:03}" for number in range(20, 40)]
    assert listed(many, "?page=25&sort=task")[-1] == "task.499"


def test_a_page_of_a_long_list_costs_no_more_queries_than_one_of_a_short_list(many: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as long:
        many.get("/mine/")
    Kept.objects.filter(audit__task__gt="task.000").delete()
    with CaptureQueriesContext(connection) as short:
        many.get("/mine/")
    assert len(long) == len(short) <= 6


@pytest.mark.parametrize("value", ["\x00", '"\\000"', '"\\ud800"', "x" * 5000])
def test_a_cookie_that_names_no_browser_shows_an_empty_list(client: Client, edition: Edition, value: str) -> None:
    response = client.get("/mine/", headers={"Cookie": f"visitor={value}"})
    assert (response.status_code, "None yet" in response.content.decode()) == (200, True)


def test_deleting_twice_with_one_page_leaves_the_way_back(client: Client, start: Start) -> None:
    start()
    number = Kept.objects.get().pk
    assert [press(client, f"/mine/{number}/delete/") for _ in range(2)] == [303, 303]
    assert Audit.objects.get().deleted


def test_the_page_of_a_deleted_audit_deletes_it_for_good(client: Client, start: Start) -> None:
    start()
    path = f"/mine/{Kept.objects.get().pk}/delete/"
    press(client, path)
    fields = {found.attributes["name"]: found.attributes["value"] for found in Markup.of(client.get(path)).all("input")}
    assert press(client, path, **fields) == 303
    assert not Audit.objects.exists()


def test_a_full_history_keeps_no_starter_from_links_and_deletion(
    client: Client, start: Start, settings: Settings
) -> None:
    start()
    number = Kept.objects.get().pk
    settings.MOST_CHANGES = 0
    wanted = [("edit", "replace"), ("view", "off")]
    assert [press(client, f"/mine/{number}/links/", link=link, action=action) for link, action in wanted] == [303, 303]
    assert press(client, f"/mine/{number}/delete/") == 303
