"""`manage.py load_checklists`: make the YAML files the current editions."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from checklist.catalogue import loader
from checklist.catalogue.content import ChecklistContent
from checklist.catalogue.spec import read_directories, unknown_rules
from checklist.scan.rules import RULES  # only this command: what is loaded does not depend on it


class Command(BaseCommand):
    """Reads `content/` and `CONTENT_DIRS`; when one file is refused nothing is written."""

    help = "Validate every checklist in content/ and CONTENT_DIRS, then make them the current editions."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option: `--check`."""
        parser.add_argument("--check", action="store_true", help="validate only; write nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Load, or with `check` only validate. Exits with 1 and a line per problem when a file is refused."""
        contents = self._read()
        self._warn_of_unknown_rules(contents)
        if check:
            self.stdout.write("\n".join(f"{content.slug}: valid" for content in contents))
            return
        for loaded in self._load(contents):
            self.stdout.write(str(loaded))
            for warning in loaded.warnings:
                self.stderr.write(f"warning: {warning}")

    def _warn_of_unknown_rules(self, contents: list[ChecklistContent]) -> None:
        for content in contents:
            paths = (Path(folder, f"{content.slug}.yaml") for folder in settings.CONTENT_DIRS)
            for path in filter(Path.exists, paths):
                for problem in unknown_rules(path, content, RULES.keys()):
                    self.stderr.write(f"warning: {problem}")

    def _load(self, contents: list[ChecklistContent]) -> list[loader.Loaded]:
        try:
            return loader.load(contents)
        except DatabaseError as error:
            raise CommandError(f"the database refused: {error}; nothing was loaded (is it migrated?)") from error

    def _read(self) -> list[ChecklistContent]:
        contents, problems = read_directories(settings.CONTENT_DIRS)
        for problem in problems:
            self.stderr.write(str(problem))
        if problems:
            raise CommandError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was loaded")
        return contents
