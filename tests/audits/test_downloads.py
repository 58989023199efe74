"""The exports over HTTP; their text is tested in `tests/exports`."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from posting import answer
from pytest_django import Settings
from sample_content import ITEMS

from checklist.audits import service
from checklist.audits.models import Audit

TYPES = {
    "md": "text/markdown; charset=utf-8",
    "gitlab.md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
}
EXPORTS = [(link, extension) for link in ("edit_link", "view_link") for extension in TYPES]


@pytest.mark.parametrize(("link", "extension"), EXPORTS)
def test_an_export_says_what_it_is(client: Client, link: str, extension: str, request: pytest.FixtureRequest) -> None:
    response = client.get(f"{request.getfixturevalue(link)}export.{extension}")
    assert (response.status_code, response["Content-Type"]) == (200, TYPES[extension])


@pytest.mark.parametrize(
    "extension", ["pdf", "MD", "html", "md.exe", "jso", "%00", "md%0A", "py", "yaml", "github", "gitlab", "text"]
)
@pytest.mark.parametrize("link", ["edit_link", "view_link"])
def test_an_unknown_format_is_404(client: Client, link: str, extension: str, request: pytest.FixtureRequest) -> None:
    assert client.get(f"{request.getfixturevalue(link)}export.{extension}").status_code == 404


@pytest.mark.parametrize("extension", TYPES)
def test_both_links_export_the_same_bytes(client: Client, edit_link: str, view_link: str, extension: str) -> None:
    assert client.get(f"{edit_link}export.{extension}").content == client.get(f"{view_link}export.{extension}").content


def test_the_markdown_export_is_not_escaped_for_html(client: Client, edit_link: str) -> None:
    answer(client, edit_link, verdict="fail", note="don't retry")
    assert "don't retry" in client.get(f"{edit_link}export.md").content.decode()


@pytest.fixture
def exported(client: Client, audit: Audit, edit_link: str, view_link: str) -> dict[str, object]:
    """The JSON export after one answer."""
    answer(client, edit_link, "max-retries-set", verdict="fail", note="no cap")
    audit.refresh_from_db()
    return json.loads(client.get(f"{view_link}export.json").content)


def test_the_json_export_has_the_keys_of_schema_1(exported: dict[str, object]) -> None:
    keys = {"schema", "task", "url", "outcome", "checklist", "updated", "shared", "counts", "questions", "answers"}
    assert (set(exported), exported["schema"]) == (keys, 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task", "billing.tasks.charge"),
        ("url", "https://example.org/pull/1"),
        ("outcome", "request-changes"),
        ("checklist", {"slug": "celery-tasks", "edition": 1, "verified_with": "Celery 5.7.0"}),
        ("counts", {"pass": 0, "fail": 1, "na": 0, "open": 4}),
    ],
)
def test_the_json_export_gives_each_value(exported: dict[str, object], key: str, value: object) -> None:
    assert exported[key] == value


def test_the_json_export_says_when_in_utc(exported: dict[str, object], audit: Audit) -> None:
    assert exported["updated"] == audit.updated.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_json_export_links_the_shared_page(exported: dict[str, object], view_link: str, settings: Settings) -> None:
    assert exported["shared"] == settings.PUBLIC_URL + view_link


def test_the_json_export_has_every_item_in_order(exported: dict[str, list[dict[str, str]]]) -> None:
    assert [entry["item"] for entry in exported["answers"]] == ITEMS


def test_the_json_export_gives_each_answer_whole(exported: dict[str, list[dict[str, str]]]) -> None:
    assert exported["answers"][0] == {
        "section": "retries", "item": "max-retries-set", "title": "Cap the number of retries with `max_retries`",
        "severity": "critical", "scope": "task", "verdict": "fail", "note": "no cap",
    }  # fmt: skip


def test_an_audit_without_a_url_exports_null(client: Client, audit: Audit, view_link: str) -> None:
    service.correct(audit=audit, url="")
    assert json.loads(client.get(f"{view_link}export.json").content)["url"] is None
