"""Links lead to http and https alone: as the link to a change, as a source of a checklist and in its texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
import yaml
from django.test import Client
from running import ROOT

from checklist.catalogue.richtext import markdown
from checklist.catalogue.spec import read_bytes

SMALL = ROOT / "tests" / "catalogue" / "small.yaml"
DANGEROUS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", " javascript:alert(1)",
    "javascript://example.org/%0aalert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)", "javascript\u200b:alert(1)", "data:text/html,<script>alert(1)</script>",
    "data:;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "file:///etc/passwd", "//evil.example/", "\\\\evil.example\\x", "/\\evil.example", "http:evil.example", "https:/evil.example",
    "blob:https://evil.example/1", "view-source:https://evil.example/", "filesystem:https://evil.example/x", "ftp://evil.example/", "feed:https://evil.example/", "mailto:a@evil.example",
    "intent://evil.example/#Intent;end", "ms-word:ofe|u|https://evil.example/", "about:blank", "ws://evil.example/", "jar:https://evil.example!/", "http\u2236//evil.example/", "https\\://evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("address", DANGEROUS)
def test_no_form_takes_a_dangerous_address(
    client: Client, edit_link: str, state: Callable[[], list[object]], address: str
) -> None:
    before = state()
    for path in ("/checklists/celery-tasks/audits/", edit_link, f"{edit_link}again/"):
        assert client.post(path, {"task": "t", "url": address}).status_code == 422
    assert state() == before


def test_the_forms_take_an_ordinary_address(client: Client, edit_link: str) -> None:
    for path in ("/checklists/celery-tasks/audits/", edit_link, f"{edit_link}again/"):
        assert client.post(path, {"task": "t", "url": "https://example.org/"}).status_code == 303


@pytest.mark.parametrize("address", [*DANGEROUS, "https://example.org/"])
def test_no_checklist_takes_a_dangerous_address(address: str) -> None:
    content = yaml.safe_load(SMALL.read_text())
    content["sections"][0]["items"][0]["sources"] = [{"title": "x", "url": address}]
    found, problems = read_bytes(yaml.safe_dump(content).encode(), Path(SMALL.name))
    assert (found is None, bool(problems)) == ((False, False) if address == "https://example.org/" else (True, True))


@pytest.mark.parametrize(
    "form", ["[x]({})", "[x](<{}>)", "<{}>", "[x][y]\n\n[y]: {}", "[x][y]\n\n[y]: <{}>", "![x]({})"]
)
@pytest.mark.parametrize("address", DANGEROUS)
def test_no_text_of_a_checklist_becomes_a_dangerous_link(address: str, form: str) -> None:
    html = markdown(form.format(address))
    hrefs = [unescape(href) for href in re.findall(r'href="([^"]*)"', html)]
    assert not [href for href in hrefs if not re.match(r"https?:|#", href)]
    assert not re.search(r"<(?!/?(?:p|a|code|em|strong|br)\b)", html)
