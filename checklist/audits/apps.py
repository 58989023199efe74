"""The app that holds what reviewers found."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Audits and their answers."""

    name = "checklist.audits"
    verbose_name = "Audits"
