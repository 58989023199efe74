"""Proofs of the section on locks: who is shut out while a migration waits, and while it works."""

from __future__ import annotations

from content.django_migrations.billing import READ, ROWS, WRITE, billing, migrations_in
from content.django_migrations.waiting import meet
from content.examples import Code
from content.proofs import proves

PATIENCE = 4.0  # seconds, well above the lock_timeout of the example
FILE_OF_TABLE = "SELECT pg_relation_filenode('billing_invoice')"


@proves("django-migrations", "lock-timeout", kind="database")
def waiting_change_stops_readers(bad: Code, good: Code) -> None:
    """A reader that never commits holds the migration up, and everybody else queues behind the migration."""
    with billing() as app:
        without = meet(app, migrations_in(bad), held=READ, visit=READ, patience=PATIENCE)
        assert not without.served, "a SELECT got past the waiting migration"
        assert not without.gave_up, "the migration gave up on its lock by itself"
    with billing() as app:
        limited = meet(app, migrations_in(good), held=READ, visit=READ, patience=PATIENCE)
        assert limited.served, "a SELECT waited for longer than lock_timeout"
        assert "lock timeout" in str(limited.gave_up), "the migration did not give up"
        app.migrate(migrations_in(good))
        assert "paid_at" in app.columns(), "the migration cannot be run again"


@proves("django-migrations", "index-concurrently", kind="database")
def building_an_index_stops_writers(bad: Code, good: Code) -> None:
    """The two kinds of build wait beside an open write; only the concurrent one lets other writes in."""
    with billing() as app:
        assert not meet(app, migrations_in(bad), held=WRITE, visit=WRITE, patience=1).served, "a write got in"
        assert app.steps, "the migration did nothing"
    with billing() as app:
        assert meet(app, migrations_in(good), held=WRITE, visit=WRITE, patience=1).served, "a write had to wait"
        assert app.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'invoice_email'::regclass")


@proves("django-migrations", "foreign-key-index-apart", kind="database")
def index_of_a_foreign_key_is_built_while_closed(bad: Code, good: Code) -> None:
    """Rows are read for the index under the lock of the new column, or the index comes in a migration without that lock."""
    indexed = "SELECT count(*) FROM pg_indexes WHERE tablename = 'billing_invoice' AND indexdef LIKE '%(customer_id)%'"
    referring = "SELECT count(*) FROM pg_constraint WHERE conrelid = 'billing_invoice'::regclass AND contype = 'f'"
    for code, closed in ((bad, True), (good, False)):
        with billing() as app:
            app.fill(ROWS)
            app.migrate(migrations_in(code))
            assert (app.rows_read_while_closed() >= ROWS) is closed, "rows that were read while the table was closed"
            assert (app.value(indexed), app.value(referring)) == (1, 1), "index or foreign key is missing"


@proves("django-migrations", "constraint-not-valid-first", kind="database")
def checking_rows_closes_the_table(bad: Code, good: Code) -> None:
    """All rows are read while the table is closed, or while everybody goes on working."""
    with billing() as app:
        app.fill(ROWS)
        app.migrate(migrations_in(bad))
        assert app.rows_read_while_closed() >= ROWS, "the constraint was not checked while the table was closed"
    with billing() as app:
        app.fill(ROWS)
        app.migrate(migrations_in(good))
        assert app.rows_read_while_closed() == 0, "rows were read while the table was closed"
        validating = [step for step in app.steps if "VALIDATE" in step.sql]
        assert validating, "nothing was validated"
        assert all(step.readable and step.writable for step in validating), "validating shut somebody out"


@proves("django-migrations", "not-null-through-a-check", kind="database")
def forbidding_null_closes_the_table(bad: Code, good: Code) -> None:
    """`SET NOT NULL` reads all rows, unless a validated constraint vouches for them."""
    forbids = "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'billing_invoice'::regclass AND attname = 'email'"
    for code, closed in ((bad, True), (good, False)):
        with billing() as app:
            app.fill(ROWS)
            app.migrate(migrations_in(code))
            assert (app.rows_read_while_closed() >= ROWS) is closed, "rows that were read while the table was closed"
            assert app.value(forbids), "the column still takes NULL"


@proves("django-migrations", "no-table-rewrite", kind="database")
def another_type_copies_the_table(bad: Code, good: Code) -> None:
    """A copied table lies in a new file, and nobody could use it meanwhile."""
    for code, copied in ((bad, True), (good, False)):
        with billing() as app:
            app.fill(ROWS)
            before = app.value(FILE_OF_TABLE)
            app.migrate(migrations_in(code))
            assert (app.value(FILE_OF_TABLE) != before) is copied, "copied" if copied else "not copied"
            changes = [step for step in app.steps if "ALTER TABLE" in step.sql]
            assert changes, "nothing was altered"
            assert not any(step.readable for step in changes), "the table stayed open"
