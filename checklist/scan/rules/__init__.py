"""The rules, one small function each, in modules named after the sections of the Celery checklist. Importing this registers all of them."""

from checklist.scan.rules import (
    arguments,
    claims,
    crashes,
    declaration,
    decorators,
    delays,
    deployment,
    effects,
    final_failure,
    locks,
    publishing,
    retries,
    retry_calls,
    retry_windows,
    secret_names,
    watching,
    workflows,
)
from checklist.scan.rules.registry import RULES, suggestions

__all__ = [
    "RULES",
    "arguments",
    "claims",
    "crashes",
    "declaration",
    "decorators",
    "delays",
    "deployment",
    "effects",
    "final_failure",
    "locks",
    "publishing",
    "retries",
    "retry_calls",
    "retry_windows",
    "secret_names",
    "suggestions",
    "watching",
    "workflows",
]
