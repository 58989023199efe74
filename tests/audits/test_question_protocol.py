"""Questions follow the protocol of answers: repeated, late and colliding requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test import Client
from markup import Markup
from posting import HTMX
from sample_content import CONTENT, item

from checklist.audits import service
from checklist.audits.models import Audit, Change
from checklist.catalogue import loader

State = Callable[[], list[object]]
Ask = Callable[..., HttpResponse]


@pytest.fixture
def ask(client: Client, edit_link: str) -> Ask:
    """Answers the one question; `base`, `change` and `by` as given."""

    def post(value: str, *, headers: dict[str, str] = HTMX, **fields: str) -> HttpResponse:
        return client.post(f"{edit_link}questions/", {"question-scheduled": value, **fields}, headers=headers)

    return post


@pytest.fixture
def declined(ask: Ask) -> None:
    """Ben said no."""
    assert ask("no", base="0", change="first", by="Ben").status_code == 200


def test_a_known_answer_to_a_question_writes_nothing(ask: Ask, declined: None, state: State) -> None:
    ask("yes", base="1", change="second")
    before = state()
    assert ask("no", base="0", change="first").status_code == 200
    assert state() == before


@pytest.mark.parametrize("base", ["0", "1", ""])
def test_an_equal_answer_to_a_question_writes_nothing(ask: Ask, declined: None, state: State, base: str) -> None:
    before = state()
    assert ask("no", base=base, change="second").status_code == 200
    assert state() == before


def test_an_older_base_collides_and_names_what_is_stored(ask: Ask, declined: None, state: State) -> None:
    before = state()
    response = ask("yes", base="0", change="second")
    one = {"field": "question-scheduled", "value": "no", "revision": 1, "change": "first", "by": "Ben"}
    assert (response.status_code, response.json()) == (409, {"item": "questions", **one, "conflicts": [one]})
    assert state() == before


def test_an_answer_to_a_question_names_its_revision_and_change(ask: Ask, declined: None) -> None:
    assert ask("yes", base="1", change="second")["Walkaround-Answer"] == '{"question-scheduled": [2, "second"]}'


def test_an_answer_to_a_question_and_what_follows_are_one_revision(ask: Ask, audit: Audit, declined: None) -> None:
    assert Audit.objects.get().revision == 1
    assert set(Change.objects.filter(by="Ben").values_list("item", flat=True)) == {"", "overlap"}


def test_a_form_without_scripts_carries_its_bases(client: Client, edit_link: str, declined: None) -> None:
    (found,) = Markup.of(client.get(edit_link)).all("input", name="base-question-scheduled")
    assert found.attributes["value"] == "1"


def test_a_form_without_scripts_is_asked_what_stays(ask: Ask, declined: None, client: Client, edit_link: str) -> None:
    response = ask("yes", headers={"Accept": "text/html"}, **{"base-question-scheduled": "0"})
    page = Markup.of(response)
    hidden = {found.attributes["name"]: found.attributes["value"] for found in page.all("input", type="hidden")}
    assert (response.status_code, hidden) == (409, {"base-question-scheduled": "1"})
    chosen = client.post(f"{edit_link}questions/", {**hidden, "question-scheduled": "yes"})
    assert (chosen.status_code, Audit.objects.get().declined) == (303, [])


def test_a_move_lets_a_declined_question_answer_the_new_items(
    client: Client, audit: Audit, edit_link: str, declined: None
) -> None:
    schedule = CONTENT.sections[1]
    new = replace(schedule, items=(*schedule.items, item("new-one", "minor", when=("scheduled",))))
    loader.load([replace(CONTENT, sections=(CONTENT.sections[0], new))])
    client.post(f"{edit_link}edition/", {"edition": "2"})
    found = service.report(Audit.objects.get()).entries[-1]
    assert (found.item, found.verdict, found.note) == ("new-one", "na", "Does it run on a schedule? No.")
