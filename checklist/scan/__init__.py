"""Finds Celery tasks in source code and says what the code answers of a checklist. Pure Python: no Django, and nothing that is read is run."""

from checklist.scan.finder import Found, find

__all__ = ["Found", "find"]
