"""Rules of the section `deployment` of the Celery checklist."""
