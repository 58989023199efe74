"""The quick pages against the plain ones: the same bytes, whatever an audit holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_content import CONTENT, ITEMS, REWORDED

from checklist.audits import moulds, service
from checklist.audits.models import Answer, Audit
from checklist.audits.page import Page
from checklist.audits.report import Verdict
from checklist.catalogue import loader
from checklist.catalogue.models import Edition

PAIRS: list[tuple[Callable[[Page], bytes], str]] = [
    (moulds.audit, "audits/audit.html"),
    (moulds.shared, "audits/shared.html"),
    (moulds.saved, "audits/_saved.html"),
]
LATER = datetime.now(UTC) + timedelta(days=30)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["%s %(task)s %%", "<b>&amp;\"'</b>", "{{ 7 }}{% now %}", "one\ntwo\r\n\n three", "</textarea>", "a\u202eb\u200bc"]
)
answers = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from([*Verdict]).map(str),
        "note": text,
        "verdict_revision": st.integers(0, 9999),
        "note_revision": st.integers(0, 9999),
        "item_revision": st.sampled_from([1, 1, 1, 2]),
    }
)
audits = st.fixed_dictionaries(
    {
        "task": text,
        "url": st.sampled_from(["", "https://example.org/?a=1&b=%20%s#'x'", "https://example.org/\u202egpj"]),
        "revision": st.integers(0, 10**6),
        "declined": st.sampled_from([[], ["scheduled"]]),
        "question_revisions": st.sampled_from([{}, {"scheduled": 7}]),
        "view_off": st.booleans(),
        "view_expires": st.sampled_from([None, LATER, datetime(2026, 1, 2, 3, 4, tzinfo=UTC)]),
        "edit_expires": st.sampled_from([None, LATER]),
        "updated": st.datetimes(timezones=st.just(UTC)),
    }
)
found = st.dictionaries(st.sampled_from(ITEMS), answers)


def assert_equal(page: Callable[[], Page]) -> None:
    """Both ways to make each page give the same bytes."""
    for quick, template in PAIRS:
        assert quick(page()) == render_to_string(template, {"page": page()}).encode()


@pytest.mark.parametrize("content", [CONTENT, REWORDED], ids=["current edition", "newer edition"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(fields=audits, found=found)
def test_the_quick_pages_are_the_plain_ones(
    edition: Edition, content: object, fields: dict[str, object], found: dict[str, dict[str, object]]
) -> None:
    loader.load([content])  # type: ignore[list-item]
    audit = Audit(pk=5, edition=Edition.objects.get(pk=edition.pk), **fields)
    rows = {item: Answer(audit=audit, item=item, **values) for item, values in found.items()}
    assert_equal(lambda: Page(audit, answers=rows))


def test_the_quick_pages_show_the_audit_before_as_the_plain_ones_do(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict="fail", note="<no> cap\nat all")
    again = service.start_again(audit=audit)
    service.answer(audit=again, item="backoff", verdict="pass")
    assert_equal(lambda: Page(Audit.objects.get(pk=again.pk)))


def test_every_item_answered_alike_gives_the_plain_page(audit: Audit) -> None:
    for verdict in Verdict:
        for item in ITEMS:
            service.answer(audit=audit, item=item, verdict=verdict, note=f"all {verdict}")
        assert_equal(lambda: Page(Audit.objects.get(pk=audit.pk)))


def test_the_page_of_a_real_checklist_is_the_plain_one(db: None) -> None:
    call_command("load_checklists")
    call_command("load_example")
    for audit in Audit.objects.all():
        assert_equal(lambda audit=audit: Page(Audit.objects.get(pk=audit.pk)))  # type: ignore[misc]


def test_moulds_are_kept_within_bounds(audit: Audit) -> None:
    assert all(cached.cache_info().maxsize for cached in (moulds._page, moulds._item_mould, moulds._answer_mould))
