"""Proofs of the section on data."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, migrations, models

from content.django_migrations.billing import ROWS, TABLE, WRITE, Billing, billing, migrations_in
from content.django_migrations.waiting import meet
from content.examples import Code
from content.proofs import proves


@contextmanager
def importable(models_of_today: Any) -> Iterator[None]:
    """`from billing.models import Invoice` gives this model."""
    package, module = types.ModuleType("billing"), types.ModuleType("billing.models")
    module.Invoice = models_of_today
    sys.modules |= {"billing": package, "billing.models": module}
    try:
        yield
    finally:
        del sys.modules["billing"], sys.modules["billing.models"]


def invoice_of_today(app: Billing) -> Any:
    """The model as it will be after a later migration, which adds a column."""
    later = migrations.Migration("0002", "billing")
    later.dependencies = [("billing", "0001")]
    later.operations = [migrations.AddField("invoice", "paid_at", models.DateTimeField(null=True))]
    return app.invoices([later]).model


@proves("django-migrations", "historical-models", kind="database")
def imported_model_asks_for_a_later_column(bad: Code, good: Code) -> None:
    """Both run on a database that is built from the start, with today's model importable."""
    with billing() as app, importable(invoice_of_today(app)):
        app.fill(3)
        with pytest.raises(ProgrammingError, match="paid_at does not exist"):
            app.migrate(migrations_in(bad))
    with billing() as app, importable(invoice_of_today(app)):
        app.fill(3)
        app.migrate(migrations_in(good))
        assert app.value(f"SELECT count(*) FROM {TABLE} WHERE email = 'ann@example.org'") == 3


@proves("django-migrations", "backfill-in-batches", kind="database")
def filling_in_one_transaction_closes_the_table(bad: Code, good: Code) -> None:
    """While rows are written others can read and insert, and what is written is committed batch by batch."""
    transactions = f"SELECT count(DISTINCT xmin::text) FROM {TABLE} WHERE currency = 'EUR'"
    for code, one_transaction in ((bad, True), (good, False)):
        with billing() as app:
            app.fill(ROWS)
            app.migrate(migrations_in(code))
            filling = [step for step in app.steps if step.sql.startswith("UPDATE")]
            assert filling, "nothing was filled"
            assert all(step.readable is not one_transaction for step in filling), "readers"
            assert (app.value(transactions) == 1) is one_transaction, "transactions"
            assert app.value(f"SELECT count(*) FROM {TABLE} WHERE currency = 'EUR'") == ROWS, "rows were forgotten"


@proves("django-migrations", "unique-after-clean-up", kind="database")
def duplicates_stop_the_deploy(bad: Code, good: Code) -> None:
    """With numbers that stand twice the bad one fails; without them it closes the table while it builds its index."""
    twice = "'F-' || n % 3, NULL, '', n"
    constraint = "SELECT count(*) FROM pg_constraint WHERE conname = 'invoice_number' AND contype = 'u'"
    with billing() as app:
        app.fill(6, twice)
        with pytest.raises(IntegrityError, match="could not create unique index"):
            app.migrate(migrations_in(bad))
    with billing() as app:
        app.fill(ROWS)
        app.migrate(migrations_in(bad))
        assert app.rows_read_while_closed() >= ROWS, "the index was not built while the table was closed"
    with billing() as app:
        app.fill(6, twice)
        assert meet(app, migrations_in(good), held=WRITE, visit=WRITE, patience=1).served, "a write had to wait"
        assert app.value(constraint) == 1, "the constraint is missing"
        assert app.value(f"SELECT count(DISTINCT number) FROM {TABLE}") == 6, "rows were lost"
        app.take_back(migrations_in(good))
        assert app.value(constraint) == 0, "the constraint cannot be taken back"
