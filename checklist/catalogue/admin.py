"""The catalogue for staff: to read, since content is changed in its files alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from checklist.catalogue.models import Checklist, Edition


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at: nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Checklist)
class ChecklistAdmin(ReadOnlyAdmin):
    """Every checklist, the retired ones too."""

    list_display = ["slug", "current", "is_retired"]
    list_select_related = ["current__checklist"]
    search_fields = ["slug"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """Every edition that was ever loaded."""

    list_display = ["title", "checklist", "number", "published"]
    list_filter = ["checklist"]
    search_fields = ["title", "checklist__slug"]
