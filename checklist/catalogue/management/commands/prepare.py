"""`manage.py prepare`: everything that must be true before the server starts, in one process."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Migrates, loads the checklists and collects static files; says little when there is nothing new."""

    help = "Migrate, load the checklists and collect static files."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the three commands in order."""
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_checklists", stdout=self.stdout, stderr=self.stderr)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
