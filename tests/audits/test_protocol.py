"""The protocol over HTTP: what a repeated, late or colliding request does, for programs and for browsers without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test import Client
from gateway import ask
from markup import Markup
from posting import HTMX, answer
from sample_content import CONTENT

from checklist.audits import lifecycle, service
from checklist.audits.models import Answer, Audit, Change
from checklist.catalogue import loader
from checklist.catalogue.models import Edition
from checklist.wsgi import Handler

State = Callable[[], list[object]]
LESS = replace(CONTENT, questions=(), sections=CONTENT.sections[:1])
PLAIN = {"Accept": "text/html,application/xhtml+xml"}


def stored() -> tuple[object, ...]:
    """Verdict and note of the one answer with their revisions."""
    return Answer.objects.values_list("verdict", "verdict_revision", "note", "note_revision").get()


@pytest.fixture
def two_changes(client: Client, edit_link: str) -> None:
    """A verdict that changed twice, and so has revision 2."""
    answer(client, edit_link, verdict="pass", base="0", change="first", by="Ada")
    answer(client, edit_link, verdict="fail", base="1", change="second", by="Ben")


def test_a_change_that_is_known_is_200_and_writes_nothing(
    client: Client, edit_link: str, two_changes: None, state: State
) -> None:
    before = state()
    for name, base in (("first", "0"), ("second", "1"), ("first", "2"), ("first", "")):
        response = answer(client, edit_link, headers=HTMX, verdict="pass", base=base, change=name)
        assert response.status_code == 200
    assert state() == before


def test_a_change_that_is_known_tells_what_is_there_now(client: Client, edit_link: str, two_changes: None) -> None:
    response = answer(client, edit_link, headers=HTMX, verdict="pass", base="0", change="first")
    assert response["Walkaround-Answer"] == '{"verdict": [2, "second"], "note": [0, ""]}'


@pytest.mark.parametrize("base", ["", "0", "1", "2", "3"])
def test_an_equal_value_is_200_and_writes_nothing(
    client: Client, edit_link: str, two_changes: None, state: State, base: str
) -> None:
    before = state()
    assert answer(client, edit_link, headers=HTMX, verdict="fail", base=base, change="third").status_code == 200
    assert state() == before


@pytest.mark.parametrize("base", ["2", "3", ""], ids=["current", "newer", "none"])
def test_with_a_current_base_or_none_the_value_is_written(
    client: Client, edit_link: str, two_changes: None, base: str
) -> None:
    response = answer(client, edit_link, headers=HTMX, verdict="na", base=base, change="third")
    assert (response.status_code, stored()) == (200, ("na", 3, "", 0))


def test_a_client_that_names_no_base_at_all_wins(client: Client, edit_link: str, two_changes: None) -> None:
    assert answer(client, edit_link, verdict="na").status_code == 303
    assert stored() == ("na", 3, "", 0)


@pytest.mark.parametrize("base", ["0", "1"])
@pytest.mark.parametrize("headers", [{}, HTMX, PLAIN], ids=["program", "htmx", "browser"])
def test_an_older_base_is_409_and_writes_nothing(
    client: Client, edit_link: str, two_changes: None, state: State, base: str, headers: dict[str, str]
) -> None:
    before = state()
    assert answer(client, edit_link, headers=headers, verdict="na", base=base, change="third").status_code == 409
    assert state() == before


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["program", "htmx"])
def test_the_409_names_what_is_stored(
    client: Client, edit_link: str, two_changes: None, headers: dict[str, str]
) -> None:
    found = answer(client, edit_link, headers=headers, verdict="na", base="1", change="third").json()
    one = {"field": "verdict", "value": "fail", "revision": 2, "change": "second", "by": "Ben"}
    assert found == {"item": "backoff", **one, "conflicts": [one]}


@pytest.mark.parametrize("base", ["-1", "x", "1.5", "9999999999", "١x", "0x1", "1 2"])
@pytest.mark.parametrize("name", ["base", "base-verdict", "base-note"])
def test_a_bad_base_is_400_and_changes_nothing(
    client: Client, edit_link: str, two_changes: None, state: State, base: str, name: str
) -> None:
    before = state()
    fields = {"verdict": "pass", "note": "new", name: base}
    assert answer(client, edit_link, headers=HTMX, **fields).status_code == 400
    assert state() == before


@pytest.mark.parametrize("change", ["a b", "a" * 65, "é", "<b>", "a/b", "a\x00", "a;b"])
def test_a_bad_change_is_400_and_changes_nothing(client: Client, edit_link: str, state: State, change: str) -> None:
    before = state()
    assert answer(client, edit_link, headers=HTMX, verdict="pass", change=change).status_code == 400
    assert state() == before


def test_a_name_that_is_too_long_is_400_and_changes_nothing(client: Client, edit_link: str, state: State) -> None:
    before = state()
    assert answer(client, edit_link, headers=HTMX, verdict="pass", by="a" * 101).status_code == 400
    assert state() == before


def test_verdict_and_note_have_a_revision_each(client: Client, edit_link: str, two_changes: None) -> None:
    answer(client, edit_link, note="a note", base="0", change="third")
    assert stored() == ("fail", 2, "a note", 1)


def test_other_items_are_not_disturbed(client: Client, edit_link: str, two_changes: None) -> None:
    assert answer(client, edit_link, "jitter", verdict="pass", base="0", change="third").status_code == 303
    assert Answer.objects.filter(item="jitter").values_list("verdict", "verdict_revision").get() == ("pass", 1)


@pytest.fixture
def form(client: Client, edit_link: str) -> Callable[..., HttpResponse]:
    """Reads the form of an item off the page as a browser does, and returns what sends it, with some fields changed."""
    page = Markup.of(client.get(edit_link))
    bases = {name: page.all("input", name=name)[1].attributes["value"] for name in ("base-verdict", "base-note")}
    checked = next(found for found in page.all("input", name="verdict")[4:] if "checked" in found.attributes)
    note = page.all("textarea", name="note")[1].text.removeprefix("\n")
    shown = {"verdict": checked.attributes["value"], "note": note, **bases}
    return lambda **fields: answer(client, edit_link, headers=PLAIN, **{**shown, **fields})


@pytest.fixture
def some_note(client: Client, edit_link: str) -> None:
    """A note and a verdict before the page is opened."""
    answer(client, edit_link, verdict="pass", note="as\nit was")


def test_a_form_without_scripts_saves_both_fields(some_note: None, form: Callable[..., HttpResponse]) -> None:
    assert form(verdict="fail", note="mine").status_code == 303
    assert stored() == ("fail", 2, "mine", 2)


def test_a_form_that_did_not_touch_the_note_keeps_a_colleagues_note(
    client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, note="a colleague's", base="1")
    assert form(verdict="fail", note="as\r\nit was").status_code == 303
    assert stored() == ("fail", 2, "a colleague's", 2)


def test_a_form_that_did_not_touch_the_verdict_keeps_a_colleagues_verdict(
    client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, verdict="fail", base="1")
    assert form(note="mine").status_code == 303
    assert stored() == ("fail", 2, "mine", 2)


def test_a_form_of_an_item_that_nobody_had_answered_keeps_a_colleagues_first_answer(
    client: Client, edit_link: str, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, verdict="fail", note="a colleague's")
    assert form().status_code == 303
    assert stored() == ("fail", 1, "a colleague's", 1)


def test_a_form_that_touched_the_note_does_not_overwrite_a_colleagues_note(
    client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, note="a colleague's", base="1")
    assert form(verdict="fail", note="mine").status_code == 409
    assert stored() == ("pass", 1, "a colleague's", 2)


def test_a_note_that_was_cleared_after_its_text_was_erased_is_not_taken_for_untouched(
    client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, note="a colleague's", base="1")
    client.post(f"{edit_link}items/backoff/history/1/erase/")
    assert form(note="").status_code == 409


@pytest.fixture
def conflict_page(client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]) -> Markup:
    """What a browser without scripts shows after a colleague changed the note that the form changes too."""
    answer(client, edit_link, note="a <colleague's>\nnote", base="1", by="Ben")
    return Markup.of(form(verdict="fail", note="mine, and\r\n<more>"))


def choose(page: Markup, number: int) -> dict[str, str]:
    """What the form on the page sends when the radio button of that number is chosen."""
    hidden = {found.attributes["name"]: found.attributes["value"] for found in page.all("input", type="hidden")}
    choice = page.all("input", type="radio")[number].attributes
    return hidden | {choice["name"]: choice["value"]}


def test_the_409_page_shows_both_values_and_who(conflict_page: Markup) -> None:
    texts = [found.text for found in conflict_page.all("p", class_="note")]
    assert texts == ["a <colleague's>note", "mine, and<more>"]
    assert "Ben" in conflict_page.one("fieldset").text


def test_the_409_page_chooses_nothing_by_itself(conflict_page: Markup) -> None:
    radios = conflict_page.all("input", type="radio")
    assert [found.attributes.get("checked") for found in radios] == [None, None]
    assert "required" in radios[0].attributes


def test_choosing_mine_saves_mine_and_everything_else_that_was_sent(
    client: Client, edit_link: str, conflict_page: Markup
) -> None:
    response = answer(client, edit_link, headers=PLAIN, **choose(conflict_page, 1))
    assert (response.status_code, response["Location"]) == (303, f"{edit_link}#backoff")
    assert stored() == ("fail", 2, "mine, and\n<more>", 3)


def test_choosing_theirs_keeps_theirs_and_saves_everything_else_that_was_sent(
    client: Client, edit_link: str, conflict_page: Markup
) -> None:
    assert answer(client, edit_link, headers=PLAIN, **choose(conflict_page, 0)).status_code == 303
    assert stored() == ("fail", 2, "a <colleague's>\nnote", 2)


def test_a_choice_that_somebody_was_quicker_than_again_asks_again(
    client: Client, edit_link: str, conflict_page: Markup
) -> None:
    answer(client, edit_link, note="yet another", base="2")
    assert answer(client, edit_link, headers=PLAIN, **choose(conflict_page, 1)).status_code == 409
    assert stored()[2] == "yet another"


def test_both_fields_can_collide_and_both_are_asked(
    client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, verdict="na", note="theirs")
    page = Markup.of(form(verdict="fail", note="mine"))
    assert [found.attributes["value"] for found in page.all("input", type="radio")] == ["na", "fail", "theirs", "mine"]


def test_a_program_is_told_every_collision(client: Client, edit_link: str, two_changes: None) -> None:
    answer(client, edit_link, note="theirs", change="third")
    found = answer(client, edit_link, verdict="na", note="mine", **{"base-verdict": "1", "base-note": "0"})
    assert found.status_code == 409
    assert [(one["field"], one["value"]) for one in found.json()["conflicts"]] == [
        ("verdict", "fail"),
        ("note", "theirs"),
    ]


def test_a_refused_form_remembers_the_revision_that_its_note_was_written_over(
    client: Client, edit_link: str, some_note: None, form: Callable[..., HttpResponse]
) -> None:
    answer(client, edit_link, note="a colleague's", base="1")
    page = Markup.of(form(note="a" * 4001))
    assert [found.attributes["value"] for found in page.all("input", name="base-note")][1] == "1"


def test_each_change_is_kept_once_however_often_it_was_sent(client: Client, edit_link: str) -> None:
    for _ in range(10):
        answer(client, edit_link, verdict="pass", base="0", change="first")
    assert Change.objects.filter(item="backoff").count() == 1


def test_the_id_of_a_change_ends_where_its_letters_end(client: Client, edit_link: str, state: State) -> None:
    before = state()
    assert answer(client, edit_link, verdict="pass", change="a" * 64 + "\n").status_code == 400
    assert state() == before


@pytest.mark.parametrize(
    "charset", ["hex", "utf-16", "unicode_escape", "utf-7", "idna", "punycode", "nonsense", "rot13"]
)
def test_a_charset_that_a_client_names_is_not_believed(edit_link: str, charset: str) -> None:
    body = b'--B\r\nContent-Disposition: form-data; name="note"\r\n\r\n\\ud800 +2AA-\r\n--B--\r\n'
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    assert ask(Handler(), "POST", f"{edit_link}items/backoff/", body, CONTENT_TYPE=kind).status == 303
    assert Answer.objects.get().note == "\\ud800 +2AA-"
    query = {"QUERY_STRING": "q=%ff", "CONTENT_TYPE": f"text/plain; charset={charset}"}
    assert ask(Handler(), "GET", "/mine/", **query).status == 200


def interrupted(monkeypatch: pytest.MonkeyPatch, happens: Callable[[Audit], object]) -> None:
    """Let something happen between the moment that an answer finds its audit and the one that it locks it."""
    real = service.locked

    def locked(audit: Audit) -> Audit:
        monkeypatch.setattr(service, "locked", real)
        happens(Audit.objects.get(pk=audit.pk))
        return real(audit)

    monkeypatch.setattr(service, "locked", locked)


def test_an_answer_to_an_audit_that_is_removed_meanwhile_is_404(
    client: Client, edit_link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(monkeypatch, lambda audit: audit.delete())
    assert answer(client, edit_link, verdict="pass").status_code == 404


def test_an_answer_to_an_item_that_a_move_takes_away_meanwhile_is_404(
    client: Client, edit_link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.load([LESS])
    interrupted(monkeypatch, lambda audit: lifecycle.move(audit=audit, edition=Edition.objects.get(number=2)))
    assert answer(client, edit_link, "expires", verdict="pass").status_code == 404
    assert not Answer.objects.exists()


def test_an_answer_during_a_move_is_summed_up_over_the_new_edition(
    client: Client, edit_link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.load([LESS])
    interrupted(monkeypatch, lambda audit: lifecycle.move(audit=audit, edition=Edition.objects.get(number=2)))
    assert answer(client, edit_link, verdict="pass").status_code == 303
    assert (Audit.objects.get().answered, Audit.objects.get().total) == (1, 3)
