"""`manage.py scan PATH...`: what the source of Celery tasks suggests for their review, and with `--save` an audit for each task."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError
from django.urls import reverse

from checklist.audits import service, suggestions
from checklist.audits.models import TASK_LENGTH
from checklist.catalogue.models import Edition
from checklist.scan import commandline
from checklist.scan.commandline import UsageError
from checklist.scan.result import Result
from checklist.scan.scanned import ScannedTask


class Command(BaseCommand):
    """The same as `python -m checklist.scan`, which needs no Django; only `--save` writes to the database."""

    help = "Find Celery tasks in source code, and print what the code suggests for the items of their checklist."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of both commands, and `--save`."""
        commandline.add_arguments(parser)
        parser.add_argument("--save", action="store_true", help="start an audit for each task, and print its links")

    def handle(self, *args: Any, save: bool, **options: Any) -> None:
        """Scan and print. Exits with 1 when `--fail-on` asks for it, and with 2 for what cannot be carried out."""
        given = Namespace(**options)
        try:
            result = commandline.run(given)
            text = commandline.written(result, given)
        except UsageError as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(text, ending="")
        if save:
            is_for_people = given.format == "text" and not given.output
            self._save(result, self.stdout if is_for_people else self.stderr)
        if code := commandline.exit_code(result, given):
            raise SystemExit(code)

    def _save(self, result: Result, printed: OutputWrapper) -> None:
        """Start the audits. The links go where people read: below the text, or beside what a program reads on standard output."""
        try:
            edition = Edition.objects.filter(checklist__slug=result.guide.content.slug).latest("number")
            edition = edition.checklist.latest
        except (Edition.DoesNotExist, DatabaseError):
            slug = result.guide.content.slug
            raise CommandError(
                f"{slug} is not loaded here; `manage.py load_checklists` does that", returncode=2
            ) from None
        for scanned in result.tasks:
            audit = service.start(edition=edition, task=_name(scanned))
            suggestions.store(audit=audit, scanned=scanned)
            edit = settings.PUBLIC_URL + reverse("audit", args=[audit.edit_token])
            printed.write(f"{_name(scanned)}\n  edit: {edit}\n  view: {service.shared_url(audit)}")


def _name(scanned: ScannedTask) -> str:
    """Name and file of the task; the end of the path says more than its beginning."""
    name, path = scanned.task.name[:TASK_LENGTH], scanned.task.path
    room = TASK_LENGTH - len(name) - len(" ()")
    return f"{name} ({path[-room:]})" if room > 0 else name
