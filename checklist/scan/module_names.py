"""Which file of a scan a module is, by its dotted name, wherever its package begins."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping

from checklist.scan.frameworks import OTHERS
from checklist.scan.source import Module

# Packages whose modules are never a file that stands alone beside the importing one.
_FOREIGN = (
    sys.stdlib_module_names
    | OTHERS
    | {
        *(
            "celery",
            "kombu",
            "billiard",
            "django",
            "rest_framework",
            "flask",
            "fastapi",
            "pydantic",
            "sqlalchemy",
            "redis",
        ),
        *("requests", "httpx", "urllib3", "boto3", "botocore", "sentry_sdk", "pytest", "numpy", "pandas"),
    }
)


class ModuleNames:
    """The modules of a scan by their names. `modules` are all of them by path."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._by_last: dict[str, list[Module]] = defaultdict(list)
        for module in modules.values():
            self._by_last[module.parts[-1] if module.parts else ""].append(module)

    def ending(self, parts: tuple[str, ...]) -> list[Module]:
        """The modules whose full names end with these parts."""
        return [module for module in self._by_last.get(parts[-1], ()) if module.parts[-len(parts) :] == parts]

    def named(self, dotted: str, near: Module) -> Module | None:
        """The module of that name: the one whose path ends so, and that shares most of its path with `near`.

        Where files came without their folders, `shop.base` is `base.py` beside `near`.
        """
        parts = tuple(dotted.split("."))
        candidates = [module for module in self.ending(parts) if not self._is_inside_package(module, len(parts))]
        nearest = max(candidates, key=lambda module: (_shared(module, near), -len(module.parts)), default=None)
        return nearest or self._without_folders(parts, near)

    def _without_folders(self, parts: tuple[str, ...], near: Module) -> Module | None:
        beside = self._modules.get(f"{parts[-1]}.py")
        is_possible = "/" not in near.path and len(parts) > 1 and parts[0] not in _FOREIGN
        return beside if is_possible and beside is not near else None

    def _is_inside_package(self, module: Module, length: int) -> bool:
        """Whether the folder above the last `length` parts is a package: then its full name is longer, and `import requests` is not `shop/requests.py`."""
        return "/".join((*module.parts[:-length], "__init__.py")) in self._modules and len(module.parts) > length


def _shared(module: Module, near: Module) -> int:
    """How many folders two modules have in common."""
    count = 0
    for one, other in zip(module.parts, near.parts, strict=False):
        if one != other:
            break
        count += 1
    return count
