"""`manage.py backup PATH`: a consistent copy of the database while the server runs."""

from __future__ import annotations

import shlex
import sqlite3
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    """Copies a SQLite database with SQLite's own backup; for PostgreSQL it says which `pg_dump` to run."""

    help = (
        "Copy the database to PATH while the server runs. The copy holds every link: keep it as safe as the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One argument: where the copy goes."""
        parser.add_argument("path", type=Path, help="a file that does not exist yet")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Copy. Exits with 1 when the file exists or cannot be written, and on PostgreSQL."""
        if connection.vendor != "sqlite":
            file = shlex.quote(str(path))
            raise CommandError(f'on PostgreSQL run: pg_dump --format=custom --file={file} --dbname="$DATABASE_URL"')
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError as error:
            raise CommandError(f"{path} exists; name a file that does not") from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        connection.ensure_connection()
        try:
            with closing(sqlite3.connect(path)) as copy:
                connection.connection.backup(copy)
        except sqlite3.Error as error:
            path.unlink()
            raise CommandError(f"{path}: {error}") from error
        self.stdout.write(f"{path}: {path.stat().st_size} bytes")
