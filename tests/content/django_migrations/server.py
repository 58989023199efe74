"""The PostgreSQL that the proofs use: POSTGRES_URL, else the server on this machine, else one that is started for them.

Each test process makes a database of its own there and drops it; nothing else on the server is touched.
"""

from __future__ import annotations

import atexit
import os
import uuid
from functools import cache
from typing import Any

import dj_database_url
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from content.django_migrations import private_server

DEFAULT_URL = "postgresql://postgres@127.0.0.1:5432/postgres"


@cache
def server_url() -> str:
    """Where PostgreSQL answers. Where it cannot be had, the proof is left out with one line; under CI it fails."""
    given = os.environ.get("POSTGRES_URL")
    if given or _answers(DEFAULT_URL):
        return given or DEFAULT_URL
    try:
        return private_server.start()
    except (FileNotFoundError, KeyError):
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("needs PostgreSQL (on Debian: apt-get install postgresql) or POSTGRES_URL")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def empty_database() -> str:
    """The name of a database without tables. There is one for each process, dropped when it ends."""
    name = _own_database()
    with connect(name) as session:
        session.execute("DROP SCHEMA public CASCADE")
        session.execute("CREATE SCHEMA public")
    return name


@cache
def _own_database() -> str:
    name = f"proof_{uuid.uuid4().hex}"
    with psycopg.connect(server_url(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    atexit.register(_drop, name)
    return name


def _drop(name: str) -> None:
    with psycopg.connect(server_url(), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def connect(database: str) -> psycopg.Connection[Any]:
    """A connection to one database of the server; every statement is a transaction unless one is begun."""
    return psycopg.connect(make_conninfo(server_url(), dbname=database), autocommit=True)


def settings(database: str) -> dict[str, Any]:
    """Django's settings for one database of the server."""
    return {**dj_database_url.parse(server_url()), "NAME": database}
