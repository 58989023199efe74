"""A real server as it is deployed: several processes and threads, https behind a proxy, static files, health."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.test import Client
from running import Project, Server

START = "/checklists/celery-tasks/audits/"


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Server]:
    """A server on plain http."""
    with project.serving() as running:
        yield running


@pytest.fixture(scope="module")
def behind_proxy(project: Project) -> Iterator[Server]:
    """A server whose visitors come over https through a proxy on this machine."""
    with project.serving(PUBLIC_URL="https://walk.example", TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


def start(server: Server) -> str:
    """The path of a new audit."""
    return str(server.ask("POST", START, "task=t").headers["Location"])


def test_the_server_says_where_it_listens_and_nothing_else(project: Project) -> None:
    with project.serving() as running:
        start(running)
    assert running.output.read_text() == f"http://127.0.0.1:{running.port}\n"


def test_preparing_again_changes_nothing(project: Project) -> None:
    project.manage("prepare")
    lines = project.manage("prepare").splitlines()
    assert "celery-tasks: edition 1, unchanged" in lines
    assert not [line for line in lines if not line.endswith(", unchanged")]


def test_answers_that_arrive_at_once_are_all_kept(server: Server) -> None:
    path = start(server)
    items = re.findall(r'action="items/([^/"]+)/"', server.ask("GET", path).text)
    with ThreadPoolExecutor(12) as pool:
        statuses = set(pool.map(lambda item: server.ask("POST", f"{path}items/{item}/", "verdict=pass").status, items))
    assert statuses == {303}
    assert f"{len(items)} of {len(items)}" in server.ask("GET", path).text


def test_answers_to_one_item_that_arrive_at_once_make_one_answer(server: Server, project: Project) -> None:
    path, before = start(server), project.count("audits.Answer")
    posts = ["verdict=pass", "verdict=fail", "note=one", "note=two"] * 6
    with ThreadPoolExecutor(12) as pool:
        statuses = set(
            pool.map(lambda body: server.ask("POST", f"{path}items/known-options-only/", body).status, posts)
        )
    assert statuses == {303}
    assert project.count("audits.Answer") == before + 1


def test_a_static_file_may_be_kept_for_ever(server: Server) -> None:
    path = re.search(r'href="(/static/walkaround\.[0-9a-f]{12}\.css)"', server.ask("GET", "/").text)
    assert path
    assert "immutable" in server.ask("GET", path[1]).headers["Cache-Control"]


def test_every_script_of_the_audit_is_there(server: Server) -> None:
    scripts = re.findall('src="([^"]+)"', server.ask("GET", start(server)).text)
    assert {server.ask("GET", script).status for script in scripts} == {200}
    assert {re.sub(r"\..*", "", script) for script in scripts} == {"/static/page", "/static/audit"}


def test_a_page_over_http_leads_to_https(behind_proxy: Server) -> None:
    response = behind_proxy.ask("GET", "/?a=b", Host="walk.example")
    assert (response.status, response.headers["Location"]) == (301, "https://walk.example/?a=b")


def test_a_page_over_https_says_to_stay_there(behind_proxy: Server) -> None:
    response = behind_proxy.ask("GET", "/", Host="walk.example", X_Forwarded_Proto="https")
    assert (response.status, response.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")


def test_health_can_be_asked_over_http(behind_proxy: Server) -> None:
    assert behind_proxy.ask("GET", "/healthz").status == 200


def test_a_browser_behind_the_proxy_can_start_an_audit(behind_proxy: Server) -> None:
    headers = {"Host": "walk.example", "Origin": "https://walk.example", "X_Forwarded_Proto": "https"}
    assert behind_proxy.ask("POST", START, "task=t", **headers).status == 303


def test_without_trusted_proxies_nobody_can_claim_https(project: Project) -> None:
    with project.serving(PUBLIC_URL="https://walk.example") as running:
        assert running.ask("GET", "/", Host="walk.example", X_Forwarded_Proto="https").status == 301


def test_a_taken_port_is_one_line(project: Project, server: Server) -> None:
    command = [sys.executable, "-m", "gunicorn", "checklist.wsgi:application"]
    environment = project.environment | {"PORT": str(server.port)}
    result = subprocess.run(
        command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode != 0
    assert result.stderr.splitlines()[0].startswith(f"walkaround: cannot listen on 127.0.0.1:{server.port}:")


@pytest.mark.django_db
def test_health_is_200_when_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_health_is_503_when_the_database_does_not_answer(client: Client) -> None:
    with patch.object(connection, "cursor", side_effect=DatabaseError("gone")):
        assert client.get("/healthz").status_code == 503


def test_every_change_of_a_model_has_its_migration(project: Project) -> None:
    assert "No changes detected" in project.manage("makemigrations", "--check", "--dry-run")


@pytest.mark.django_db
def test_health_is_503_when_the_connection_is_closed(client: Client) -> None:
    with patch.object(connection, "cursor", side_effect=InterfaceError("gone")):
        assert client.get("/healthz").status_code == 503
