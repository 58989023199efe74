"""What the site answers when its database is locked, and when a statement is wrong. PostgreSQL's limits are in `topology/`."""

from __future__ import annotations

import pytest
from django.db import Error, connection
from running import Project
from test_stopping import everything_locked

from checklist.unavailable import passes_by_itself

START = "/checklists/celery-tasks/audits/"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock on everything")
def test_a_locked_sqlite_file_is_503_and_the_request_can_be_repeated(project: Project) -> None:
    url = f"{project.environment['DATABASE_URL']}?timeout=1"
    with project.serving(DATABASE_URL=url) as server:
        with everything_locked(project):
            answer = server.ask("POST", START, "task=t")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert "send it again in a moment" in answer.text
        assert server.ask("POST", START, "task=t").status == 303
    assert 'message="no answer from the database for checklists/' in server.output.read_text()


@pytest.mark.django_db
def test_a_wrong_statement_stays_an_error() -> None:
    with pytest.raises(Error) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT something FROM nowhere")
    assert not passes_by_itself(caught.value)
