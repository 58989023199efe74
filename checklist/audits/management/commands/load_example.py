"""`manage.py load_example`: make the finished audits that the home page links to."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from checklist.audits import example
from checklist.audits.models import Audit
from checklist.audits.service import shared_url
from checklist.catalogue.models import Checklist


class Command(BaseCommand):
    """Reads `content/examples/` and starts an audit for each file."""

    help = "Make a finished example audit from each file in content/examples/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option: `--if-empty`."""
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is any audit already")

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        """Load, and print each view link. Exits with 1 when a file does not fit its checklist."""
        if if_empty and Audit.objects.exists():
            return
        for path in sorted((settings.BASE_DIR / "content" / "examples").glob("*.yaml")):
            try:
                self.stdout.write(f"example: {shared_url(example.load(example.read(path)))}")
            except (Checklist.DoesNotExist, ValueError) as error:
                raise CommandError(f"content/examples/{path.name}: {error}") from error
