"""Rules of the section `workflows` of the Celery checklist."""
