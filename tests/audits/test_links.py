"""Links under control: replaced, dated, switched off; who may, and what then stands behind them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from markup import Markup
from posting import answer

from checklist.audits import links
from checklist.audits.models import Audit, Change


def change(client: Client, edit_link: str, **fields: str) -> int:
    """Send the form about a link; the status of the answer."""
    return client.post(f"{edit_link}links/", fields).status_code


def works(client: Client, link: str) -> bool:
    """Whether the page behind a link is there; all that is not looks the same."""
    response = client.get(link)
    if response.status_code == 404:
        assert response.content == client.get("/there-is-no-such-page/").content
    return response.status_code == 200


def test_a_replaced_edit_link_leads_nowhere_and_the_new_one_does(client: Client, edit_link: str) -> None:
    response = client.post(f"{edit_link}links/", {"link": "edit", "action": "replace"})
    assert response["Location"] == f"/audits/{Audit.objects.get().edit_token}/links/"
    assert (works(client, edit_link), works(client, response["Location"])) == (False, True)


def test_nothing_can_be_saved_under_a_replaced_link(client: Client, edit_link: str) -> None:
    change(client, edit_link, link="edit", action="replace")
    assert answer(client, edit_link, verdict="pass").status_code == 404


def test_a_replaced_view_link_leads_nowhere_and_the_new_one_does(
    client: Client, edit_link: str, view_link: str
) -> None:
    assert change(client, edit_link, link="view", action="replace") == 303
    assert (works(client, view_link), works(client, f"/shared/{Audit.objects.get().view_token}/")) == (False, True)


def test_the_view_link_is_switched_off_and_on_again(client: Client, edit_link: str, view_link: str) -> None:
    change(client, edit_link, link="view", action="off")
    assert not works(client, view_link)
    assert client.get(f"{edit_link}export.json").json()["shared"] is None
    assert "/shared/" not in client.get(f"{edit_link}export.md").content.decode()
    change(client, edit_link, link="view", action="on")
    assert works(client, view_link)


@pytest.mark.parametrize(("until", "days"), [("day", 1), ("week", 7)])
def test_a_link_lives_for_a_day_or_a_week(
    client: Client, edit_link: str, view_link: str, until: str, days: int
) -> None:
    change(client, edit_link, link="view", action="expire", until=until)
    expires = Audit.objects.get().view_expires
    assert abs(expires - timezone.now() - timedelta(days=days)) < timedelta(minutes=1)
    Audit.objects.update(view_expires=timezone.now())
    assert not works(client, view_link)


def test_a_link_lives_until_the_end_of_a_date(client: Client, edit_link: str) -> None:
    day = (timezone.now() + timedelta(days=3)).date()
    change(client, edit_link, link="edit", action="expire", until="date", date=day.isoformat())
    assert (Audit.objects.get().edit_expires.date(), works(client, edit_link)) == (day, True)


def test_a_link_that_expired_is_gone_for_reading_and_writing(client: Client, edit_link: str) -> None:
    Audit.objects.update(edit_expires=timezone.now())
    assert not works(client, edit_link)
    assert answer(client, edit_link, verdict="pass").status_code == 404


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"link": "edit", "action": "off"}, "cannot be switched off"),
        ({"link": "view", "action": "expire", "until": "date", "date": "2020-01-01"}, "That date is over."),
        ({"link": "view", "action": "expire", "until": "date", "date": "soon"}, "A date looks like 2026-12-31."),
        ({"link": "view", "action": "expire"}, "Say until when"),
        ({"link": "x", "action": "replace"}, "Select a valid choice"),
        ({}, "required"),
    ],
)
def test_a_bad_wish_is_refused_says_why_and_changes_nothing(
    client: Client, edit_link: str, fields: dict[str, str], problem: str
) -> None:
    before = Audit.objects.values().get()
    response = client.post(f"{edit_link}links/", fields)
    assert (response.status_code, problem in response.content.decode()) == (400, True)
    assert Audit.objects.values().get() == before


@pytest.mark.parametrize("fields", [{"link": "edit", "action": "replace"}, {"link": "view", "action": "off"}])
def test_where_a_starter_is_known_the_edit_link_changes_no_link(
    client: Client, edit_link: str, fields: dict[str, str]
) -> None:
    started = Client().post("/checklists/celery-tasks/audits/", {"task": "t"})["Location"]
    before = list(Audit.objects.values())
    assert change(client, started, **fields) == 403
    assert client.post(f"{started}delete/").status_code == 403
    assert list(Audit.objects.values()) == before


def test_where_a_starter_is_known_the_page_says_whose_the_links_are(client: Client, edit_link: str) -> None:
    started = Client().post("/checklists/celery-tasks/audits/", {"task": "t"})["Location"]
    page = Markup.of(client.get(f"{started}links/"))
    assert not page.all("form")
    assert "Only the browser in which this audit was started" in page.one("main").text


def test_the_starter_is_led_to_the_page_where_the_links_are_changed(client: Client, edit_link: str) -> None:
    started = client.post("/checklists/celery-tasks/audits/", {"task": "t"})["Location"]
    assert client.get(f"{started}links/")["Location"].startswith("/mine/")
    assert client.get(f"{started}delete/")["Location"].startswith("/mine/")


def test_the_page_says_what_each_link_allows_and_until_when(client: Client, edit_link: str, audit: Audit) -> None:
    links.expire(audit=audit, link="view", at=timezone.now() + timedelta(days=2))
    text = " ".join(Markup.of(client.get(f"{edit_link}links/")).one("main").text.split())
    assert "Whoever has it can change every answer. It is live, for good." in text
    assert "can read this audit, and nothing else. It is live until" in text


def test_the_history_says_what_became_of_the_links_and_holds_no_token(
    client: Client, edit_link: str, audit: Audit
) -> None:
    change(client, edit_link, link="view", action="replace")
    change(client, edit_link, link="edit", action="replace")
    values = list(Change.objects.filter(field__endswith="link").values_list("field", "value"))
    assert sorted(values) == [("edit link", "replaced"), ("view link", "replaced")]


def test_the_etag_of_the_audit_changes_when_its_view_link_expires(client: Client, edit_link: str) -> None:
    Audit.objects.update(view_expires=timezone.now() + timedelta(days=1))
    tag = client.get(edit_link)["ETag"]
    Audit.objects.update(view_expires=timezone.now())
    assert client.get(edit_link, headers={"If-None-Match": tag}).status_code == 200


def test_an_open_page_learns_that_its_link_was_replaced(client: Client, edit_link: str, audit: Audit) -> None:
    links.replace(audit=audit, link="edit")
    assert client.get(f"{edit_link}changes").status_code == 404
