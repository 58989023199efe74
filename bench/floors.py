"""Floors: what a request costs when the application does as little as can be done, in the same process, behind the same middleware."""

from __future__ import annotations

import secrets
from functools import cache

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from checklist.catalogue.models import Checklist
from checklist.catalogue.rendering import rendered

# What saving a changed verdict asks of the database, in its order, written by hand. tests/test_bench.py holds it to `service.answer`.
AUDIT = (
    "SELECT a.*, e.*, c.*, n.* FROM audits_audit a JOIN catalogue_edition e ON e.id = a.edition_id"
    " JOIN catalogue_checklist c ON c.id = e.checklist_id LEFT JOIN catalogue_edition n ON n.id = c.current_id"
    " WHERE a.edit_token = %s"
)
LOCK = "SELECT * FROM audits_audit WHERE id = %s"
ANSWERS = "SELECT * FROM audits_answer WHERE audit_id = %s"
IS_KNOWN = "SELECT 1 FROM audits_change WHERE audit_id = %s AND change = %s LIMIT 1"
STORE = (
    "UPDATE audits_answer SET verdict = %s, verdict_revision = verdict_revision + 1, verdict_change = %s, at = %s"
    " WHERE audit_id = %s AND item = %s"
)
RECORD = (
    "INSERT INTO audits_change (audit_id, item, field, revision, value, change, by, at, is_erased)"
    " VALUES (%s, %s, 'verdict', %s, %s, %s, '', %s, %s)"
)
SUM_UP = "UPDATE audits_audit SET revision = revision + 1, updated = %s, outcome = %s, answered = %s WHERE id = %s"


@cache
def _content(number: int) -> bytes:
    """So many bytes of a real page, because what compresses too well would be no floor for a browser's request."""
    edition = rendered(Checklist.objects.listed()[0].latest)
    html = render_to_string("catalogue/checklist.html", {"edition": edition}).encode()
    return (html * (number // len(html) + 1))[:number]


def some_bytes(request: HttpRequest, number: int) -> HttpResponse:
    """An answer of that many bytes."""
    return HttpResponse(_content(number))


def write(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """The statements of saving one verdict as raw SQL, and an answer of `size` bytes."""
    verdict, change, now = request.POST["verdict"], request.POST["change"], timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(AUDIT, [token])
        number = cursor.fetchone()[0]
        with transaction.atomic():
            cursor.execute(LOCK + (" FOR UPDATE" if connection.vendor == "postgresql" else ""), [number])
            cursor.fetchone()
            cursor.execute(ANSWERS, [number])
            cursor.fetchall()
            cursor.execute(IS_KNOWN, [number, change])
            cursor.fetchone()
            cursor.execute(STORE, [verdict, change, now, number, item])
            # The revision only has to be one that is free: nobody reads this history.
            cursor.execute(RECORD, [number, item, secrets.randbelow(2**30) + 2**20, verdict, change, now, False])
            cursor.execute(SUM_UP, [now, "incomplete", 30, number])
    return HttpResponse(_content(int(request.POST["size"])))
