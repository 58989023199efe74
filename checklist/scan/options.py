"""The options of a task, each with its value and where that comes from."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from checklist.scan import celery_tables
from checklist.scan.class_bodies import given_in
from checklist.scan.found import Option, Origin
from checklist.scan.literals import UnknownError, literal
from checklist.scan.maker import Layer, Maker
from checklist.scan.mappings import entries
from checklist.scan.names import Scope
from checklist.scan.project import Project
from checklist.scan.settings import Settings
from checklist.scan.targets import Defined, External, Given, Target
from checklist.scan.task_classes import UnknownAppError, class_of_app
from checklist.scan.wrapper_bodies import default_of, positional_names, written_inside


def options_of(project: Project, settings: Settings, defined: Defined, maker: Maker) -> tuple[dict[str, Option], str]:
    """Every option that is written for the task, that a setting gives it, or that Celery has a default for.

    Besides, why an option that is not written may be set all the same (a base class that was not read, `**kwargs`); empty when all
    was read.
    """
    found = _Collected(project)
    if isinstance(defined.node, ast.ClassDef):
        found.of_class(defined)
    for layer in maker.layers:
        found.add_layer(layer, maker)
    if base := found.options.get("base"):
        found.of_base(base, maker)
    elif not isinstance(defined.node, ast.ClassDef):
        found.of_app(settings, maker)
    options = dict(found.options)
    for name, entry in celery_tables.task_options().items():
        if name not in options and (option := _not_written(settings, name, entry, found.hidden)):
            options[name] = option
    return options, found.hidden


def _not_written(settings: Settings, name: str, entry: Mapping[str, object], hidden: str) -> Option | None:
    """What an option is that nobody wrote for the task: that of the settings, or Celery's default, where nothing unread may say otherwise."""
    setting = settings.get(str(entry["setting"])) if "setting" in entry else None
    if hidden:
        return unknown(name, hidden)
    if setting:
        source = setting.scope.module.source(setting.node)
        return Option(
            name, source, setting.value, setting.is_literal, Origin.SETTINGS, setting.place, f"`{setting.name}`"
        )
    if "setting" in entry and not settings.seen:
        return unknown(name, settings.why_unseen)
    if entry["default"] is None and "setting" not in entry and name not in {"max_retries", "throws", "expires"}:
        return None
    return Option(name, repr(entry["default"]), entry["default"], True, Origin.DEFAULT)


def unknown(name: str, why: str) -> Option:
    """An option that something that was not read may set."""
    return Option(name, "", None, False, Origin.UNKNOWN, None, why)


class _Collected:
    """Options from the nearest place to the farthest; what was found first stays."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.options: dict[str, Option] = {}
        self.arguments: dict[str, Option] = {}  # of a wrapper, by the names of its parameters; no options by themselves
        self.hidden = ""

    def _add(
        self,
        name: str,
        node: ast.expr,
        scope: Scope,
        origin: str,
        note: str = "",
        *,
        wins: bool = False,
        is_sure: bool = True,
    ) -> None:
        """Add an option; its value is unknown where another one may hold in its place (not `is_sure`)."""
        if name in self.options and not wins:
            return
        self.options[name] = self._option(name, node, scope, origin, note, is_sure=is_sure)

    def _option(
        self, name: str, node: ast.expr, scope: Scope, origin: str, note: str = "", *, is_sure: bool = True
    ) -> Option:
        value, is_literal = self._value(node, scope) if is_sure else (None, False)
        module = scope.module
        place = module.evidence(node) if hasattr(node, "lineno") else None
        source = module.source(node) if place else ast.unparse(node)
        return Option(name, source, value, is_literal, Origin(origin), place, note)

    def _value(self, node: ast.expr, scope: Scope) -> tuple[object, bool]:
        try:
            return literal(node, scope, self.project), True
        except UnknownError:
            return None, False

    # Decorators, presets and wrappers

    def add_layer(self, layer: Layer, maker: Maker) -> None:
        """Options of one step."""
        for keyword in layer.keywords:
            if keyword.arg is None:
                self._pour(keyword.value, layer)
            elif not self._is_handed_on(keyword, layer):
                self._add(keyword.arg, keyword.value, layer.scope, layer.origin, layer.note)
        if maker.wrapper and layer.origin == "decorator":
            self._positional(maker.wrapper, layer)
        if layer.origin == "wrapper" and maker.wrapper:
            self._inside_wrapper(layer, maker)

    def _positional(self, wrapper: Defined, layer: Layer) -> None:
        """`@job("shop.charge", 3)`: of the arguments of a wrapper those that are named like options are options."""
        for name, node in zip(positional_names(wrapper), layer.given, strict=False):
            if name in celery_tables.task_options():
                self._add(name, node, layer.scope, layer.origin)
            else:
                self.arguments.setdefault(name, self._option(name, node, layer.scope, layer.origin))

    def _is_handed_on(self, keyword: ast.keyword, layer: Layer) -> bool:
        """`max_retries=retries` in a wrapper, where `retries` is its parameter: the use of the wrapper says it, or the default of the parameter."""
        if layer.origin != "wrapper" or not isinstance(keyword.value, ast.Name) or keyword.arg is None:
            return False
        if not self._is_parameter(keyword.value, layer.scope):
            return False
        name = keyword.value.id
        if given := self.options.get(name) or self.arguments.get(name):
            self.options.setdefault(keyword.arg, replace(given, name=keyword.arg))
        elif (default := default_of(name, layer.scope)) is not None:
            is_only = all(isinstance(each, Given) for each in self.project.resolve(keyword.value, layer.scope))
            self._add(keyword.arg, default, layer.scope, "wrapper", layer.note, is_sure=is_only)
        return True

    def _is_parameter(self, node: ast.expr, scope: Scope) -> bool:
        targets = self.project.resolve(node, scope) if isinstance(node, ast.Name) else []
        return any(isinstance(target, Given) for target in targets)

    def _inside_wrapper(self, layer: Layer, maker: Maker) -> None:
        """What the body of a wrapper writes into its `**kwargs`."""
        poured = [keyword.value for step in maker.layers for keyword in step.keywords if keyword.arg is None]
        for each in written_inside(layer.scope, poured):
            if each.is_sure:
                self._add(each.name, each.value, each.scope, "wrapper", layer.note, wins=each.wins)
            elif self._is_parameter(each.value, each.scope):
                parameter = ast.unparse(each.value)
                if given := self.options.get(parameter) or self.arguments.get(parameter):
                    self.options[each.name] = replace(given, name=each.name)
            elif each.name in self.options:
                self.options[each.name] = replace(self.options[each.name], value=None, is_literal=False)
            else:
                self._add(each.name, each.value, each.scope, "wrapper", layer.note, is_sure=False)

    def _pour(self, node: ast.expr, layer: Layer) -> None:
        """`**OPTIONS`."""
        poured = entries(self.project, node, layer.scope)
        written = layer.scope.module.source(node)
        if not poured:
            targets = self.project.resolve(node, layer.scope)
            if not (layer.origin == "wrapper" and any(isinstance(target, Given) for target in targets)):
                self.hidden = self.hidden or f"`**{written}` cannot be followed"
            return
        origin = "splat" if layer.origin in {"decorator", "preset"} else layer.origin
        note = f"`{written}`" if origin == "splat" else layer.note
        is_whole = True
        for entry in poured:
            if entry.value is None or entry.scope is None:
                self.hidden = self.hidden or f"`**{written}` cannot be followed whole"
                is_whole = False  # what is not known may replace whatever comes before it
            else:
                self._add(entry.name, entry.value, entry.scope, origin, note, is_sure=entry.is_sure and is_whole)

    # Classes

    def of_class(self, defined: Defined) -> None:
        """Options in the header and the body of a task that is a class, then those of its bases."""
        if isinstance(defined.node, ast.ClassDef):
            for keyword in defined.node.keywords:
                if keyword.arg and keyword.arg != "metaclass":
                    self._add(keyword.arg, keyword.value, defined.scope, "class")
        self._body(defined, "class")
        self._bases(defined)

    def of_base(self, base: Option, maker: Maker) -> None:
        """Options that the class named as `base=` brings along."""
        layer = next((each for each in maker.layers if any(keyword.arg == "base" for keyword in each.keywords)), None)
        node = next((keyword.value for keyword in layer.keywords if keyword.arg == "base"), None) if layer else None
        if layer is None or node is None:
            self.hidden = self.hidden or f"the base class `{base.source}` cannot be followed"
            return
        self._of_targets(layer.scope.module.source(node), self.project.resolve(node, layer.scope))

    def of_app(self, settings: Settings, maker: Maker) -> None:
        """Options of the class that the app makes tasks of, where it names one of its own."""
        try:
            found = class_of_app(settings.apps, maker.app)
        except UnknownAppError as error:
            self.hidden = self.hidden or str(error)
            return
        if found:
            self._of_targets(found.written, found.targets)

    def _of_targets(self, written: str, targets: list[Target]) -> None:
        """Options of a base class by what its name leads to."""
        classes = [target for target in targets if isinstance(target, Defined)]
        if classes:
            self._body(classes[0], "base class")
            self._bases(classes[0])
        elif not any(isinstance(target, External) and target.root == "celery" for target in targets):
            self.hidden = self.hidden or f"the base class `{written}` is not among the files that were read"

    def _bases(self, defined: Defined) -> None:
        for cls in self.project.lineage(defined)[1:]:
            if isinstance(cls, Defined):
                self._body(cls, "base class")
            elif cls is None or cls.root not in {"celery", "abc", "typing", "object"}:
                name = cls.name if cls else "a base"
                self.hidden = (
                    self.hidden or f"the base class `{name}` of `{defined.name}` is not among the files that were read"
                )

    def _body(self, defined: Defined, origin: str) -> None:
        note = f"`{defined.name}`" if origin == "base class" else ""
        for name, (value, is_sure) in given_in(defined.node).items():
            self._add(name, value, defined.inside, origin, note, is_sure=is_sure)
