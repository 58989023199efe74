"""Rules of the section `watching` of the Celery checklist."""
