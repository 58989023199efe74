"""Names, tasks, links and notes show what nobody would see in them, wherever they are read; a field to edit keeps what was typed."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from posting import HTMX, answer

from checklist.audits import lists, service
from checklist.audits.models import Audit

TASK, URL, NAME, NOTE = "pay\u202epal", "https://example.org/\u2066x", "A\u200bda", "no\u00adte"
UNSEEN = {"\u202e": "⟨U+202E⟩", "\u2066": "⟨U+2066⟩", "\u200b": "⟨U+200B⟩", "\u00ad": "⟨U+00AD⟩"}


@pytest.fixture
def edit_link(audit: Audit) -> str:
    """The path of an audit that is full of such characters, after one of the same task."""
    before = service.start(edition=audit.edition, task=TASK, url=URL)
    Audit.objects.filter(pk=audit.pk).update(earlier=before)
    audit.refresh_from_db()
    service.correct(audit=audit, task=TASK, url=URL, by=NAME)
    for found, verdict in ((before, "pass"), (audit, "fail")):
        service.answer(audit=found, item="backoff", verdict=verdict, note=f"{NOTE} {verdict}", by=NAME)
    return f"/audits/{audit.edit_token}/"


@pytest.fixture
def staff(db: None) -> Client:
    """Somebody of the staff."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


def read(response: HttpResponse) -> str:
    """What a page says, without its fields and the addresses that it leads to."""
    html = response.content.decode()
    return re.sub(r'(?s)<textarea.*?</textarea>| (?:value|href)="[^"]*"', "", html)


def assert_seen(response: HttpResponse, *typed: str) -> None:
    """The page says all this, with every unseen character written out."""
    text = read(response)
    assert not [hex(ord(unseen)) for unseen in UNSEEN if unseen in text]
    for wanted in typed:
        assert "".join(UNSEEN.get(char, char) for char in wanted) in text


PAGES = {
    "history/": (TASK, URL, NAME, NOTE),
    "items/backoff/history/": (NAME, NOTE),
    "comparison/": (TASK, URL, NOTE),
    "again/": (TASK,),
    "edition/": (TASK,),
    "delete/": (TASK,),
    "links/": (TASK,),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_an_audit_shows_what_is_unseen(client: Client, edit_link: str, page: str) -> None:
    assert_seen(client.get(f"{edit_link}{page}"), *PAGES[page])


def test_the_list_shows_what_is_unseen(client: Client, audit: Audit, edit_link: str) -> None:
    visitor = lists.new_visitor()
    lists.keep(visitor=visitor, audit=audit)
    client.cookies["visitor"] = visitor.token
    assert_seen(client.get("/mine/"), TASK)


def test_a_conflict_shows_what_is_unseen(client: Client, edit_link: str) -> None:
    fields = {"note": f"mine {NOTE}", "base": "0"}
    page = answer(client, edit_link, headers={"Accept": "text/html"}, **fields)
    assert page.status_code == 409
    assert_seen(page, NAME, f"{NOTE} fail", f"mine {NOTE}")


def test_an_open_page_is_told_how_to_show_it(client: Client, edit_link: str) -> None:
    one = answer(client, edit_link, headers=HTMX, note="mine", base="0").json()["conflicts"][0]
    assert (one["value"], one["shown"], one["by"]) == (f"{NOTE} fail", "no⟨U+00AD⟩te fail", "A⟨U+200B⟩da")
    state = client.get(f"{edit_link}changes").json()
    assert (state["task"], state["shown"]) == (TASK, {"task": "pay⟨U+202E⟩pal", "url": "https://example.org/⟨U+2066⟩x"})


@pytest.mark.parametrize("page", ["", "{}/change/"])
def test_staff_see_what_is_unseen(staff: Client, audit: Audit, edit_link: str, page: str) -> None:
    typed = (TASK, URL, NAME, NOTE) if page else (TASK,)
    assert_seen(staff.get(f"/admin/audits/audit/{page.format(audit.pk)}"), *typed)


def test_a_field_to_edit_keeps_what_was_typed(client: Client, edit_link: str) -> None:
    page = client.get(edit_link).content.decode()
    assert f'name="task" required maxlength="200" value="{TASK}"' in page
    assert f"{NOTE} fail</textarea>" in page


def test_the_audit_shows_what_is_unseen(client: Client, edit_link: str) -> None:
    assert_seen(client.get(edit_link), TASK, URL, f"{NOTE} pass")


def test_the_shared_page_shows_what_is_unseen(client: Client, audit: Audit, edit_link: str) -> None:
    assert_seen(client.get(f"/shared/{audit.view_token}/"), TASK, URL, f"{NOTE} fail")
