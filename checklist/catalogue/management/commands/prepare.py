"""`manage.py prepare`: everything that must be true before the server starts, in one process."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from checklist.alone import alone
from checklist.scripts import BUNDLES


class Command(BaseCommand):
    """Migrates, loads the checklists, an example when there is no audit yet, and collects static files; says little of what is not new.

    Replicas may start it at once: the others wait for the first, and find everything done.
    """

    help = "Migrate, load the checklists and collect static files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option: `--static-only`."""
        parser.add_argument("--static-only", action="store_true", help="only collect static files; ask no database")

    def handle(self, *args: Any, static_only: bool, **options: Any) -> None:
        """Run the commands in order. Exits with 1 and one line when the database cannot be reached."""
        if static_only:
            collect_static_files()
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(alone())
            except OperationalError as error:
                raise CommandError(f"the database does not answer: {' '.join(str(error).split())}") from error
            self._prepare()

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_checklists", stdout=self.stdout, stderr=self.stderr)
        call_command("load_example", if_empty=True, stdout=self.stdout, stderr=self.stderr)
        if not settings.DEBUG:
            collect_static_files()


def collect_static_files() -> None:
    """Collect and compress static files, which takes seconds, unless the last collection was of the same files."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = _state_of_static_files()
    if manifest.exists() and stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(state)


def _state_of_static_files() -> str:
    """A digest over the content of every static file, and how they are stored."""
    digest = hashlib.sha256(f"{settings.STORAGES['staticfiles']['BACKEND']} {BUNDLES}".encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(path.encode() + Path(storage.path(path)).read_bytes())
    return digest.hexdigest()
