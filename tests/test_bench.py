"""The benchmark's floor of a save asks the database for the same as the save itself."""

from __future__ import annotations

import re

from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from bench import floors
from checklist.audits import access, service
from checklist.audits.models import Audit, Change


def asked(queries: CaptureQueriesContext) -> list[tuple[str, str]]:
    """What each statement does to which table; the statements of transactions are left out."""
    found = (re.search(r"^(SELECT|INSERT|UPDATE).*?(audits_\w+)", query["sql"], re.DOTALL) for query in queries)
    return [(statement[1], statement[2]) for statement in found if statement]


def test_the_floor_of_a_save_runs_the_statements_of_a_save(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict="fail", change="c0")
    with CaptureQueriesContext(connection) as real:
        service.answer(audit=access.for_edit(audit.edit_token), item="backoff", verdict="pass", change="c1")
    posted = RequestFactory().post("/", {"verdict": "fail", "change": "c2", "size": "10"})
    with CaptureQueriesContext(connection) as floor:
        floors.write(posted, token=audit.edit_token, item="backoff")
    assert asked(floor) == asked(real)
    assert len(asked(real)) == 7


def test_the_floor_of_a_save_writes(audit: Audit) -> None:
    service.answer(audit=audit, item="backoff", verdict="fail")
    posted = RequestFactory().post("/", {"verdict": "pass", "change": "c2", "size": "10"})
    assert len(floors.write(posted, token=audit.edit_token, item="backoff").content) == 10
    assert (audit.answers.get().verdict, Change.objects.filter(change="c2").count()) == ("pass", 1)
