"""The examples of a checklist's items as small projects to scan.

An example stands in a file of its own after a fixed preface; beside it are the app, so that settings count as seen, and a stub task
for each name that it sends but does not define.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from asking import APP

from checklist.catalogue import spec
from checklist.catalogue.content import ItemContent
from checklist.scan.finder import Declaration, Found, find
from checklist.scan.found import Finding, Kind, Suggested
from checklist.scan.rules import RULES
from checklist.scan.subject import Subject
from checklist.scan.uses import SENDING, SIGNATURES

CONTENT = Path(__file__).parents[3] / "content" / "celery-tasks.yaml"
EXAMPLE = "shop/example.py"
PREFACE = """\
import requests
from django.core.mail import send_mail
from django.db import transaction

from shop.celery import app
from shop.connections import redis_client
from shop.models import Order, User
"""
WORST = [Suggested.FAIL, None, Suggested.NA, Suggested.PASS]


@dataclass(frozen=True)
class Case:
    """One example: the `item` it belongs to, its `side` (`bad` or `good`) and its `code`."""

    item: ItemContent
    side: str
    code: str

    def __str__(self) -> str:
        return f"{self.item.slug}-{self.side}"


def cases() -> list[Case]:
    """Both Python examples of each item whose rule is registered."""
    checklist, problems = spec.read_file(CONTENT)
    assert checklist, problems
    items = [item for section in checklist.sections for item in section.items if item.detect in RULES]
    pairs = [(item, side, getattr(item.texts, side)) for item in items for side in ("bad", "good")]
    return [Case(item, side, example.code) for item, side, example in pairs if example and example.language == "python"]


def files(code: str) -> dict[str, str]:
    """The example as a project: path and text of each file."""
    stubs = stubs_for(code)
    imported = f"from shop.stubs import {', '.join(stubs)}\n" if stubs else ""
    written = "".join(f"\n\n@app.task({naming})\ndef {name}(*args):\n    pass\n" for name, naming in stubs.items())
    return {
        "shop/__init__.py": "",
        "shop/celery.py": APP,
        "shop/stubs.py": f"from shop.celery import app\n{written}",
        EXAMPLE: f"{PREFACE}{imported}\n{code}",
    }


def stubs_for(code: str) -> dict[str, str]:
    """Names of the tasks that an example sends, schedules or imports but does not define, each with the arguments of its decorator."""
    nodes = list(ast.walk(ast.parse(code)))
    bound = {each.name for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    sent = [
        each.value.id
        for each in nodes
        if isinstance(each, ast.Attribute)
        and each.attr in SENDING | SIGNATURES
        and isinstance(each.value, ast.Name)
        and each.value.id not in bound
    ]
    scheduled = re.findall(r'"task": "([\w.]+)"', code)
    stubs = dict.fromkeys(sent, "") | {name.rpartition(".")[2]: f'name="{name}"' for name in scheduled}
    return {name: naming for name, naming in stubs.items() if name not in bound} or _only_stub(nodes)


def _only_stub(nodes: list[ast.AST]) -> dict[str, str]:
    decorated = [
        each for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.decorator_list
    ]
    return {} if decorated else {"stub": ""}


def asked_of(found: Found) -> list[Declaration]:
    """The tasks of the example itself, or else the stubs that it uses."""
    own = [each for each in found.declarations if each.task.path == EXAMPLE]
    return own or list(found.declarations)


def answer(case: Case) -> Finding:
    """The worst of what the item's rule says about each task of the example."""
    found = find(files(case.code))
    assert not found.unread, found.unread
    findings = [RULES[case.item.detect].decide(Subject(each, found)) for each in asked_of(found)]
    return min(findings, key=lambda finding: (WORST.index(finding.suggests), finding.kind is Kind.FOUND))
