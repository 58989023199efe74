"""How static files are stored when they are collected: small, under names that change with their content, compressed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile, File
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

MINIFIERS: dict[str, Callable[[str], str]] = {".css": cssmin, ".js": jsmin}


class MinifiedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage; from our own scripts and our stylesheet it leaves out comments and indentation.

    What packages bring lies in folders and stays as it is.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        minify = next((minify for suffix, minify in MINIFIERS.items() if name.endswith(suffix)), None)
        if minify and "/" not in name:
            content.seek(0)  # Who names the file by its content has read it.
            content = ContentFile(minify(content.read().decode()).encode())
        return str(super()._save(name, content))
