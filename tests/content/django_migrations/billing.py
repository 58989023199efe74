"""A small app `billing` in a database of its own, to which a proof applies the migrations of an example.

The migrations run through Django's `MigrationExecutor`, which gets them from memory instead of from files. After each statement
`Step` notes which locks the migration holds and whether others can still use the table.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections, migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.utils import ConnectionHandler

from content.django_migrations import server
from content.examples import Code

APP = "billing"
TABLE = "billing_invoice"
ROWS = 1200  # more than two batches of the example that fills data
CLOSED = "AccessExclusiveLock"

READ = "SELECT count(*) FROM billing_invoice"
WRITE = "INSERT INTO billing_invoice (number, fax, total) VALUES ('a visitor', '', 1)"


class Initial(migrations.Migration):
    """The tables as the previous release knows them."""

    initial = True
    operations = [
        migrations.CreateModel("Customer", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Invoice",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("number", models.CharField(max_length=50)),
                ("email", models.TextField(null=True)),
                ("fax", models.TextField()),
                ("total", models.IntegerField()),
            ],
        ),
    ]


@dataclass(frozen=True)
class Step:
    """What held right after one statement of a migration.

    `locks` are the migration's own on the table of invoices, `rows_read` is how many rows of it the statement went through
    one after the other, `readable` and `writable` say whether another connection can use the table.
    """

    sql: str
    locks: frozenset[str]
    rows_read: int
    readable: bool
    writable: bool


class GivenMigrations(MigrationLoader):
    """Django's loader, with migrations that a proof gives it in place of files."""

    def __init__(self, connection: BaseDatabaseWrapper, given: Sequence[migrations.Migration]) -> None:
        self.given = given
        super().__init__(connection)

    def load_disk(self) -> None:
        """Take over the migrations; no other app has any."""
        self.disk_migrations = {(APP, migration.name): migration for migration in self.given}
        self.unmigrated_apps, self.migrated_apps = set(), {APP}


class Billing:
    """The app and its database. `steps` are the statements of the last run, failed or not."""

    def __init__(self, database: str, connection: BaseDatabaseWrapper) -> None:
        self.database = database
        self.connection = connection
        self.steps: list[Step] = []
        self._rows_counted = 0
        self.migrate([])
        self.old_invoices = self.invoices([])

    def invoices(self, given: Sequence[migrations.Migration]) -> Any:
        """The manager of invoices, as the code knows them that belongs to these migrations."""
        return self.state(given).apps.get_model(APP, "Invoice").objects

    def state(self, given: Sequence[migrations.Migration]) -> ProjectState:
        """What Django believes the tables to be after these migrations."""
        return self._executor(given).loader.project_state()

    def migrate(self, given: Sequence[migrations.Migration]) -> None:
        """Apply those that are not recorded yet, as `manage.py migrate` does. Raises what the migration raises."""
        executor = self._executor(given)
        self.steps, self._rows_counted = [], 0
        with server.connect(self.database) as visitor, self.connection.execute_wrapper(self._noting(visitor)):
            executor.migrate(executor.loader.graph.leaf_nodes())

    def take_back(self, given: Sequence[migrations.Migration]) -> None:
        """Undo all of these migrations, as `manage.py migrate billing 0001` does."""
        self._executor(given).migrate([(APP, "0001")])

    def fill(self, rows: int, values: str = "'F-' || n, 'Ann@example.org', '', n") -> None:
        """Insert rows: `values` is SQL for number, email, fax and total of row `n`."""
        insert = f"INSERT INTO {TABLE} (number, email, fax, total) SELECT {values} FROM generate_series(1, {rows}) AS n"
        self.value(f"WITH made AS ({insert} RETURNING 1) SELECT count(*) FROM made")

    def rows_read_while_closed(self) -> int:
        """How many rows the last run went through while nobody else could even read the table.

        Building an index also goes through rows that were rolled back, so that there may be a few more than the table has.
        """
        return sum(step.rows_read for step in self.steps if CLOSED in step.locks)

    def value(self, sql: str) -> Any:
        """The one value that a query gives on a connection of its own."""
        with server.connect(self.database) as other:
            row = other.execute(sql).fetchone()
        return row and row[0]

    def columns(self) -> set[str]:
        """The columns that the table of invoices really has."""
        query = f"SELECT array_agg(column_name::text) FROM information_schema.columns WHERE table_name = '{TABLE}'"
        return set(self.value(query))

    def _executor(self, given: Sequence[migrations.Migration]) -> MigrationExecutor:
        executor = MigrationExecutor(self.connection)
        executor.loader = GivenMigrations(self.connection, [Initial("0001", APP), *given])
        return executor

    def _noting(self, visitor: psycopg.Connection[Any]) -> Callable[..., Any]:
        def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            result = execute(sql, params, many, context)
            self.steps.append(self._step(sql, visitor))
            return result

        return note

    def _step(self, sql: str, visitor: psycopg.Connection[Any]) -> Step:
        locks = visitor.execute(
            "SELECT mode FROM pg_locks JOIN pg_class ON relation = pg_class.oid WHERE granted AND pid = %s AND relname = %s",
            [self.connection.connection.info.backend_pid, TABLE],
        )
        modes = frozenset(mode for (mode,) in locks)
        return Step(sql, modes, self._rows_read(), can(visitor, READ), can(visitor, WRITE))

    def _rows_read(self) -> int:
        """Rows that the last statement went through: the session counts on, and begins again when it has reported."""
        query = f"SELECT COALESCE(sum(seq_tup_read), 0)::int FROM pg_stat_xact_user_tables WHERE relname = '{TABLE}'"
        [counted] = self.connection.connection.execute(query).fetchone()
        before, self._rows_counted = self._rows_counted, counted
        return counted - before if counted >= before else counted


def can(visitor: psycopg.Connection[Any], sql: str, patience: float = 0.1) -> bool:
    """Whether a statement gets its locks within `patience` seconds. It is rolled back, and may fail for other reasons."""
    visitor.execute(f"SET lock_timeout = {int(patience * 1000)}")
    try:
        with visitor.transaction(force_rollback=True):
            visitor.execute(sql)
    except psycopg.errors.LockNotAvailable:
        return False
    except psycopg.Error:
        return True
    return True


def migrations_in(code: Code) -> list[migrations.Migration]:
    """Run an example; its `Migration` classes as a chain 0002, 0003 ... in the order in which they stand."""
    classes: list[type[migrations.Migration]] = []

    class Noted(migrations.Migration):
        def __init_subclass__(cls) -> None:
            classes.append(cls)

    names = vars(migrations) | {"Migration": Noted}
    code.run(__name__=f"{APP}.migrations.example", migrations=types.SimpleNamespace(**names), models=models)
    return [_chained(position, given) for position, given in enumerate(classes, 2)]


def _chained(position: int, given: type[migrations.Migration]) -> migrations.Migration:
    migration = given(f"{position:04}", APP)
    migration.dependencies = [(APP, f"{position - 1:04}")]
    return migration


@contextmanager
def billing() -> Iterator[Billing]:
    """The app with empty tables in a database, which is Django's default database for as long."""
    before, database = connections["default"], server.empty_database()
    connection = ConnectionHandler({"default": server.settings(database)})["default"]
    connections["default"] = connection
    try:
        yield Billing(database, connection)
    finally:
        connections["default"] = before
        connection.close()
