"""Rules of the section `arguments` of the Celery checklist."""
