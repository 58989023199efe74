"""What a project declares beside Celery: options of its own base classes and wrappers."""

from __future__ import annotations

import ast

from checklist.scan.bases import base_classes
from checklist.scan.maker import Maker
from checklist.scan.project import Project
from checklist.scan.settings import Settings
from checklist.scan.targets import Defined
from checklist.scan.walking import expressions


def declared_by_project(project: Project, settings: Settings, defined: Defined, maker: Maker) -> set[str]:
    """Names that a base class or a wrapper of the project declares or reads: as options they are not strangers."""
    names: set[str] = set()
    for wrapper in maker.wrappers:
        names |= _texts(wrapper) | set(wrapper.inside.names)
    for cls in base_classes(project, settings, defined, maker):
        if cls is not defined:
            names |= _texts(cls) | set(cls.inside.names)
            names |= {node.attr for node, _ in expressions(cls.inside) if isinstance(node, ast.Attribute)}
    return names


def _texts(defined: Defined) -> set[str]:
    """Every text in a definition: `kwargs.pop("silo")` reads an option of that name."""
    nodes = (node for node, _ in expressions(defined.inside))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
