"""The rules, one small function each, in modules named after the sections of the Celery checklist. Importing this registers all of them."""

from checklist.scan.rules import (
    arguments,
    chords,
    crashes,
    declaration,
    deployment,
    effects,
    queues,
    retries,
    schedules,
    timeouts,
    visibility,
    watching,
    workflows,
)
from checklist.scan.rules.registry import RULES, suggestions

__all__ = [
    "RULES",
    "arguments",
    "chords",
    "crashes",
    "declaration",
    "deployment",
    "effects",
    "queues",
    "retries",
    "schedules",
    "suggestions",
    "timeouts",
    "visibility",
    "watching",
    "workflows",
]
