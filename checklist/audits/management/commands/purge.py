"""`manage.py purge`: remove what is past restoring, and on request what was never used."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from checklist.audits import lifecycle


def days(text: str) -> int:
    """A number of days from the command line. Raises `ArgumentTypeError` for anything but a whole number from 1."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 36_500):
        raise ArgumentTypeError("a whole number of days, from 1 to 36500")
    return int(text)


class Command(BaseCommand):
    """Deletes for good; meant to run once a day."""

    help = "Remove audits that were deleted more than 30 days ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option: `--unused-for`."""
        parser.add_argument(
            "--unused-for", type=days, metavar="DAYS", help="also remove audits that nobody answered for so long"
        )

    def handle(self, *args: Any, unused_for: int | None, **options: Any) -> None:
        """Remove, and say how many."""
        period = timedelta(days=unused_for) if unused_for else None
        gone, unused = lifecycle.purge(now=timezone.now(), unused_for=period)
        self.stdout.write(f"{gone} deleted audits removed for good")
        if period:
            self.stdout.write(f"{unused} unused audits removed for good")
