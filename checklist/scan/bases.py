"""The classes of a project that a task is made of: its own, `base=`, the one that the app makes its tasks of, and theirs."""

from __future__ import annotations

import ast

from checklist.scan.maker import Maker
from checklist.scan.project import Project
from checklist.scan.settings import Settings
from checklist.scan.targets import Defined, Target
from checklist.scan.task_classes import UnknownAppError, class_of_app


def base_classes(project: Project, settings: Settings, defined: Defined, maker: Maker) -> list[Defined]:
    """Those that are among the files, the nearest first. What the app makes its tasks of counts where no `base=` stands."""
    roots: list[Target] = [defined] if isinstance(defined.node, ast.ClassDef) else []
    given = [
        (keyword.value, layer.scope) for layer in maker.layers for keyword in layer.keywords if keyword.arg == "base"
    ]
    for node, scope in given:
        roots += project.resolve(node, scope)
    if not given and not roots:
        roots = _of_app(settings, maker)
    return [
        cls for root in roots if isinstance(root, Defined) for cls in project.lineage(root) if isinstance(cls, Defined)
    ]


def _of_app(settings: Settings, maker: Maker) -> list[Target]:
    try:
        found = class_of_app(settings.apps, maker.app)
    except UnknownAppError:
        return []
    return found.targets if found else []
