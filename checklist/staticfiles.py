"""How static files are stored when they are collected: scripts joined, small, under names that change with their content, compressed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

from checklist.scripts import BUNDLES

MINIFIERS: dict[str, Callable[[str], str]] = {".css": cssmin, ".js": jsmin}


class MinifiedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage; from our own scripts and our stylesheet it leaves out comments and indentation.

    The source files of a bundle lie in folders, and are stored as one file beside the folders. What packages bring lies in folders,
    too, and stays as it is.
    """

    joins_scripts = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the bundles, then name and compress everything but what they are made of."""
        if not dry_run:
            joined = {bundle: b"\n".join(map(self._content, parts)) for bundle, parts in BUNDLES.items()}
            for part in {part for parts in BUNDLES.values() for part in parts}:
                Path(self.path(part)).unlink()
                del paths[part]
            for bundle, content in joined.items():
                Path(self.path(bundle)).write_bytes(content)
                paths[bundle] = (self, bundle)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _content(self, name: str) -> bytes:
        return Path(self.path(name)).read_bytes()

    def _save(self, name: str, content: File[Any]) -> str:
        minify = next((minify for suffix, minify in MINIFIERS.items() if name.endswith(suffix)), None)
        if minify and "/" not in name:
            content.seek(0)  # Who names the file by its content has read it.
            content = ContentFile(minify(content.read().decode()).encode())
        return str(super()._save(name, content))
