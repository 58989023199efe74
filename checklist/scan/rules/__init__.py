"""The rules, one small function each, in modules named after the sections of the Celery checklist or after what they look at.

Importing this registers all of them. What several rules look at, and how they write, is in `parts`.
"""

from checklist.scan.rules import (  # noqa: F401 - to import them is to register them
    arguments,
    chords,
    claims,
    crashes,
    declaration,
    decorators,
    delays,
    deployment,
    effects,
    expiry,
    final_failure,
    locks,
    publishing,
    queues,
    retries,
    retry_calls,
    retry_windows,
    schedules,
    secret_names,
    timeouts,
    visibility,
    watching,
    workflows,
)
from checklist.scan.rules.registry import RULES, known, needs, suggestions

__all__ = ["RULES", "known", "needs", "suggestions"]
