"""What a project's settings say about Celery: `app.conf`, `config_from_object`, and settings modules with `CELERY_...` names."""

from __future__ import annotations

import ast

from checklist.scan.celery_tables import setting_names
from checklist.scan.changes import changed_by, outermost, put_in
from checklist.scan.config_sources import is_mapping, sources_of
from checklist.scan.effort import TooMuchError, limit
from checklist.scan.found import Evidence
from checklist.scan.literals import UnknownError, literal
from checklist.scan.made_apps import MadeApps
from checklist.scan.names import Scope, statements
from checklist.scan.places import is_in_test, is_production
from checklist.scan.project import Project
from checklist.scan.setting import Setting, last, name_today
from checklist.scan.source import Module
from checklist.scan.targets import Value
from checklist.scan.walking import expressions

PREFIXES = ("CELERY", "BROKER_")
_HINTS = ("celery", "Celery", "CELERY", ".conf", "broker_", "BROKER_", "task_", "beat_")


class Settings:
    """The settings that a scan holds.

    `seen` says whether what is not set can be told from what was not read: an app is made in these files, and whatever configures it
    was read. `why_unseen` says what is missing otherwise.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._found: dict[str, list[Setting]] = {}
        self._places: set[tuple[str, Evidence]] = set()
        self.apps = MadeApps(project)
        self._is_configured = False
        self._read_mappings: set[ast.AST] = set()
        self._missing: list[str] = []
        for module in project.modules.values():
            if any(hint in module.text for hint in _HINTS):
                self._read_bounded(module)

    @property
    def seen(self) -> bool:
        """Whether the files hold the app and all that configures it."""
        return self._has_app and not self._missing

    @property
    def why_unseen(self) -> str:
        """What is missing before it could be said that a setting is not set."""
        if self._missing:
            return f"the settings in {self._missing[0]} are not among the files that were read"
        return "" if self._has_app else "the Celery app and its settings are not among the files that were read"

    @property
    def _has_app(self) -> bool:
        """Whether an app is made in these files: by Celery's class, or by something else that is configured as only an app is."""
        return bool(self.apps.calls) or self._is_configured

    def get(self, name: str) -> Setting | None:
        """A setting by its name of today; when it is set more than once, the last one that is not for tests or development."""
        found = self._found.get(name, [])
        return last([setting for setting in found if is_production(setting.scope)] or found)

    def every(self, name: str) -> list[Setting]:
        """All places that set it: production, development and tests may each."""
        return self._found.get(name, [])

    def _read_bounded(self, module: Module) -> None:
        try:
            with limit():
                self._read(module)
        except (TooMuchError, RecursionError):
            self._missing.append(f"{module.path}, which is too large or too deep to be followed,")

    def _read(self, module: Module) -> None:
        top = self.project.top(module)
        self._module_names(module, top)
        for node, scope in expressions(top):
            self.apps.look_at(node, scope)
            for changed in changed_by(node):
                self._changed_in_place(changed, node, scope)
            if isinstance(node, ast.Call):
                self._call(node, scope)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assigned(target, node.value, scope)

    def _module_names(self, module: Module, top: Scope) -> None:
        """`CELERY_TASK_TIME_LIMIT = 60` of a settings module, or of a class in one; without a prefix only in a module that is named for it."""
        last = module.parts[-1].lower() if module.parts else ""
        self._names(top, prefixes=("",) if "celery" in last and "conf" in last else PREFIXES)
        for statement in module.tree.body if _is_configuration(module) else []:
            if isinstance(statement, ast.ClassDef):
                self._names(top.within(statement), prefixes=PREFIXES)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if self.apps.calls and self.apps.calls[-1][0] is node:
            for keyword in node.keywords:
                self._keyword_of_app(keyword, scope)
        elif name == "config_from_object":
            self._is_configured = True
            self._configured(node, scope)
        elif name == "update" and isinstance(node.func, ast.Attribute) and _is_conf(node.func.value):
            self._updated(node, scope)
        elif name in {"config_from_envvar", "config_from_cmdline"}:
            self._missing.append(f"`{name}`")

    def _keyword_of_app(self, keyword: ast.keyword, scope: Scope) -> None:
        names = {"broker": "broker_url", "backend": "result_backend", "include": "include"}
        if keyword.arg in {"config_source", "changes"}:
            self._object(keyword.value, scope)
        elif keyword.arg in names or keyword.arg in setting_names():
            self._set(names.get(keyword.arg, keyword.arg), keyword.value, scope, keyword.value)

    def _configured(self, node: ast.Call, scope: Scope) -> None:
        given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "obj")]
        if given:
            self._object(given[0], scope)

    def _object(self, node: ast.expr, scope: Scope) -> None:
        """What `config_from_object` names: a module, class or mapping of the project, by name or as such."""
        sources = sources_of(node, scope, self.project)
        for source in sources:
            if isinstance(source, Scope):
                self._names(source)
            elif isinstance(source, Value):
                self._pairs(source.node, source.scope)
            else:
                self._django()
        if not sources:
            self._missing.append(f"`{scope.module.source(node)}`")

    def _django(self) -> None:
        if not any(_is_settings(module) for module in self.project.modules.values()):
            self._missing.append("Django's settings module")

    def _names(self, scope: Scope, prefixes: tuple[str, ...] = ("",)) -> None:
        """The names of a module or class, those that begin with one of the prefixes."""
        for statement in statements(scope.node):
            if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
                continue
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                if isinstance(target, ast.Name) and target.id.startswith(prefixes):
                    changes = self.project.changes_of(target.id, scope)
                    self._set(target.id, statement.value, scope, statement, bool(changes))
                    for node in changes:
                        for changed in changed_by(node):
                            self._put_in(target.id, changed, node, scope)

    def _updated(self, node: ast.Call, scope: Scope) -> None:
        if is_in_test(scope):
            return
        self._keywords(node, scope)
        for argument in node.args:
            self._poured(argument, scope)

    def _poured(self, node: ast.expr, scope: Scope) -> None:
        """`**LIMITS`, and what `update` is given; a mapping that is poured in again and again is read once."""
        for target in self.project.resolve(node, scope):
            if isinstance(target, Value) and is_mapping(target.node) and not target.is_changed:
                if target.node not in self._read_mappings:
                    self._read_mappings.add(target.node)
                    self._pairs(target.node, target.scope)
                return
        self._missing.append(f"`{scope.module.source(node)}`")

    def _pairs(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self._set(key.value, value, scope, key)
                elif key is None:
                    self._poured(value, scope)
        elif isinstance(node, ast.Call):
            self._keywords(node, scope)

    def _keywords(self, node: ast.Call, scope: Scope) -> None:
        for keyword in node.keywords:
            if keyword.arg:
                self._set(keyword.arg, keyword.value, scope, keyword.value)
            else:
                self._poured(keyword.value, scope)

    def _assigned(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """`app.conf.task_time_limit = 60`, `app.conf["task_time_limit"] = 60` and `app.conf = {...}`."""
        if is_in_test(scope):
            return
        if isinstance(target, ast.Attribute) and _is_conf(target.value):
            self._set(target.attr, value, scope, target)
        elif isinstance(target, ast.Subscript) and _is_conf(target.value) and isinstance(target.slice, ast.Constant):
            self._set(str(target.slice.value), value, scope, target)

    def _changed_in_place(self, changed: ast.expr, node: ast.AST, scope: Scope) -> None:
        """`app.conf.task_queues.append(...)`, and `CELERY_TASK_QUEUES += ...` of a name that a star brought."""
        name = _named_by(changed)
        if not name and isinstance(outer := outermost(changed), ast.Name) and not scope.find(outer.id)[1]:
            name = outer.id if outer.id.startswith(PREFIXES) else ""
        if name and not is_in_test(scope):
            self._put_in(name, changed, node, scope)

    def _put_in(self, written: str, changed: ast.expr, node: ast.AST, scope: Scope) -> None:
        """Take what a change adds to a setting for one more place that sets it; alone it is not what the setting comes to."""
        is_nested = isinstance(changed, ast.Subscript) and not _is_conf(changed.value)
        self._set(written, changed if is_nested else put_in(node, changed), scope, node, is_changed=True)

    def _set(self, written: str, node: ast.expr, scope: Scope, at: ast.AST, is_changed: bool = False) -> None:
        """Take a setting; its value is unknown where something changes it later."""
        name = name_today(written)
        if name is None:
            return
        try:
            if is_changed:
                raise UnknownError
            value, is_literal = literal(node, scope, self.project), True
        except UnknownError:
            value, is_literal = None, False
        place = scope.module.evidence(at)
        if (name, place) not in self._places:
            self._places.add((name, place))
            self._found.setdefault(name, []).append(Setting(name, node, scope, place, value, is_literal))


def _is_conf(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "conf") or (
        isinstance(node, ast.Name) and node.id in {"conf", "celeryconfig"}
    )


def _named_by(node: ast.expr) -> str:
    """The setting of `app.conf.task_routes`, of `app.conf["task_routes"]`, and of an entry in one of them; empty for anything else."""
    while isinstance(node, ast.Subscript) and not _is_conf(node.value):
        node = node.value
    if isinstance(node, ast.Subscript):
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
    return node.attr if isinstance(node, ast.Attribute) and _is_conf(node.value) else ""


def _is_configuration(module: Module) -> bool:
    """Whether a file is named for settings, so that its classes hold some; those of others give defaults to somebody else's."""
    return any("settings" in part.lower() or "conf" in part.lower() for part in module.parts)


def _is_settings(module: Module) -> bool:
    return "settings" in module.parts or "INSTALLED_APPS" in module.text
