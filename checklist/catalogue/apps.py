"""The app that holds what there is to check."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Checklists and their editions."""

    name = "checklist.catalogue"
    verbose_name = "Catalogue"
