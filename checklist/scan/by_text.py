"""What a text leads to that names something as an import would: `shop.celeryconfig`, `shop.base:Task`."""

from __future__ import annotations

from checklist.scan.project import Project
from checklist.scan.source import Module
from checklist.scan.targets import Target, Whole


def named_by(text: str, near: Module, project: Project) -> list[Target]:
    """The module of that name, or the name in the module around it; empty when it is not among the files."""
    dotted = text.replace(":", ".")
    if module := project.module_named(dotted, near):
        return [Whole(module)]
    around, _, name = dotted.rpartition(".")
    module = project.module_named(around, near) if around else None
    return list(project.named(name, project.top(module))) if module else []
