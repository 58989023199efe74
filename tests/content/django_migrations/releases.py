"""Proofs of the section on releases: the code of the previous one works on the tables of the next one, or does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError

from content.django_migrations.billing import billing, migrations_in
from content.examples import Code
from content.proofs import proves

OLD_ROW = {"number": "F-1", "email": None, "fax": "", "total": 7}


def works(invoices: Any, row: dict[str, Any]) -> None:
    """Insert a row through these models and read it back. Raises what the database says."""
    made = invoices.create(**row)
    assert invoices.filter(pk=made.pk).values(*row).get() == row


@proves("django-migrations", "database-default-for-new-column", kind="database")
def old_code_inserts_without_the_new_column(bad: Code, good: Code) -> None:
    """The models of the previous release insert a row after the migration."""
    with billing() as app:
        app.migrate(migrations_in(bad))
        with pytest.raises(IntegrityError, match='null value in column "currency"'):
            works(app.old_invoices, OLD_ROW)
    with billing() as app:
        app.migrate(migrations_in(good))
        try:
            works(app.old_invoices, OLD_ROW)
        except IntegrityError as error:
            pytest.fail(f"old code cannot insert: {error}")
        assert app.value("SELECT currency FROM billing_invoice") == "EUR"


@proves("django-migrations", "remove-column-in-two-releases", kind="database")
def old_code_reads_a_removed_column(bad: Code, good: Code) -> None:
    """After the first step of each: only the good one leaves the column to the old code, and it is enough for the new one."""
    with billing() as app:
        app.migrate(migrations_in(bad)[:1])
        with pytest.raises(ProgrammingError, match="fax"):
            works(app.old_invoices, OLD_ROW)
        with pytest.raises(ProgrammingError, match="fax"):
            list(app.old_invoices.all())
    steps = migrations_in(good)
    new_row = {name: value for name, value in OLD_ROW.items() if name != "fax"}
    with billing() as app:
        app.migrate(steps[:1])
        assert "fax" in app.columns(), "the column is gone while old code still runs"
        works(app.old_invoices, OLD_ROW)
        works(app.invoices(steps), new_row)
        app.migrate(steps)
        assert "fax" not in app.columns(), "the column is never dropped"
        works(app.invoices(steps), new_row)


@proves("django-migrations", "rename-in-python-only", kind="database")
def old_code_uses_the_old_name(bad: Code, good: Code) -> None:
    """Both releases work on one table, because the migration does not touch it."""
    with billing() as app:
        app.migrate(migrations_in(bad))
        with pytest.raises(ProgrammingError, match="total"):
            works(app.old_invoices, OLD_ROW)
    new_row = {"number": "F-2", "fax": "", "amount": 7}
    with billing() as app:
        app.migrate(migrations_in(good))
        assert not [step.sql for step in app.steps if "ALTER" in step.sql], "the table was altered"
        works(app.old_invoices, OLD_ROW)
        works(app.invoices(migrations_in(good)), new_row)
