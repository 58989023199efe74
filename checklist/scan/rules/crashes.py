"""Rules of the section `crashes` of the Celery checklist."""
