"""The table of keys as a JSON Schema (draft 2020-12), with which editors complete and check a checklist.

`python -m checklist.catalogue.schema` prints it; `content/checklist.schema.json` is that output. It knows single
values: what must hold between values (names that exist, the share of critical items, links) is left to `rules.py`.
Knows no Django.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from checklist.catalogue.fields import (
    CHECKLIST,
    EXAMPLE,
    ITEM,
    QUESTION,
    SECTION,
    SLUG_LENGTH,
    SLUG_PATTERN,
    SOURCE,
    URL_LENGTH,
    Choice,
    Field,
    Kind,
    Listing,
    Record,
    Slug,
    Text,
    Url,
    Whole,
)

DEFINED = (SECTION, ITEM, QUESTION, SOURCE, EXAMPLE)


def schema() -> dict[str, Any]:
    """The whole schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A checklist of Walkaround",
        **_record(CHECKLIST),
        "$defs": {record.name: _record(record) for record in DEFINED},
    }


def schema_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _record(record: Record) -> dict[str, Any]:
    mapping = {
        "type": "object",
        "properties": {field.name: _field(field) for field in record.fields},
        "required": [field.name for field in record.fields if field.required],
        "additionalProperties": False,
    }
    if not record.shorthand:
        return mapping
    text = next(field.kind for field in record.fields if field.name == record.shorthand)
    return {"anyOf": [_kind(text), mapping]}


def _field(field: Field) -> dict[str, Any]:
    return {"description": field.about, **_kind(field.kind)}


def _kind(kind: Kind) -> dict[str, Any]:
    match kind:
        case Record(name):
            return {"$ref": f"#/$defs/{name}"}
        case Listing(of, most, least):
            unique = {} if isinstance(of, Record) else {"uniqueItems": True}
            return {"type": "array", "items": _kind(of), "minItems": least, "maxItems": most, **unique}
        case Whole(most):
            return {"type": "integer", "minimum": 1, "maximum": most}
        case Choice(_, allowed):
            return {"enum": list(allowed)}
    return {"type": "string", **_form(kind)}


def _form(kind: Kind) -> dict[str, Any]:
    match kind:
        case Slug():
            return {"pattern": f"^{SLUG_PATTERN}$", "maxLength": SLUG_LENGTH}
        case Url():
            return {"pattern": r"^https?://\S+$", "maxLength": URL_LENGTH}
        case Text(limit, lines):
            return {"pattern": r"\S" if lines else r"^[^\n]*\S[^\n]*\s*$", "maxLength": limit}
    return {"pattern": r"^\S+$"}


if __name__ == "__main__":
    sys.stdout.write(schema_text())
