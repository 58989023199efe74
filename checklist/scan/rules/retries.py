"""Rules of the section `retries` of the Celery checklist."""
