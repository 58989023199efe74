"""A newer edition: what it changes is shown, a move carries answers over, and nothing moves by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from markup import Markup
from posting import answer
from sample_content import CAP, CONTENT, item

from checklist.audits import lifecycle, questions, service
from checklist.audits.differences import between
from checklist.audits.models import Answer, Audit
from checklist.audits.report import Entry, Verdict
from checklist.catalogue import loader
from checklist.catalogue.content import Question
from checklist.catalogue.models import Edition

State = Callable[[], list[object]]
RETRIES, SCHEDULE = CONTENT.sections
BACKOFF, JITTER = RETRIES.items[1:]

# `max-retries-set` says other words, `backoff` is revised, `jitter` is gone, `deadline` is new; the rest is as it was.
REVISED = replace(BACKOFF, revision=2, texts=replace(BACKOFF.texts, check="Check backoff and its cap."))
NEXT = replace(
    CONTENT,
    sections=(
        replace(RETRIES, items=(replace(CAP, texts=replace(CAP.texts, why="It never ends.")), REVISED, item("deadline", "major"))),
        SCHEDULE,
    ),
)  # fmt: skip


@pytest.fixture
def answered(client: Client, edit_link: str) -> None:
    """Answers to items that the next edition keeps, revises and removes."""
    for name, verdict in (("max-retries-set", "pass"), ("backoff", "fail"), ("jitter", "pass"), ("expires", "pass")):
        answer(client, edit_link, name, verdict=verdict, note=f"note on {name}")


@pytest.fixture
def newer(audit: Audit, answered: None) -> Edition:
    """The next edition, loaded after the audit was answered."""
    loader.load([NEXT])
    return Edition.objects.get(number=2)


def move(client: Client, edit_link: str, number: object) -> int:
    """Press the button that moves to that edition; the status of the answer."""
    return client.post(f"{edit_link}edition/", {"edition": str(number)}).status_code


def entries(audit: Audit) -> dict[str, Entry]:
    """The entries of the report as it is now, by item."""
    return {entry.item: entry for entry in service.report(Audit.objects.get(pk=audit.pk)).entries}


def test_the_page_offers_the_newer_edition(client: Client, edit_link: str, newer: Edition) -> None:
    assert "Edition 2 of this checklist is out" in client.get(edit_link).content.decode()


def test_without_a_newer_edition_nothing_is_offered(client: Client, edit_link: str) -> None:
    assert "is out" not in client.get(edit_link).content.decode()
    assert not Markup.of(client.get(f"{edit_link}edition/")).all("form")


def test_the_shared_page_offers_nothing(client: Client, view_link: str, newer: Edition) -> None:
    assert "is out" not in client.get(view_link).content.decode()


def test_the_offer_appears_although_the_browser_has_the_page(client: Client, edit_link: str, answered: None) -> None:
    tag = client.get(edit_link)["ETag"]
    loader.load([NEXT])
    assert client.get(edit_link, headers={"If-None-Match": tag}).status_code == 200


def test_new_editions_move_nothing_by_themselves(client: Client, edit_link: str, newer: Edition, state: State) -> None:
    before = state()
    client.get(edit_link)
    client.get(f"{edit_link}edition/")
    answer(client, edit_link, "unknown", verdict="pass")
    assert state() == before


def test_the_differences_are_what_was_added_removed_and_worded_otherwise() -> None:
    found = between(CONTENT, NEXT)
    assert [part.slug for part in found.added] == ["deadline"]
    assert [part.slug for part in found.removed] == ["jitter"]
    assert [(part.item.slug, part.asks_again) for part in found.changed] == [
        ("max-retries-set", False),
        ("backoff", True),
    ]


def test_a_difference_shows_the_words_that_went_and_came() -> None:
    (text,) = between(CONTENT, NEXT).changed[1].texts
    assert (text.name, text.parts) == ("check", ((" ", "Check"), ("-", "backoff."), ("+", "backoff and its cap.")))


def test_equal_editions_have_no_differences() -> None:
    found = between(CONTENT, CONTENT)
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_the_page_of_the_offer_shows_the_differences(client: Client, edit_link: str, newer: Edition) -> None:
    page = Markup.of(client.get(f"{edit_link}edition/"))
    assert [found.text for found in page.all("code")] == ["deadline", "jitter", "max-retries-set", "backoff"]
    assert "and its cap." in [found.text for found in page.all("ins")][-1]


def test_answers_to_items_of_equal_revision_count_on(
    client: Client, edit_link: str, audit: Audit, newer: Edition
) -> None:
    assert move(client, edit_link, 2) == 303
    found = entries(audit)
    assert [(found[name].verdict, found[name].note) for name in ("max-retries-set", "expires")] == [
        (Verdict.PASS, "note on max-retries-set"),
        (Verdict.PASS, "note on expires"),
    ]


def test_a_revised_item_asks_again_and_shows_the_old_answer(
    client: Client, edit_link: str, audit: Audit, newer: Edition
) -> None:
    move(client, edit_link, 2)
    found = entries(audit)["backoff"]
    assert (found.verdict, found.earlier, found.note) == (Verdict.OPEN, Verdict.FAIL, "note on backoff")
    assert "Answered Fail before this item was revised" in client.get(edit_link).content.decode()


def test_a_revised_item_takes_the_same_verdict_again(
    client: Client, edit_link: str, audit: Audit, newer: Edition
) -> None:
    move(client, edit_link, 2)
    assert answer(client, edit_link, verdict="fail", base="1", change="again").status_code == 303
    assert (entries(audit)["backoff"].verdict, entries(audit)["backoff"].earlier) == (Verdict.FAIL, None)


def test_a_revised_item_that_is_left_open_writes_nothing(
    client: Client, edit_link: str, newer: Edition, state: State
) -> None:
    move(client, edit_link, 2)
    before = state()
    answer(client, edit_link, verdict="open", base="1")
    assert state() == before


def test_open_pages_are_told_that_a_revised_item_is_open(client: Client, edit_link: str, newer: Edition) -> None:
    move(client, edit_link, 2)
    found = {one["item"]: one["verdict"] for one in client.get(f"{edit_link}changes").json()["answers"]}
    assert found == {"max-retries-set": "pass", "backoff": "open", "expires": "pass"}


def test_the_answer_to_a_removed_item_stays_in_the_history(
    client: Client, edit_link: str, audit: Audit, newer: Edition
) -> None:
    move(client, edit_link, 2)
    assert "jitter" not in entries(audit)
    assert "note on jitter" in client.get(f"{edit_link}history/").content.decode()


def test_a_removed_item_cannot_be_answered(client: Client, edit_link: str, newer: Edition) -> None:
    move(client, edit_link, 2)
    assert answer(client, edit_link, "jitter", verdict="fail").status_code == 404


def test_moving_back_undoes_the_move(client: Client, edit_link: str, audit: Audit, newer: Edition) -> None:
    before = entries(audit)
    move(client, edit_link, 2)
    page = Markup.of(client.get(f"{edit_link}edition/"))
    assert [found.attributes["value"] for found in page.all("input", name="edition")] == ["1"]
    move(client, edit_link, 1)
    assert entries(audit) == before


def test_after_moving_back_each_edition_is_offered_once(client: Client, edit_link: str, newer: Edition) -> None:
    move(client, edit_link, 2)
    move(client, edit_link, 1)
    page = Markup.of(client.get(f"{edit_link}edition/"))
    assert [found.attributes["value"] for found in page.all("input", name="edition")] == ["2"]


def test_new_editions_rewrite_no_answer(client: Client, edit_link: str, newer: Edition) -> None:
    before = list(Answer.objects.order_by("pk").values())
    move(client, edit_link, 2)
    assert list(Answer.objects.order_by("pk").values()) == before


def test_moving_to_the_same_edition_writes_nothing(client: Client, edit_link: str, state: State) -> None:
    before = state()
    assert move(client, edit_link, 1) == 303
    assert state() == before


def test_a_move_is_all_or_nothing(audit: Audit, newer: Edition, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state()
    monkeypatch.setattr(lifecycle, "sum_up", lambda *args, **fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lifecycle.move(audit=audit, edition=newer)
    assert state() == before


@pytest.mark.parametrize(
    ("number", "status"), [("", 400), ("x", 400), ("0", 400), ("-1", 400), ("99", 404), ("9" * 30, 400)]
)
def test_an_edition_that_is_none_of_this_checklist_is_refused(
    client: Client, edit_link: str, state: State, number: str, status: int
) -> None:
    before = state()
    assert move(client, edit_link, number) == status
    assert state() == before


def test_the_edition_of_another_checklist_is_refused(client: Client, edit_link: str, audit: Audit) -> None:
    loader.load(
        [
            CONTENT,
            replace(CONTENT, slug="other"),
        ]
    )
    loader.load([CONTENT, replace(CONTENT, slug="other", title="Other words")])
    assert move(client, edit_link, 2) == 404


def test_a_move_in_the_middle_loses_no_answer_that_is_on_its_way(
    client: Client, edit_link: str, audit: Audit, newer: Edition
) -> None:
    move(client, edit_link, 2)
    assert answer(client, edit_link, "expires", verdict="fail", base="1", change="late").status_code == 303
    assert entries(audit)["expires"].verdict is Verdict.FAIL


def test_a_question_that_an_edition_does_not_have_keeps_its_answer_for_the_way_back(edition: Edition) -> None:
    asking = replace(CONTENT, questions=(*CONTENT.questions, Question("money", "Does it move money?")))
    loader.load([asking])
    found = service.start(edition=Edition.objects.get(number=2), task="t", answers={"money": False})
    lifecycle.move(audit=found, edition=edition)
    questions.answer(audit=found, questions={"scheduled": False})
    lifecycle.move(audit=found, edition=Edition.objects.get(number=2))
    assert [question.applies for question in service.report(found).questions] == [False, False]
