"""Proofs of the section on failure: running again, and going back."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.db.migrations.exceptions import IrreversibleError

from content.django_migrations.billing import TABLE, Billing, billing, migrations_in
from content.django_migrations.waiting import open_transaction
from content.examples import Code
from content.proofs import proves

VALID = "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid = to_regclass('invoice_paid_at')"


def fail_at_the_index(app: Billing, code: Code) -> None:
    """Migrate while an old snapshot is open: the concurrent build waits for it and is stopped by a timeout."""
    with app.connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '500ms'")
    with open_transaction(app, "SELECT 1"), pytest.raises(OperationalError, match="lock timeout"):
        app.migrate(migrations_in(code))
    assert app.value(VALID) is False, "no invalid index was left behind"


@proves("django-migrations", "repeatable-when-not-atomic", kind="database")
def second_run_after_a_failure(bad: Code, good: Code) -> None:
    """The first run fails while the index is built; the second one meets what the first one left."""
    with billing() as app:
        fail_at_the_index(app, bad)
        with pytest.raises(ProgrammingError, match="already exists"):
            app.migrate(migrations_in(bad))
    with billing() as app:
        fail_at_the_index(app, good)
        try:
            app.migrate(migrations_in(good))
        except DatabaseError as error:
            pytest.fail(f"the second run failed: {error}")
        assert app.value(VALID) is True, "the index is still invalid"


@proves("django-migrations", "way-back", kind="database")
def migration_without_reverse_stays(bad: Code, good: Code) -> None:
    """Forward, back and forward again, as the check says."""
    blank = f"SELECT count(*) FROM {TABLE} WHERE email = ''"
    with billing() as app:
        app.migrate(migrations_in(bad))
        with pytest.raises(IrreversibleError):
            app.take_back(migrations_in(bad))
    with billing() as app:
        app.migrate(migrations_in(good))
        try:
            app.take_back(migrations_in(good))
        except IrreversibleError as error:
            pytest.fail(f"no way back: {error}")
        app.fill(3, "'F-' || n, '', '', n")
        app.migrate(migrations_in(good))
        assert app.value(blank) == 0, "the second run did nothing"
