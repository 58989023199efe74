"""What the templates of an audit get: the report beside the edition."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from sample_content import ITEMS

from checklist.audits import service
from checklist.audits.forms import AnswerForm
from checklist.audits.models import Audit
from checklist.audits.page import Page
from checklist.audits.report import Verdict


def refused(note: str) -> AnswerForm:
    """A form with a note that was not accepted."""
    form = AnswerForm(QueryDict(f"note={note}"))
    assert not form.is_valid()
    return form


def test_a_line_puts_the_answer_beside_its_item(audit: Audit) -> None:
    service.answer(audit=audit, item="overlap", verdict=Verdict.NA)
    pairs = {line.item.slug: line.entry.verdict for part in Page(audit).parts for line in part.lines}
    assert pairs == dict.fromkeys(ITEMS, Verdict.OPEN) | {"overlap": Verdict.NA}


def test_a_part_counts_its_own_section(audit: Audit) -> None:
    service.answer(audit=audit, item="overlap", verdict=Verdict.NA)
    assert [(part.report.counts.answered, part.report.counts.total) for part in Page(audit).parts] == [(0, 3), (1, 2)]


def test_a_new_audit_unfolds_its_first_item(audit: Audit) -> None:
    assert Page(audit).current == "max-retries-set"


def test_the_first_open_item_is_unfolded(audit: Audit) -> None:
    service.answer(audit=audit, item="max-retries-set", verdict=Verdict.PASS)
    assert Page(audit).current == "backoff"


def test_with_every_item_answered_none_is_unfolded(audit: Audit) -> None:
    for slug in ITEMS:
        service.answer(audit=audit, item=slug, verdict=Verdict.PASS)
    assert Page(audit).current == ""


def test_an_item_that_was_refused_is_unfolded(audit: Audit) -> None:
    assert Page(audit, refused=("jitter", refused("a" * 4001))).current == "jitter"


@pytest.mark.parametrize(("slug", "note"), [("jitter", "a" * 4001), ("backoff", "saved")])
def test_only_the_refused_item_shows_what_was_typed(audit: Audit, slug: str, note: str) -> None:
    service.answer(audit=audit, item="backoff", note="saved")
    page = Page(audit, refused=("jitter", refused("a" * 4001)))
    assert {line.item.slug: line.note for part in page.parts for line in part.lines}[slug] == note
