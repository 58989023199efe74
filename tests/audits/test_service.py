"""Starting, correcting and answering: what is stored, and what is not written again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from sample_content import CONTENT, ITEMS, REWORDED

from checklist.audits import service
from checklist.audits.models import Answer, Audit
from checklist.audits.report import Entry, Guidance, Outcome, Severity, Verdict
from checklist.catalogue import loader
from checklist.catalogue.models import Edition

State = Callable[[], list[object]]


def test_a_new_audit_has_no_answers_and_is_incomplete(audit: Audit) -> None:
    report = service.report(audit)
    assert (report.counts.open, report.counts.total, report.outcome) == (5, 5, Outcome.INCOMPLETE)


def test_a_new_audit_has_two_different_tokens_of_at_least_128_bits(audit: Audit) -> None:
    assert audit.edit_token != audit.view_token
    assert min(len(audit.edit_token), len(audit.view_token)) * 6 >= 128


def test_no_two_audits_share_a_token(edition: Edition) -> None:
    audits = [service.start(edition=edition, task="t") for _ in range(20)]
    assert len({token for found in audits for token in (found.edit_token, found.view_token)}) == 40


def test_an_answer_is_stored_and_read_back(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict=Verdict.FAIL, note="a note")
    entry = service.report(audit, names=True).entries[1]
    counted = {"verdict_revision": 1, "note_revision": 1, "at": audit.updated, "guidance": entry.guidance}
    assert entry == Entry("backoff", "Title of backoff", Severity.MAJOR, Verdict.FAIL, "a note", **counted)


def test_the_report_says_what_the_edition_says_about_an_item(audit: Audit) -> None:
    why, sources = "A task without a cap **never** ends.", (("Manual: retries", "https://example.org/retries"),)
    assert service.report(audit).entries[0].guidance == Guidance(why, "max_retries: 5", "yaml", sources)


def test_a_verdict_alone_keeps_the_note(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict=Verdict.FAIL, note="a note")
    service.answer(audit=audit, item="backoff", verdict=Verdict.PASS)
    assert Answer.objects.values_list("verdict", "note").get() == ("pass", "a note")


def test_a_note_alone_keeps_the_verdict(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict=Verdict.FAIL)
    service.answer(audit=audit, item="backoff", note="a note")
    assert Answer.objects.values_list("verdict", "note").get() == ("fail", "a note")


def test_an_empty_note_takes_the_note_away(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", note="a note")
    service.answer(audit=audit, item="backoff", note="")
    assert Answer.objects.get().note == ""


@pytest.mark.parametrize(
    "fields", [{"verdict": Verdict.FAIL}, {"note": "a note"}, {"verdict": Verdict.FAIL, "note": "a note"}]
)
def test_repeating_an_answer_writes_nothing(audit: Audit, state: State, fields: dict[str, str]) -> None:
    service.answer(audit=audit, item="backoff", verdict=Verdict.FAIL, note="a note")
    before = state()
    service.answer(audit=audit, item="backoff", **fields)
    assert state() == before


def test_leaving_an_item_open_writes_nothing(audit: Audit, state: State) -> None:
    before = state()
    service.answer(audit=audit, item="backoff", verdict=Verdict.OPEN, note="")
    assert state() == before


def test_each_change_counts_one_revision_and_moves_the_time(audit: Audit) -> None:
    earlier = audit.updated
    service.answer(audit=audit, item="backoff", verdict=Verdict.PASS)
    service.answer(audit=audit, item="jitter", note="a note")
    audit.refresh_from_db()
    assert audit.revision == 2
    assert audit.updated > earlier


def test_an_item_that_is_open_again_counts_as_open(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict=Verdict.PASS)
    service.answer(audit=audit, item="backoff", verdict=Verdict.OPEN)
    assert service.report(audit).counts.open == 5


def test_an_audit_has_one_answer_per_item(audit: Audit) -> None:
    Answer(audit=audit, item="backoff").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer(audit=audit, item="backoff").save()


def test_a_correction_changes_only_what_it_names(audit: Audit) -> None:
    service.correct(audit=audit, task="other.task")
    assert Audit.objects.values_list("task", "url").get() == ("other.task", "https://example.org/pull/1")


def test_a_correction_can_take_the_url_away(audit: Audit) -> None:
    service.correct(audit=audit, url="")
    assert Audit.objects.get().url == ""


def test_repeating_a_correction_writes_nothing(audit: Audit, state: State) -> None:
    before = state()
    service.correct(audit=audit, task="billing.tasks.charge", url="https://example.org/pull/1")
    assert state() == before


def test_the_audit_in_hand_shows_the_correction(audit: Audit) -> None:
    service.correct(audit=audit, task="other.task")
    assert (audit.task, audit.revision) == ("other.task", 1)


def test_an_audit_keeps_its_edition_when_new_content_is_loaded(audit: Audit) -> None:
    before = service.report(audit)
    loader.load([REWORDED])
    assert service.report(Audit.objects.get()) == before


def test_an_audit_keeps_its_edition_when_the_checklist_retires(audit: Audit) -> None:
    before = service.report(audit)
    loader.load([])
    assert service.report(Audit.objects.get()) == before


def test_an_audit_can_be_answered_when_the_checklist_is_retired(audit: Audit) -> None:
    loader.load([])
    service.answer(audit=audit, item="backoff", verdict=Verdict.PASS)
    assert service.report(audit).counts.passed == 1


def test_an_answer_for_an_item_of_another_edition_is_not_in_the_report(audit: Audit) -> None:
    Answer(audit=audit, item="long-gone", verdict="fail").save()
    assert service.report(audit).counts.failed == 0


def test_the_report_has_every_item_in_the_order_of_the_edition(audit: Audit) -> None:
    assert [entry.item for entry in service.report(audit).entries] == ITEMS


def test_the_report_names_checklist_edition_and_what_it_was_verified_with(audit: Audit) -> None:
    ref = service.report(audit).checklist
    assert (ref.slug, ref.title, ref.edition, ref.verified_with) == (
        "celery-tasks",
        "Celery task review",
        1,
        "Celery 5.7.0",
    )


def test_the_report_links_the_shared_page_absolutely(audit: Audit, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://walkaround.example.org"
    assert service.report(audit).shared == f"https://walkaround.example.org/shared/{audit.view_token}/"


def test_the_report_of_a_revision_is_read_once(audit: Audit, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    service.report(audit)
    service.answer(audit=audit, item="backoff", verdict=Verdict.FAIL)
    with django_assert_num_queries(1):
        assert service.report(audit).counts.failed == 1
    with django_assert_num_queries(0):
        assert service.report(audit) is service.report(audit)


def test_a_report_that_is_kept_is_not_given_when_the_view_link_ends(audit: Audit) -> None:
    assert service.report(audit).shared
    audit.view_expires = timezone.now()
    assert service.report(audit).shared == ""


def test_reports_are_kept_within_bounds() -> None:
    assert service._kept.cache_info().maxsize == service.REPORTS_KEPT


def test_an_item_of_another_checklist_is_not_in_the_audit(audit: Audit) -> None:
    loader.load([CONTENT, replace(CONTENT, slug="other")])
    assert [service.has_item(audit, slug) for slug in ("backoff", "long-gone", "BACKOFF", "")] == [
        True,
        False,
        False,
        False,
    ]


def test_a_correction_is_compared_with_what_is_stored_now(audit: Audit) -> None:
    stale = Audit.objects.get()
    service.correct(audit=audit, task="another.task")
    service.correct(audit=stale, task="billing.tasks.charge")
    assert Audit.objects.get().task == "billing.tasks.charge"
