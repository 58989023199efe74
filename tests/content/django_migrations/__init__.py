"""Proofs of `django-migrations.yaml`: the examples run on a real PostgreSQL through Django's own migration executor."""
