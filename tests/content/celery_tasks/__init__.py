"""Proofs of `content/celery-tasks.yaml`, a module per section; `real_*` need a real worker."""
