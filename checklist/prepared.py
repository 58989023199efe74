"""Statements whose SQL is composed once. Composing it anew costs more than running it, so what every click asks is kept ready."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Value = str | int
Row = Sequence[Any]
Tuples = QuerySet[Any, Any]


class Prepared:
    """A read of tuples with blanks. `make`, called with one value per blank, gives the queryset: one of `values_list`.

    It is called with `samples` to learn the SQL. Raises `ValueError` at the first read when the SQL has other parameters than these, in
    their order: a constant of a condition would be taken for a blank.
    """

    def __init__(self, make: Callable[..., Tuples], *samples: Value) -> None:
        self.make = make
        self.samples = samples
        self.kept = threading.local()

    def rows(self, *values: Value) -> Iterable[Row]:
        """The rows for these values, in one query."""
        connection = connections[DEFAULT_DB_ALIAS]
        if getattr(self.kept, "connection", None) is not connection:
            self.kept.connection, self.kept.statement = connection, _Statement(self.make(*self.samples), self.samples)
        statement: _Statement = self.kept.statement
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, values)
            found = cursor.fetchall()
        return statement.converted(found)

    def first(self, *values: Value) -> Row | None:
        """The first row for these values."""
        return next(iter(self.rows(*values)), None)


class _Statement:
    """What Django's compiler finds out about a queryset: its SQL, and which columns need to be made values of Python."""

    def __init__(self, queryset: Tuples, samples: tuple[Value, ...]) -> None:
        self.compiler: SQLCompiler = queryset.query.get_compiler(queryset.db)
        self.sql, parameters = self.compiler.as_sql()
        if tuple(parameters) != samples:
            raise ValueError(f"{len(parameters)} parameters for {len(samples)} blanks: {self.sql}")
        self.converters = self.compiler.get_converters([column[0] for column in self.compiler.select])

    def converted(self, rows: list[Row]) -> Iterable[Row]:
        return self.compiler.apply_converters(rows, self.converters) if self.converters else rows


def update(row: Model, *names: str) -> None:
    """Write the named fields of a row that is stored."""
    connection = connections[DEFAULT_DB_ALIAS]
    statement, fields = _update(connection.vendor, type(row), names)
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])


@cache
def _update(vendor: str, model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    assigned = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    return f"UPDATE {_quoted(model._meta.db_table)} SET {assigned} WHERE id = %s", fields  # noqa: S608 - our own names


def insert(*rows: Model) -> None:
    """Store new rows of one model in one statement; they do not learn their keys."""
    connection = connections[DEFAULT_DB_ALIAS]
    statement, fields = _insert(connection.vendor, type(rows[0]), len(rows))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@cache
def _insert(vendor: str, model: type[Model], number: int) -> tuple[str, list[Field[Any, Any]]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(_quoted(field.column) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * number)
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES {places}", fields  # noqa: S608 - our own names


def _quoted(name: str | None) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(str(name))
