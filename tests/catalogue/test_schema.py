"""The JSON Schema says about single values what the reader says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from checklist.catalogue.schema import schema, schema_text

CONTENT = Path(__file__).parents[2] / "content"
VALIDATOR = Draft202012Validator(schema())

REFUSED_BY_BOTH = [
    ("title: Back off", "title: Back off\n        sevrity: x"),
    ("title: A small checklist", "titel: A small checklist"),
    ("        why: Load.\n", ""),
    ("slug: small\n", ""),
    ("    text: Does it run on a schedule?\n", ""),
    ("          - title: Tasks\n            url:", "          - url:"),
    ("title: Back off", "title: yes"),
    ("title: Back off", "title: [a]"),
    ("title: Back off", "title:"),
    ("title: Back off", 'title: " "'),
    ("title: Back off", "title: |\n          a\n          b"),
    ("title: Back off", "title: " + "x" * 201),
    ("why: Load.", "why: " + "x" * 4001),
    ('since: "3.10"', "since: 3.10"),
    ("severity: major", "severity: hgih"),
    ("scope: task", "scope: world"),
    ("slug: backoff", "slug: Back off"),
    ("slug: retries", "slug: " + "x" * 61),
    ("detect: max-retries", "detect: max_retries"),
    ("revision: 2", "revision: 0"),
    ("revision: 2", "revision: yes"),
    ("revision: 2", "revision: '2'"),
    ("revision: 2", "revision: 10000"),
    ("when: [scheduled]", "when: scheduled"),
    ("when: [scheduled]", "when: [scheduled, scheduled]"),
    ("bad: |\n          max_retries=None", "bad: [a]"),
    ("bad: |\n          max_retries=None", "bad: {language: python}"),
    ("          language: yaml\n", "          language: yaml\n          line: 1\n"),
    ("          language: yaml\n", "          language: [yaml]\n"),
    ("url: https://docs.celeryq.dev/", "url: javascript:alert(1)"),
    ("url: https://docs.celeryq.dev/", "url: ftp://example.org/"),
    ("  - slug: scheduled\n    text: Does it run on a schedule?\n", "  - scheduled\n" * 2),
    ("sections:\n", "sections: []\nmore:\n"),
]


def test_the_published_file_is_what_the_table_says():
    assert (CONTENT / "checklist.schema.json").read_text() == schema_text()


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema())


def test_a_valid_file_is_valid_in_both(small, read):
    assert read(small)[1] == []
    VALIDATOR.validate(yaml.safe_load(small))


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.yaml")), ids=lambda path: path.name)
def test_the_shipped_checklists_fit_the_schema(path):
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    ("old", "new"), REFUSED_BY_BOTH, ids=[row[1].strip()[:30] or f"no {row[0].strip()}" for row in REFUSED_BY_BOTH]
)
def test_a_misshapen_file_is_refused_by_both(small, read, old, new):
    spoiled = small.replace(old, new, 1)
    assert spoiled != small
    assert read(spoiled)[1] != []
    assert not VALIDATOR.is_valid(yaml.safe_load(spoiled))


def test_an_empty_section_is_refused_by_both(read):
    text = "slug: small\ntitle: T\nsections: [{slug: s, title: S, items: []}]\n"
    assert "is empty" in read(text)[1][0].message
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


def test_every_key_is_described():
    records = [schema(), *schema()["$defs"].values()]
    keys = [
        key for record in records for key in (record.get("properties") or record["anyOf"][1]["properties"]).values()
    ]
    assert len(keys) > 30
    assert all(key["description"].endswith(".") for key in keys)
