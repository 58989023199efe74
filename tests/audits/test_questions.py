"""Questions: a "no" answers the items that depend on it, and never what a person answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from django.test import Client
from markup import Markup
from posting import HTMX, answer
from sample_content import CONTENT, item

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.audits.report import Verdict
from checklist.catalogue import loader
from checklist.catalogue.content import Question, SectionContent
from checklist.catalogue.models import Edition

State = Callable[[], list[object]]
START = "/checklists/celery-tasks/audits/"
SCHEDULED, EXTERNAL = "Does it run on a schedule? No.", "Does it call other services? No."

# `overlap` depends on the schedule, `timeout` on other services, `both` on either.
ASKING = replace(
    CONTENT,
    questions=(*CONTENT.questions, Question("external", "Does it call other services?")),
    sections=(
        *CONTENT.sections,
        SectionContent(
            "calls",
            "Calls",
            (
                item("timeout", "major", when=("external",)),
                item("both", "major", when=("scheduled", "external")),
                replace(item("alerts", "minor"), scope="project"),
            ),
        ),
    ),
)


@pytest.fixture
def edition(db: None) -> Edition:
    """A checklist with two questions, loaded."""
    loader.load([ASKING])
    return Edition.objects.get()


@pytest.fixture
def say(client: Client, edit_link: str) -> Callable[..., object]:
    """Answers questions as the form on the page of the audit does."""

    def post(headers: dict[str, str] | None = None, **answers: str) -> object:
        fields = {f"question-{slug}": value for slug, value in answers.items()}
        return client.post(f"{edit_link}questions/", fields, headers=headers)

    return post


Say = Callable[..., object]


def given(audit: Audit) -> dict[str, tuple[str, str]]:
    """Verdict and note of every item that has any."""
    entries = service.report(Audit.objects.get(pk=audit.pk)).entries
    return {e.item: (str(e.verdict), e.note) for e in entries if e.verdict is not Verdict.OPEN or e.note}


def started(client: Client, **fields: str) -> Audit:
    """The audit that a post to the start form makes."""
    response = client.post(START, {"task": "t"} | {name.replace("_", "-"): value for name, value in fields.items()})
    assert response.status_code == 303
    return Audit.objects.latest("pk")


def test_a_no_at_the_start_answers_what_depends_on_it_with_the_question_as_its_note(
    client: Client, edition: Edition
) -> None:
    audit = started(client, question_scheduled="no", question_external="yes")
    assert given(audit) == {"overlap": ("na", SCHEDULED), "both": ("na", SCHEDULED)}


@pytest.mark.parametrize("fields", [{}, {"question_scheduled": "yes"}, {"question_scheduled": ""}])
def test_a_question_is_yes_unless_answered_with_no(client: Client, edition: Edition, fields: dict[str, str]) -> None:
    assert given(started(client, **fields)) == {}


@pytest.mark.parametrize("value", ["maybe", "NO", "0", "false", "no\x00"])
def test_another_value_starts_nothing(client: Client, edition: Edition, value: str) -> None:
    assert client.post(START, {"task": "t", "question-scheduled": value}).status_code == 422
    assert not Audit.objects.exists()


def test_a_question_that_the_checklist_does_not_ask_means_nothing(client: Client, edition: Edition) -> None:
    assert given(started(client, question_unknown="no")) == {}


def radios(page: Markup) -> dict[str, str]:
    """The checked answer of each question on a page."""
    checked = [found.attributes for found in page.all("input", type="radio") if "checked" in found.attributes]
    return {radio["name"]: radio["value"] for radio in checked if radio["name"].startswith("question-")}


def test_a_refused_start_keeps_the_answers_to_its_questions(client: Client, edition: Edition) -> None:
    page = Markup.of(client.post(START, {"task": "", "question-external": "no"}))
    assert radios(page) == {"question-scheduled": "yes", "question-external": "no"}


def test_a_start_refused_for_its_question_says_why_beside_it(client: Client, edition: Edition) -> None:
    page = Markup.of(client.post(START, {"task": "t", "question-external": "maybe"}))
    (problem,) = [found for found in page.elements if found.attributes.get("class") == "problem"]
    assert problem.text.strip() == "A question is answered with yes or no."


def test_the_forms_ask_every_question_with_yes_chosen(client: Client, edit_link: str) -> None:
    pages = [Markup.of(client.get(path)) for path in ("/", "/checklists/celery-tasks/", edit_link)]
    assert [radios(page) for page in pages] == [{"question-scheduled": "yes", "question-external": "yes"}] * 3


def test_the_page_of_the_audit_shows_a_question_that_was_declined(client: Client, say: Say, edit_link: str) -> None:
    say(scheduled="no")
    assert radios(Markup.of(client.get(edit_link))) == {"question-scheduled": "no", "question-external": "yes"}


def test_a_later_no_answers_and_a_later_yes_takes_exactly_that_back(audit: Audit, say: Say) -> None:
    service.answer(audit=audit, item="backoff", verdict=Verdict.NA, note="mine")
    say(external="no")
    assert given(audit).keys() == {"backoff", "timeout", "both"}
    say(external="yes")
    assert given(audit) == {"backoff": ("na", "mine")}


def test_a_question_that_is_left_out_stays_as_it_is(audit: Audit, say: Say) -> None:
    say(scheduled="no")
    say(external="no")
    say()
    assert Audit.objects.get().declined == ["scheduled", "external"]


def test_an_item_of_two_questions_is_open_again_only_when_both_are_yes(audit: Audit, say: Say) -> None:
    seen = []
    for answers in ({"external": "no"}, {"scheduled": "no"}, {"scheduled": "yes"}, {"external": "yes"}):
        say(**answers)
        seen.append(given(audit).get("both"))
    assert seen == [("na", EXTERNAL), ("na", SCHEDULED), ("na", EXTERNAL), None]


PERSONAL = [
    {"verdict": Verdict.PASS},
    {"verdict": Verdict.FAIL, "note": "twice"},
    {"verdict": Verdict.NA},
    {"note": "to do"},
]


@pytest.mark.parametrize("fields", PERSONAL, ids=str)
@pytest.mark.parametrize("answers", [("no",), ("no", "yes")], ids=" ".join)
def test_an_answer_that_a_person_gave_before_is_never_overwritten(
    audit: Audit, say: Say, fields: dict[str, str], answers: tuple[str, ...]
) -> None:
    service.answer(audit=audit, item="overlap", **fields)
    before = given(audit)["overlap"]
    for value in answers:
        say(scheduled=value)
    assert given(audit)["overlap"] == before


CHANGES = [*PERSONAL, {"verdict": Verdict.NA, "note": SCHEDULED}, {"note": SCHEDULED}, {"verdict": Verdict.OPEN}]


@pytest.mark.parametrize("fields", CHANGES, ids=str)
def test_what_a_person_answers_after_a_no_is_theirs(
    client: Client, edit_link: str, audit: Audit, say: Say, fields: dict[str, str]
) -> None:
    say(scheduled="no")
    answer(client, edit_link, "overlap", **fields)
    before = given(audit)["overlap"]
    say(scheduled="yes")
    assert given(audit)["overlap"] == before


def test_an_item_that_a_person_opened_again_stays_open_when_another_question_is_answered(
    audit: Audit, say: Say
) -> None:
    say(scheduled="no")
    service.answer(audit=audit, item="overlap", verdict=Verdict.OPEN, note="")
    say(external="no")
    assert "overlap" not in given(audit)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
def test_repeating_an_answer_to_a_question_writes_nothing(
    say: Say, audit: Audit, state: State, headers: dict[str, str]
) -> None:
    say(scheduled="no")
    before = state()
    say(scheduled="no", headers=headers)
    assert state() == before


def test_each_change_of_the_questions_is_one_revision(audit: Audit, say: Say) -> None:
    say(scheduled="no", external="no")
    assert Audit.objects.get().revision == audit.revision + 1


def test_without_htmx_the_answer_leads_back_to_the_questions(say: Say, edit_link: str) -> None:
    response = say(scheduled="no")
    assert (response.status_code, response["Location"]) == (303, f"{edit_link}#questions")


def test_htmx_gets_what_changed_and_its_revision(say: Say, audit: Audit) -> None:
    response = say(scheduled="no", headers=HTMX)
    assert (response.status_code, response["Walkaround-Revision"]) == (200, "1")
    assert Markup.of(response).one("p", id="progress").text.split()[-3:] == ["2", "of", "8"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
def test_a_bad_answer_to_a_question_is_400_and_changes_nothing(
    say: Say, state: State, audit: Audit, headers: dict[str, str]
) -> None:
    before = state()
    response = say(scheduled="no", external="maybe", headers=headers)
    assert (response.status_code, state()) == (400, before)


def test_a_refused_answer_says_why_and_its_forms_lead_to_the_audit(say: Say, edit_link: str) -> None:
    page = Markup.of(say(scheduled="maybe"))
    assert "A question is answered with yes or no." in [
        found.text.strip() for found in page.all("div", class_="problem")
    ]
    forms = {urljoin(f"{edit_link}questions/", form.attributes.get("action", "")) for form in page.all("form")}
    assert f"{edit_link}questions/" in forms


def test_htmx_is_told_why_an_answer_to_a_question_is_refused(say: Say) -> None:
    page = Markup.of(say(scheduled="maybe", headers=HTMX))
    problem = page.one("div", class_="problem")
    assert problem.text.strip() == "A question is answered with yes or no."
    assert not page.all("html")


def test_a_refused_answer_keeps_those_beside_it(say: Say) -> None:
    assert radios(Markup.of(say(scheduled="no", external="maybe")))["question-scheduled"] == "no"


def test_questions_that_were_answered_with_no_are_named_on_the_shared_page(
    client: Client, say: Say, view_link: str
) -> None:
    say(scheduled="no")
    text = Markup.of(client.get(view_link)).one("p", class_="subject").text
    assert (SCHEDULED in text, EXTERNAL in text) == (True, False)


@pytest.mark.parametrize("link", ["edit_link", "view_link", "checklist"])
def test_only_an_item_about_the_project_is_marked(
    client: Client, edition: Edition, link: str, request: pytest.FixtureRequest
) -> None:
    path = "/checklists/celery-tasks/" if link == "checklist" else request.getfixturevalue(link)
    page = Markup.of(client.get(path))
    marked = [
        found.attributes["id"] for found in page.all("li") if found.text.count("project") and "id" in found.attributes
    ]
    assert (marked, page.one("span", class_="scope").text) == (["alerts"], "project")
