"""Who may do what, as a table: every URL by every way to come to it, asked of a real server.

The columns: a token that nobody has, the view link, the edit link, another audit's edit link, the edit link with the cookie of the
browser that started the audit, and with another browser's; then links that expired, were replaced, were switched off, and those of
a deleted audit, with the starter's cookie. Below `/shared/` the last four are view links, elsewhere edit links.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from running import Project, Server

COLUMNS = ("nobody", "view", "edit", "other", "starter", "stranger", "expired", "replaced", "off", "deleted")

# Statuses in the order of the columns.
ANYBODY = "200 200 200 200 200 200 200 200 200 200"
READ = "404 404 200 200 200 200 404 404 200 404"
WRITE = "404 404 303 303 303 303 404 404 303 404"
OUTDATED = "404 404 422 422 422 422 404 404 422 404"  # who may write is told that it says something else now
VIEW = "404 200 404 404 404 404 404 404 404 404"
STARTER_READS = "404 404 404 404 200 404 200 200 200 200"
STARTER_WRITES = "404 404 404 404 303 404 303 303 303 303"

TABLE = {
    "GET ": ANYBODY,
    "GET healthz": ANYBODY,
    "GET checklists/celery-tasks/": ANYBODY,
    "POST checklists/celery-tasks/audits/ task=t": "303 303 303 303 303 303 303 303 303 303",
    "GET checklists/celery-tasks/code/": ANYBODY,
    "POST checklists/celery-tasks/code/ code=import+celery": ANYBODY,
    "GET audits/TOKEN/": "404 404 200 200 200 200 404 404 200 200",
    "POST audits/TOKEN/ task=t": WRITE,
    "POST audits/TOKEN/items/known-options-only/ verdict=pass": WRITE,
    "GET audits/TOKEN/items/known-options-only/comment.md": READ,
    "GET audits/TOKEN/items/known-options-only/history/": READ,
    "POST audits/TOKEN/items/known-options-only/history/1/erase/": WRITE,
    "GET audits/TOKEN/history/": READ,
    "GET audits/TOKEN/changes": READ,
    "GET audits/TOKEN/edition/": READ,
    "POST audits/TOKEN/edition/ edition=1": WRITE,
    "GET audits/TOKEN/links/": "404 404 200 200 302 200 404 404 302 404",
    "POST audits/TOKEN/links/ link=view&action=off": "404 404 403 403 403 403 404 404 403 404",
    "POST audits/TOKEN/keep/": WRITE,
    "GET audits/TOKEN/again/": READ,
    "POST audits/TOKEN/again/": WRITE,
    "GET audits/TOKEN/comparison/": READ,
    "GET audits/TOKEN/delete/": "404 404 200 200 302 200 404 404 302 404",
    "POST audits/TOKEN/delete/": "404 404 403 403 403 403 404 404 403 404",
    "POST audits/TOKEN/restore/": "404 404 404 404 404 404 404 404 404 303",
    "POST audits/TOKEN/remove/": "404 404 404 404 404 404 404 404 404 302",
    "POST audits/TOKEN/questions/ question-scheduled=no": WRITE,
    "GET audits/TOKEN/scan/": READ,
    "POST audits/TOKEN/scan/ code=x&given=x": "404 404 422 422 422 422 404 404 422 404",
    "POST audits/TOKEN/source/delete/": WRITE,
    "GET audits/TOKEN/suggestions/": READ,
    "POST audits/TOKEN/suggestions/ item=known-options-only:000000000000": OUTDATED,
    "GET audits/TOKEN/export.json": READ,
    "GET shared/TOKEN/": VIEW,
    "GET shared/TOKEN/changes": VIEW,
    "GET shared/TOKEN/badge.svg": VIEW,
    "GET shared/TOKEN/items/known-options-only/comment.md": VIEW,
    "GET shared/TOKEN/export.md": VIEW,
    "GET mine/": ANYBODY,
    "GET mine/forget/": ANYBODY,
    "POST mine/forget/": "303 303 303 303 303 303 303 303 303 303",
    "GET mine/NUMBER/": "404 404 404 404 302 404 302 302 302 302",
    "GET mine/NUMBER/links/": STARTER_READS,
    "POST mine/NUMBER/links/ link=edit&action=replace": STARTER_WRITES,
    "GET mine/NUMBER/delete/": STARTER_READS,
    "POST mine/NUMBER/delete/": STARTER_WRITES,
    "POST mine/NUMBER/forget/": STARTER_WRITES,
}
WITH_COOKIE = {"starter", "expired", "replaced", "off", "deleted"}

# Makes one audit per cell of the table, with the state of its column, in the process that has the database.
MAKE = """
import json
from django.utils import timezone
from checklist.audits import lifecycle, links, lists, service, suggestions
from checklist.audits.models import Audit, Kept
from checklist.catalogue.models import Checklist
from checklist.scan.found import Task
from checklist.scan.scanned import ScannedTask
scanned = ScannedTask(Task("t", "tasks.py", 1, "shared_task"))
edition, now, made = Checklist.objects.get(slug="celery-tasks").current, timezone.now(), []
before = service.start(edition=edition, task="before")
stranger = lists.new_visitor()
for number in range({count}):
    for state in {columns}:
        audit = service.start(edition=edition, task="t")
        for note in ("a", "b"):
            service.answer(audit=audit, item="known-options-only", note=note)
        suggestions.store(audit=audit, scanned=scanned, source={{"tasks.py": "def t(): pass"}})
        visitor = lists.new_visitor()
        lists.keep(visitor=visitor, audit=audit, is_starter=True)
        Audit.objects.filter(pk=audit.pk).update(earlier=before)
        cell = {{"edit": audit.edit_token, "view": audit.view_token, "starter": visitor.token, "stranger": stranger.token}}
        cell["number"] = Kept.objects.get(audit=audit).pk
        if state == "expired":
            Audit.objects.filter(pk=audit.pk).update(edit_expires=now, view_expires=now)
        if state == "replaced":
            links.replace(audit=audit, link="edit"), links.replace(audit=audit, link="view")
        if state == "off":
            links.switch_view_link(audit=audit, on=False)
        if state == "deleted":
            lifecycle.delete(audit=audit)
        made.append(cell)
print("CELLS", json.dumps(made))
"""


@pytest.fixture(scope="module")
def cells(project: Project) -> list[dict[str, str]]:
    """An audit per cell."""
    code = MAKE.format(count=len(TABLE), columns=COLUMNS)
    output = project.manage("shell", "--no-imports", "-c", code)
    return json.loads(output.partition("CELLS")[2])


@pytest.fixture(scope="module")
def server(project: Project, cells: list[dict[str, str]]) -> Iterator[Server]:
    """The server on the project's database."""
    with project.serving() as running:
        yield running


def ask(server: Server, cell: dict[str, str], row: str, column: str) -> int:
    """Come to a URL in the way of the column; the status of the answer."""
    method, path, body = (*row.split(" "), "")[:3]
    in_state = column in {"expired", "replaced", "off", "deleted"}
    token = cell["view" if in_state and path.startswith("shared/") else "edit"]
    token = {"nobody": "n" * 32, "view": cell["view"]}.get(column, token)
    visitor = cell["starter"] if column in WITH_COOKIE else cell["stranger"] if column == "stranger" else ""
    cookies = "csrftoken=" + "c" * 32 + (f"; visitor={visitor}" if visitor else "")
    path = path.replace("TOKEN", token).replace("NUMBER", str(cell["number"]))
    return server.ask(method, f"/{path}", body, Cookie=cookies, X_CSRFToken="c" * 32).status


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.replace("/", "|"))
def test_each_url_answers_each_way_to_come_to_it(server: Server, cells: list[dict[str, str]], row: str) -> None:
    own = cells[list(TABLE).index(row) * len(COLUMNS) :]
    found = {column: ask(server, cell, row, column) for column, cell in zip(COLUMNS, own, strict=False)}
    assert found == dict(zip(COLUMNS, map(int, TABLE[row].split()), strict=True))


@pytest.mark.parametrize("row", [row for row in TABLE if row.startswith("POST mine/")])
def test_the_cookie_alone_changes_nothing(server: Server, cells: list[dict[str, str]], row: str) -> None:
    cell = cells[COLUMNS.index("starter")]
    method, path, body = (*row.split(" "), "")[:3]
    path = path.replace("NUMBER", str(cell["number"]))
    assert server.ask(method, f"/{path}", body, Cookie=f"visitor={cell['starter']}").status == 403


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every route but those of the admin, with its parameters as the table names them."""
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        elif not path.startswith("admin/"):
            yield from routes(pattern, path)


def test_the_table_has_every_url() -> None:
    names = {"<slug:slug>": "celery-tasks", "<slug:item>": "known-options-only", "<token:token>": "TOKEN"}
    names |= {"<int:number>": "NUMBER", "<int:revision>": "1"}
    found = {
        re.sub(r"<\w+:\w+>", lambda match: names.get(match.group(), match.group()), path)
        for path in routes(get_resolver())
    }
    rows = {re.sub(r"export\.\w+", "export.<str:extension>", row.split(" ")[1]) for row in TABLE}
    assert rows == found
