"""What makes tasks of functions, as values: a maker, and the options that it brings along in layers."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from checklist.scan.names import Scope
from checklist.scan.targets import Defined, Target


@dataclass(frozen=True)
class Layer:
    """Options that one step adds: keywords of a decorator, a preset or a wrapper, and the mappings that are poured in with `**`.

    `given` are positional arguments.
    """

    origin: str
    scope: Scope
    keywords: tuple[ast.keyword, ...] = ()
    given: tuple[ast.expr, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Maker:
    """Something that makes tasks of functions.

    `layers` are the options that it brings along, `wrappers` the decorators of the project that lead to Celery's own, each the one
    nearest to the use first. `app` is what the app that it is of leads to; `None` where none is named, as for `shared_task`.
    """

    form: str
    layers: tuple[Layer, ...] = ()
    wrappers: tuple[Defined, ...] = ()
    app: tuple[Target, ...] | None = None

    @property
    def wrapper(self) -> Defined | None:
        """The decorator of the project that stands above the function, where there is one."""
        return self.wrappers[0] if self.wrappers else None

    def with_layer(self, form: str, layer: Layer) -> Maker:
        """The same with options that are nearer to the use."""
        return replace(self, form=form, layers=(layer, *self.layers))


class Unsure(Exception):  # noqa: N818 - an answer
    """It cannot be said whether this makes tasks; the message says why."""
