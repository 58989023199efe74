"""Rules of the section `effects` of the Celery checklist."""
