"""An upgrade from the first schema, migration by migration: the site shows, exports and edits what was there, nothing is lost.

`test_migrations.py` has what each migration makes of old rows; here a reviewer looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone
from running import Project
from sample_content import CONTENT

from checklist.catalogue import loader

RETIRED = replace(CONTENT, slug="retired-checklist", title="A checklist that is retired")
NOTE = 'Line 12: "no cap"\n<b>&</b> | ünïcode'
Rows = dict[str, Any]
# The tables of the catalogue have not changed since the first migration, so today's loader fills them.
TOKENS = {"first": "f" * 32, "retired": "r" * 32, "questions": "q" * 32}


def names() -> list[str]:
    """The migrations of audits in their order."""
    graph = MigrationExecutor(connection).loader.graph
    return [name for app, name in graph.forwards_plan(graph.leaf_nodes("audits")[0]) if app == "audits"]


def migrate(name: str) -> Any:
    """Bring the database to a migration of audits, forwards or backwards: the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate([("audits", name)])
    return MigrationExecutor(connection).loader.project_state([("audits", name)]).apps


def write(apps: Any, key: str, slug: str, answers: dict[str, Rows], **fields: Any) -> None:
    """An audit as the code of that time wrote it."""
    edition = apps.get_model("catalogue", "Edition").objects.get(checklist__slug=slug)
    now = timezone.now()
    tokens = {"edit_token": TOKENS[key], "view_token": TOKENS[key].upper()}
    fields = (
        {"edition": edition, "task": f"billing.{key}", "revision": 5, "created": now, "updated": now} | tokens | fields
    )
    audit = apps.get_model("audits", "Audit").objects.create(**fields)
    for item, values in answers.items():
        apps.get_model("audits", "Answer").objects.create(audit=audit, item=item, **values)


def write_first(apps: Any) -> None:
    """What there was at the first schema: an audit with everything, and one of a checklist that was retired later."""
    loader.load([CONTENT, RETIRED])
    loader.load([CONTENT])
    answers = {
        "max-retries-set": {"verdict": "fail", "note": NOTE},
        "backoff": {"verdict": "pass", "note": ""},
        "jitter": {"verdict": "na", "note": "broker retries"},
        "overlap": {"verdict": "open", "note": "ask the team"},
    }
    write(apps, "first", CONTENT.slug, answers, url="https://example.org/pull/7")
    write(apps, "retired", RETIRED.slug, {"jitter": {"verdict": "fail", "note": "old words"}})


def write_questions(apps: Any) -> None:
    """What the second schema brought: a question that was answered with no."""
    left_out = {"verdict": "na", "note": "Does it run on a schedule? No.", "by_question": "scheduled"}
    write(apps, "questions", CONTENT.slug, {"overlap": left_out}, declined=["scheduled"])


WRITERS: dict[str, Callable[[Any], None]] = {"0001_first": write_first, "0002_questions": write_questions}


@pytest.fixture
def upgraded(transactional_db: None) -> Iterator[None]:
    """A database that went through every migration, with the rows that each time wrote."""
    migrate(names()[0])
    for name in names():
        apps = migrate(name)
        WRITERS.get(name, lambda apps: None)(apps)
    yield
    migrate(names()[-1])


def exported(client: Client, key: str) -> Rows:
    """The report of an audit as JSON."""
    return json.loads(client.get(f"/audits/{TOKENS[key]}/export.json").content)


def answers_of(report: Rows) -> dict[str, tuple[str, str]]:
    """Verdict and note of each item."""
    return {answer["item"]: (answer["verdict"], answer["note"]) for answer in report["answers"]}


FIRST = {
    "max-retries-set": ("fail", NOTE),
    "backoff": ("pass", ""),
    "jitter": ("na", "broker retries"),
    "overlap": ("open", "ask the team"),
    "expires": ("open", ""),
}


def test_an_upgraded_audit_is_exported_as_it_was(upgraded: None, client: Client) -> None:
    report = exported(client, "first")
    assert answers_of(report) == FIRST
    assert (report["task"], report["url"]) == ("billing.first", "https://example.org/pull/7")
    assert (report["outcome"], report["checklist"]["edition"]) == ("request-changes", 1)
    assert report["counts"] == {"pass": 1, "fail": 1, "na": 1, "open": 2}


@pytest.mark.parametrize("extension", ["md", "gitlab.md", "txt", "csv"])
def test_every_other_export_has_its_note(upgraded: None, client: Client, extension: str) -> None:
    for path in (f"/audits/{TOKENS['first']}/", f"/shared/{TOKENS['first'].upper()}/"):
        text = client.get(f"{path}export.{extension}").content.decode()
        assert "broker retries" in text
        assert "billing.first" in text.replace("\\", "")


@pytest.mark.parametrize("prefix", ["/audits/", "/shared/"])
def test_its_pages_show_its_answers(upgraded: None, client: Client, prefix: str) -> None:
    token = TOKENS["first"] if prefix == "/audits/" else TOKENS["first"].upper()
    page = client.get(f"{prefix}{token}/").content.decode()
    assert "billing.first" in page
    assert "Request changes" in page
    assert page.count("ask the team") == page.count("broker retries") == 1


def test_it_can_be_edited_and_its_history_goes_back_to_before(upgraded: None, client: Client) -> None:
    path = f"/audits/{TOKENS['first']}/"
    item = f"{path}items/max-retries-set/"
    assert client.post(item, {"verdict": "pass", "base": "1", "change": "c1"}).status_code == 303
    assert client.post(item, {"note": "mended", "base": "0", "change": "c2"}).status_code == 409
    assert client.post(path, {"task": "billing.renamed"}).status_code == 303
    report = exported(client, "first")
    assert (report["task"], answers_of(report)) == ("billing.renamed", FIRST | {"max-retries-set": ("pass", NOTE)})
    history = client.get(f"{item}history/").content.decode()
    changes = ["verdict-2", "note-1", "verdict-1"]
    assert sorted(changes, key=lambda change: history.index(f'data-change="{change}"')) == changes
    assert history.index(">pass<") < history.index(">fail<")


def test_an_audit_of_a_retired_checklist_goes_on(upgraded: None, client: Client) -> None:
    assert client.post(f"/audits/{TOKENS['retired']}/items/backoff/", {"verdict": "pass"}).status_code == 303
    given = answers_of(exported(client, "retired"))
    assert (given["jitter"], given["backoff"]) == (("fail", "old words"), ("pass", ""))
    assert "retired-checklist" not in client.get("/").content.decode()


def test_a_question_that_was_answered_before_can_be_answered_anew(upgraded: None, client: Client) -> None:
    assert answers_of(exported(client, "questions"))["overlap"][0] == "na"
    path = f"/audits/{TOKENS['questions']}/questions/"
    assert client.post(path, {"question-scheduled": "yes"}).status_code == 303
    assert answers_of(exported(client, "questions"))["overlap"] == ("open", "")


def test_it_can_be_kept_in_a_list_that_knows_its_outcome(upgraded: None) -> None:
    client = Client()
    assert client.post(f"/audits/{TOKENS['first']}/keep/").status_code == 303
    page = client.get("/mine/").content.decode()
    assert "billing.first" in page
    assert '<td class="request-changes">Request changes</td>' in page
    assert ">3 of 5<" in page


def test_the_way_back_to_the_first_schema_and_forth_again_keeps_answers_and_links(
    upgraded: None, client: Client
) -> None:
    before = {key: answers_of(exported(client, key)) for key in TOKENS}
    for name in reversed(names()[:-1]):
        apps = migrate(name)
    rows = apps.get_model("audits", "Answer").objects.filter(audit__edit_token=TOKENS["first"])
    assert set(rows.values_list("item", "verdict", "note")) == {
        (item, *FIRST[item]) for item in FIRST if item != "expires"
    }
    migrate(names()[-1])
    assert {key: answers_of(exported(client, key)) for key in TOKENS} == before


def hurts_old_code(operation: operations.Operation) -> bool:
    """Whether replicas of the release before cannot read or write beside this operation of a migration."""
    if isinstance(operation, operations.AddField):
        return not (operation.field.null or operation.field.has_db_default())
    return not isinstance(operation, operations.CreateModel | operations.AddIndex | operations.RunPython)


def not_additive() -> list[str]:
    """The migrations of audits beside which older code cannot run."""
    migrations = MigrationExecutor(connection).loader.graph.nodes
    return [name for name in names() if any(map(hurts_old_code, migrations["audits", name].operations))]


def test_since_the_first_release_migrations_only_add(db: None) -> None:
    assert not_additive() == ["0002_questions", "0003_examples", "0004_history", "0006_links_and_lists", "0008_limits"]


# Prints the schema; with MODELS, of tables that are made from the models, without any migration.
SCHEMA = """
import json
from django.conf import settings
if {from_models}:
    settings.MIGRATION_MODULES = {{"audits": None, "catalogue": None}}
from django.core.management import call_command
from django.db import connection
call_command("migrate", run_syncdb=True, verbosity=0)
tables = [name for name in connection.introspection.table_names() if name.startswith(("audits_", "catalogue_"))]
found = {{}}
with connection.cursor() as cursor:
    for table in sorted(tables):
        columns = connection.introspection.get_table_description(cursor, table)
        found[table] = sorted(repr((c.name, c.type_code, c.display_size, c.null_ok, c.default, c.collation)) for c in columns)
        for row in connection.introspection.get_constraints(cursor, table).values():
            row["columns"] = row["columns"] and sorted(row["columns"])
            found[table].append(json.dumps(row, sort_keys=True, default=str))
    found = {{table: sorted(rows) for table, rows in found.items()}}
print("SCHEMA", json.dumps(found))
"""


def schema(folder: Path, *, from_models: bool) -> dict[str, list[str]]:
    """Columns, keys, indexes and constraints of an empty database."""
    with Project.copied_to(folder) as project:
        output = project.manage("shell", "--no-imports", "-c", SCHEMA.format(from_models=from_models))
    return json.loads(output.partition("SCHEMA")[2])


def test_the_migrations_make_the_same_schema_as_the_models(tmp_path: Path) -> None:
    migrated = schema(tmp_path / "migrated", from_models=False)
    assert len(migrated) >= 9
    assert migrated == schema(tmp_path / "fresh", from_models=True)


def here() -> dict[str, list[str]]:
    """The schema of the database of the tests."""
    output: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            rows = connection.introspection.get_constraints(cursor, table).values()
            output[table] = sorted([repr(column[:2] + column[5:]) for column in columns] + [repr(row) for row in rows])
    return output


def test_an_upgraded_database_has_the_schema_of_a_new_one(
    transactional_db: None, request: pytest.FixtureRequest
) -> None:
    new = here()
    request.getfixturevalue("upgraded")
    assert here() == new
