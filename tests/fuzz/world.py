"""What the requests of the fuzzer meet: audits in several states, browsers that keep them, somebody of the staff; and what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import scans
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from sample_content import CONTENT, REWORDED

from checklist.audits import lifecycle, lists, service
from checklist.audits.models import Allowance, Audit, Kept
from checklist.catalogue import loader
from checklist.catalogue.models import Edition

CSRF = "c" * 32


@dataclass(frozen=True)
class World:
    """What requests can name: tokens of both rights, mostly live ones, numbers of list entries and rows, cookies that authorise, and
    which methods each route answers to."""

    edit_tokens: tuple[str, ...]
    view_tokens: tuple[str, ...]
    numbers: tuple[str, ...]
    cookies: tuple[str, ...]
    methods: dict[str, list[str]]


def made(methods: dict[str, list[str]]) -> World:
    """Fill the database: an audit with a starter, one without, one of an older edition, a deleted one, one that has expired."""
    loader.load([CONTENT])
    old = service.start(edition=Edition.objects.get(), task="on.the.old.edition")
    loader.load([REWORDED])
    edition = Edition.objects.get(number=2)
    audits = [old, *(service.start(edition=edition, task=f"task.{name}") for name in ("a", "b", "gone", "late"))]
    for note in ("first", "second"):
        service.answer(audit=audits[1], item="backoff", verdict="fail", note=note, change=note, by="Ada")
    for audit in audits[:3]:
        scans.scan(audit)
    visitor = lists.new_visitor()
    for audit in audits[2:]:
        lists.keep(visitor=visitor, audit=audit, is_starter=True)
    Audit.objects.filter(pk=audits[1].pk).update(earlier=old)
    Audit.objects.filter(pk=audits[4].pk).update(edit_expires=timezone.now() - timedelta(days=1))
    lifecycle.delete(audit=audits[3])
    keys = [row.pk for model in (Audit, Kept, Edition) for row in model.objects.all()]
    return World(
        edit_tokens=tuple(audit.edit_token for audit in [*audits, *audits[:3] * 2]),
        view_tokens=tuple(audit.view_token for audit in audits),
        numbers=tuple({str(key) for key in keys}),
        cookies=("", f"visitor={visitor.token}", f"sessionid={_session()}"),
        methods=methods,
    )


def _session() -> str:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client.cookies["sessionid"].value


@dataclass(frozen=True)
class Stored:
    """A fingerprint of every row but sessions; that of counted starts apart, as a start that is refused with 429 was counted."""

    rows: int
    allowances: int

    @classmethod
    def now(cls) -> Stored:
        """What is stored at this moment."""
        models = [model for model in apps.get_models() if model not in (Session, Allowance)]
        return cls(hash(tuple(map(_rows, models))), hash(_rows(Allowance)))

    def is_kept(self, after: Stored, status: int) -> bool:
        """Whether a request that was answered with `status` left everything as it was."""
        return self.rows == after.rows and (status == 429 or self.allowances == after.allowances)


def _rows(model: type[Model]) -> str:
    """Past the models, which would take most of the time here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")
        return str(cursor.fetchall())
