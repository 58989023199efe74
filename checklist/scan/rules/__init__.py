"""The rules, one small function each, in modules named after the sections of the Celery checklist. Importing this registers all of them."""

from checklist.scan.rules import arguments, crashes, declaration, deployment, effects, retries, watching, workflows
from checklist.scan.rules.registry import RULES, suggestions

__all__ = [
    "RULES",
    "arguments",
    "crashes",
    "declaration",
    "deployment",
    "effects",
    "retries",
    "suggestions",
    "watching",
    "workflows",
]
