"""Which build of the project runs: a name that changes whenever a page could look different. Part of every ETag."""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings


@cache
def build() -> str:
    """16 hexadecimal digits over the code, templates and static files, equal on every replica of one build."""
    digest = hashlib.sha256(settings.PUBLIC_URL.encode())
    for folder in ("checklist", "templates", "static"):
        for path in sorted((settings.BASE_DIR / folder).rglob("*.*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
