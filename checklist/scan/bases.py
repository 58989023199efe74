"""The classes of a project that a task is made of: its own, `base=`, the one that the app makes its tasks of, and theirs."""

from __future__ import annotations

import ast

from checklist.scan.maker import Maker
from checklist.scan.project import Project
from checklist.scan.settings import Settings
from checklist.scan.targets import Defined, Target


def base_classes(project: Project, settings: Settings, defined: Defined, maker: Maker) -> list[Defined]:
    """Those that are among the files, the nearest first. What the app makes its tasks of counts where no `base=` stands."""
    roots: list[Target] = [defined] if isinstance(defined.node, ast.ClassDef) else []
    given = [
        (keyword.value, layer.scope) for layer in maker.layers for keyword in layer.keywords if keyword.arg == "base"
    ]
    for node, scope in given:
        roots += project.resolve(node, scope)
    if not given and not roots:
        roots = [target for _, targets in settings.apps.task_classes for target in targets]
    return [
        cls for root in roots if isinstance(root, Defined) for cls in project.lineage(root) if isinstance(cls, Defined)
    ]
