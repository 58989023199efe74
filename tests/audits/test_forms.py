"""What may be posted: limits, addresses and line ends."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client

from checklist.audits.forms import AnswerForm, CorrectForm, StartForm
from checklist.audits.report import Verdict
from checklist.catalogue.content import Question


def posted(**fields: str) -> QueryDict:
    """The fields as a request carries them."""
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


NO_QUESTIONS: tuple[Question, ...] = ()

GOOD_URLS = [
    "",
    "http://example.org",
    "https://example.org/pull/1",
    "HTTPS://EXAMPLE.ORG/",
    "https://example.org:8443/a?b=c&d=%20#e",
    "https://localhost/x",
    "http://127.0.0.1:8000/",
    "http://[::1]:8000/",
    "https://bücher.example/straße",
    "https://例え.テスト/",
    "https://example.org/(brackets)/it's",
    "https://example.org/" + "a" * 480,
    "  https://example.org/  ",
]
BAD_URLS = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://example.org/%0Aalert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.org/",
    "//example.org/",
    "/pull/1",
    "example.org",
    "https:",
    "https://",
    "https:///path",
    "https:example.org",
    "https:/example.org",
    "https://example.org/" + "a" * 481,
    "https://exa mple.org/",
    "https://example.org/a b",
    "https://example.org/\nSet-Cookie: a",
    "https://exam\nple.org/",
    "https://example.org/\tb",
    "https://example.org/\x00",
    "https://example.org:99999999/",
    "https://-example.org/",
    "x https://example.org/",
]


@pytest.mark.parametrize("url", GOOD_URLS)
def test_a_url_is_http_or_https(url: str) -> None:
    assert StartForm(posted(task="t", url=url), NO_QUESTIONS).is_valid()


@pytest.mark.parametrize("url", BAD_URLS)
def test_anything_else_is_no_url(url: str) -> None:
    assert list(StartForm(posted(task="t", url=url), NO_QUESTIONS).errors) == ["url"]


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_correction_accepts_no_url_that_a_start_refuses(url: str) -> None:
    assert list(CorrectForm(posted(url=url)).errors) == ["url"]


@pytest.mark.parametrize("task", ["t", "a" * 200, "é" * 200, "🛩" * 200, "<b>", "a\nb"])
def test_a_task_has_up_to_200_characters(task: str) -> None:
    assert StartForm(posted(task=task), NO_QUESTIONS).is_valid()


@pytest.mark.parametrize("task", ["", "   ", "\n", "a" * 201, "a\x00b"])
def test_a_task_is_required_and_no_longer(task: str) -> None:
    assert list(StartForm(posted(task=task), NO_QUESTIONS).errors) == ["task"]


def test_a_start_without_any_field_asks_for_the_task() -> None:
    assert StartForm(posted(), NO_QUESTIONS).errors == {"task": ["Name the task, for instance billing.tasks.charge."]}


def test_a_correction_leaves_out_what_was_not_posted() -> None:
    form = CorrectForm(posted(url=""))
    assert form.is_valid()
    assert form.cleaned_data == {"task": None, "url": "", "by": ""}


@pytest.mark.parametrize("fields", [{}, {"other": "x"}])
def test_a_correction_names_something(fields: dict[str, str]) -> None:
    assert not CorrectForm(posted(**fields)).is_valid()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_accepted(verdict: Verdict) -> None:
    form = AnswerForm(posted(verdict=verdict))
    assert form.is_valid()
    assert form.cleaned_data == {"verdict": verdict, "note": None, "bases": {}, "change": "", "by": ""}


@pytest.mark.parametrize("verdict", ["", " ", "PASS", "yes", "pass\x00", "passed", "None"])
def test_nothing_else_is_a_verdict(verdict: str) -> None:
    assert AnswerForm(posted(verdict=verdict)).errors == {"verdict": ["A verdict is one of pass, fail, na, open."]}


@pytest.mark.parametrize("note", ["", "a" * 4000, "🛩" * 4000, "  indented\n\n", "a\r\n" * 2000, "\r\n" * 4000])
def test_a_note_has_up_to_4000_characters_with_every_line_end_as_one(note: str) -> None:
    form = AnswerForm(posted(note=note))
    assert form.is_valid()
    assert form.cleaned_data["note"] == note.replace("\r\n", "\n")


@pytest.mark.parametrize("note", ["a" * 4001, "a\r\n" * 2000 + "a", "a\x00b"])
def test_a_longer_note_and_a_nul_are_refused(note: str) -> None:
    assert list(AnswerForm(posted(note=note)).errors) == ["note"]


def test_a_lone_carriage_return_is_a_line_end() -> None:
    form = AnswerForm(posted(note="a\rb"))
    assert form.is_valid()
    assert form.cleaned_data["note"] == "a\nb"


def test_a_note_that_is_too_long_is_told_both_lengths() -> None:
    reason = "A note has at most 4,000 characters; this one has 4001."
    assert AnswerForm(posted(note="a" * 4001)).errors == {"note": [reason]}


@pytest.mark.parametrize("fields", [{}, {"other": "x"}, {"Verdict": "pass"}])
def test_an_answer_names_a_verdict_or_a_note(fields: dict[str, str]) -> None:
    assert AnswerForm(posted(**fields)).errors == {"__all__": ["Post a verdict, a note, or both."]}


def test_a_name_that_is_too_long_is_refused_with_words(client: Client, edit_link: str) -> None:
    for path in (edit_link, "/checklists/celery-tasks/audits/"):
        response = client.post(path, {"task": "t", "by": "x" * 101})
        assert response.status_code == 422
        assert "A name has at most 100 characters." in response.content.decode()


def test_a_refused_date_is_kept(client: Client, edit_link: str) -> None:
    fields = {"link": "view", "action": "expire", "until": "date", "date": "2020-01-01"}
    response = client.post(f"{edit_link}links/", fields)
    assert (response.status_code, response.content.decode().count('value="2020-01-01"')) == (400, 1)
