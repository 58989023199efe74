"""`manage.py scan PATH...`: what the source of Celery tasks suggests for their review, and with `--save` an audit for each task."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError
from django.urls import reverse

from checklist.audits import service
from checklist.audits.code_form import title
from checklist.audits.starting import Start, start_scanned
from checklist.catalogue.models import Checklist, Edition
from checklist.scan import commandline
from checklist.scan.commandline import UsageError
from checklist.scan.result import Result


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
            result = commandline.run(given, settings.CONTENT_DIRS)
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
            edition = _edition(result.guide.content.slug)
            for scanned in result.tasks:
                audit = start_scanned(edition=edition, start=Start(scanned, title(scanned)))
                edit = settings.PUBLIC_URL + reverse("audit", args=[audit.edit_token])
                printed.write(f"{audit.task}\n  edit: {edit}\n  view: {service.shared_url(audit)}")
        except DatabaseError as error:
            why = " ".join(str(error).split())
            raise CommandError(
                f"the database does not answer: {why}; is it there, and migrated?", returncode=2
            ) from None


def _edition(slug: str) -> Edition:
    checklist = Checklist.objects.filter(slug=slug).first()
    if checklist is None:
        raise CommandError(f"{slug} is not loaded here; `manage.py load_checklists` does that", returncode=2)
    return checklist.latest
