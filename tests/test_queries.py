"""How many queries the pages that are asked most may cost, transaction statements not counted, however long the checklist is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from posting import HTMX
from sample_content import CONTENT, item
from scans import FINDING, FOUND, scan

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.catalogue import loader
from checklist.catalogue.content import ChecklistContent, SectionContent
from checklist.catalogue.models import Edition
from checklist.catalogue.rendering import rendered

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def long_checklist(items: int) -> ChecklistContent:
    """A checklist of so many items in sections of ten."""
    sections = [
        SectionContent(f"s{n}", f"Section {n}", tuple(item(f"i{n}-{m}", "major") for m in range(10)))
        for n in range(items // 10)
    ]
    return ChecklistContent("long", "Long", tuple(sections), questions=CONTENT.questions)


@pytest.fixture(params=[40, 400])
def long_audit(request: pytest.FixtureRequest, db: None) -> Iterator[Audit]:
    """A half answered audit whose predecessor is answered, too: nothing that could cost a query is missing."""
    content = long_checklist(request.param)
    loader.load([content])
    before = service.start(edition=Edition.objects.get(), task="billing.tasks.charge")
    audit = service.start_again(audit=before, url="https://example.org/pull/2")
    for one in list(content.items)[::2]:
        service.answer(audit=before, item=one.slug, verdict="fail")
        service.answer(audit=audit, item=one.slug, verdict="pass", note="seen")
    yield audit


Count = Callable[[Callable[[], HttpResponse]], int]


@pytest.fixture
def count(long_audit: Audit, client: Client) -> Count:
    """How many queries an answer takes, once the edition is rendered."""
    client.get(f"/audits/{long_audit.edit_token}/")
    service._kept.cache_clear()

    def of(ask: Callable[[], HttpResponse]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code in {200, 303, 304}
        return len([query for query in queries.captured_queries if not query["sql"].startswith(TRANSACTION)])

    return of


def test_the_audit_page_takes_at_most_four_queries(long_audit: Audit, client: Client, count: Count) -> None:
    assert count(lambda: client.get(f"/audits/{long_audit.edit_token}/")) <= 4


def test_suggestions_and_source_beside_the_items_take_no_more(long_audit: Audit, client: Client, count: Count) -> None:
    scan(long_audit, **{item.slug.replace("-", "_"): FINDING for item in rendered(long_audit.edition).content.items})
    link = f"/audits/{long_audit.edit_token}/"
    assert client.get(link).content.decode().count("button accept") == long_audit.edition.content.item_count
    assert b'class="source"' in client.get(link).content
    service._kept.cache_clear()
    assert count(lambda: client.get(link)) <= 4


def test_accepting_a_suggestion_takes_at_most_ten_queries(long_audit: Audit, client: Client, count: Count) -> None:
    scan(long_audit, i0_1=FINDING)
    path = f"/audits/{long_audit.edit_token}/items/i0-1/"
    assert count(lambda: client.post(path, {"suggestion": f"accept:{FOUND}", "change": "c1"}, headers=HTMX)) <= 10


def test_the_shared_page_takes_two_queries(long_audit: Audit, client: Client, count: Count) -> None:
    assert count(lambda: client.get(f"/shared/{long_audit.view_token}/")) == 2


@pytest.mark.parametrize("fields", [{"verdict": "fail"}, {"verdict": "fail", "note": "new"}], ids=["click", "form"])
@pytest.mark.parametrize("slug", ["i0-0", "i0-1"], ids=["answered", "open"])
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "browser"])
def test_a_save_takes_at_most_seven_queries(
    long_audit: Audit, client: Client, count: Count, fields: dict[str, str], slug: str, headers: dict[str, str]
) -> None:
    path = f"/audits/{long_audit.edit_token}/items/{slug}/"
    assert count(lambda: client.post(path, {**fields, "change": "c1"}, headers=headers)) <= 7


@pytest.mark.parametrize("path", ["/audits/{0.edit_token}/changes", "/shared/{0.view_token}/changes"])
def test_a_poll_with_nothing_new_takes_one_query(long_audit: Audit, client: Client, count: Count, path: str) -> None:
    address = path.format(long_audit)
    known = {"If-None-Match": client.get(address)["ETag"]}
    service._kept.cache_clear()
    assert count(lambda: client.get(address, headers=known)) == 1


def test_changes_take_two_queries(long_audit: Audit, client: Client, count: Count) -> None:
    assert count(lambda: client.get(f"/audits/{long_audit.edit_token}/changes")) == 2


def test_the_checklist_page_takes_one_query(client: Client, count: Count) -> None:
    client.get("/checklists/long/")
    assert count(lambda: client.get("/checklists/long/")) == 1
