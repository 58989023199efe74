"""Scripts: several small files for whoever writes them, one for a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from markup import Markup
from pytest_django import Settings

from checklist.audits import moulds
from checklist.scripts import BUNDLES


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """The static files as they are collected, each by its name; pages that name others are forgotten before and afterwards."""
    settings.STORAGES = {"staticfiles": {"BACKEND": "checklist.staticfiles.MinifiedStorage"}}
    settings.STATIC_ROOT = tmp_path / "staticfiles"
    call_command("collectstatic", verbosity=0, interactive=False)
    manifest = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())
    moulds._page.cache_clear()
    yield {name: settings.STATIC_ROOT / hashed for name, hashed in manifest["paths"].items()}
    moulds._page.cache_clear()


def test_a_bundle_is_collected_as_one_file(collected: dict[str, Path]) -> None:
    assert not {part for parts in BUNDLES.values() for part in parts} & set(collected)
    text = collected["audit.js"].read_text()
    assert text.index("htmx") < text.index("window.outbox=") < text.index("window.changes=")
    assert "// The outbox" not in text


def test_collecting_again_changes_nothing(collected: dict[str, Path]) -> None:
    before = collected["audit.js"].read_bytes()
    call_command("collectstatic", verbosity=0, interactive=False)
    assert collected["audit.js"].read_bytes() == before


def test_a_page_names_the_one_file(collected: dict[str, Path], client: Client, edit_link: str) -> None:
    scripts = [found.attributes["src"] for found in Markup.of(client.get(edit_link)).all("script")]
    assert [Path(script).name for script in scripts] == [collected[name].name for name in ("page.js", "audit.js")]


def test_without_collected_files_a_page_names_each_in_order(client: Client, edit_link: str) -> None:
    scripts = [found.attributes["src"] for found in Markup.of(client.get(edit_link)).all("script")]
    assert scripts[1:] == [f"/static/{part}" for part in BUNDLES["audit.js"]]


def test_indentation_of_templates_is_not_sent(client: Client, edit_link: str) -> None:
    lines = client.get(edit_link).content.decode().splitlines()
    assert not [line for line in lines if line.startswith("  <")]
