"""What a project declares beside Celery: options of its own base classes and wrappers."""

from __future__ import annotations

import ast

from checklist.scan.maker import Maker
from checklist.scan.project import Project
from checklist.scan.targets import Defined
from checklist.scan.walking import expressions


def declared_by_project(project: Project, defined: Defined, maker: Maker) -> set[str]:
    """Names that a base class or a wrapper of the project declares or reads: as options they are not strangers."""
    names: set[str] = set()
    if maker.wrapper:
        for node, _ in expressions(maker.wrapper.inside):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
        names |= set(maker.wrapper.inside.names)
    bases = [defined] if isinstance(defined.node, ast.ClassDef) else []
    for layer in maker.layers:
        for keyword in layer.keywords:
            if keyword.arg == "base":
                bases += [
                    target for target in project.resolve(keyword.value, layer.scope) if isinstance(target, Defined)
                ]
    for base in bases:
        for cls in project.lineage(base):
            if isinstance(cls, Defined) and cls is not defined:
                names |= set(cls.inside.names)
                names |= {node.attr for node, _ in expressions(cls.inside) if isinstance(node, ast.Attribute)}
                names |= {
                    node.value
                    for node, _ in expressions(cls.inside)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                }
    return names
