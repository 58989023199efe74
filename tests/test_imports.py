"""The arrows between the packages, read from the imports: who may know whom, and who may write what."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from running import ROOT

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "checklist").rglob("*.py"))
}


@cache
def tree(module: str) -> ast.Module:
    """The module as Python reads it."""
    return ast.parse(MODULES[module].read_text())


@cache
def imports(module: str) -> set[str]:
    """The full names that a module imports, for `from a import b` both `a` and `a.b`, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(module: str) -> set[str]:
    """The modules of the project that a module imports."""
    return imports(module) & set(MODULES) - {"checklist"}


def inside(*packages: str) -> list[str]:
    """The modules of these packages."""
    return [module for module in MODULES if module.startswith(tuple(f"{package}." for package in packages))]


def is_in(module: str, *packages: str) -> bool:
    """Whether a module is one of these packages or inside one."""
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


PURE = [
    "checklist.audits.answering",
    "checklist.audits.comparison",
    "checklist.audits.differences",
    "checklist.audits.findings",
    "checklist.catalogue.content",
    "checklist.catalogue.spec",
    "checklist.catalogue.richtext",
    "checklist.audits.report",
    *[module for module in MODULES if is_in(module, "checklist.exports", "checklist.scan")],
]


def reached(module: str) -> set[str]:
    """The module and everything of the project that it imports, directly or not."""
    found, waiting = {module}, [module]
    while waiting:
        new = ours(waiting.pop()) - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize("module", MODULES)
def test_imports_are_never_relative(module: str) -> None:
    assert not [node for node in ast.walk(tree(module)) if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("module", inside("checklist.catalogue"))
def test_the_catalogue_knows_neither_audits_nor_exports(module: str) -> None:
    assert not [name for name in imports(module) if is_in(name, "checklist.audits", "checklist.exports")]


@pytest.mark.parametrize("module", [module for module in MODULES if is_in(module, "checklist.exports")])
def test_exports_know_only_the_report(module: str) -> None:
    assert {name for name in ours(module) if not is_in(name, "checklist.exports")} <= {
        "checklist.audits.report",
        "checklist.audits",
    }


@pytest.mark.parametrize("module", PURE)
def test_what_is_pure_knows_no_django(module: str) -> None:
    known = {name for part in reached(module) for name in imports(part)}
    assert not [name for name in known if is_in(name, "django", "checklist.settings")]


@pytest.mark.parametrize("module", [module for module in MODULES if is_in(module, "checklist.scan")])
def test_the_scan_knows_only_itself_the_content_of_checklists_and_how_to_escape(module: str) -> None:
    allowed = {"checklist.catalogue.content", "checklist.catalogue.spec", "checklist.catalogue", "checklist.exports"}
    allowed |= {"checklist.exports.characters", "checklist.exports.markdowntext"}
    assert {name for name in ours(module) if not is_in(name, "checklist.scan")} <= allowed


def test_the_command_line_of_the_scan_imports_no_django() -> None:
    code = "import sys; sys.modules['django'] = None; import checklist.scan.__main__, checklist.scan.confined"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("module", MODULES)
def test_only_urls_import_views_and_the_middleware_the_pages_for_errors(module: str) -> None:
    allowed = {"checklist.views"} if module == "checklist.middleware" else set()
    if not module.endswith(".urls") and ".views" not in module:
        assert {name for name in ours(module) if ".views" in name} <= allowed


@pytest.mark.parametrize("module", inside("checklist"))
def test_only_views_know_about_requests_and_htmx(module: str) -> None:
    uses = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute) and node.attr == "htmx"]
    assert not uses or is_in(module, "checklist.audits.views")


@pytest.mark.parametrize(
    "module", ["checklist.audits.service", "checklist.audits.models", "checklist.catalogue.loader"]
)
def test_services_and_models_never_see_a_request(module: str) -> None:
    assert not [name for name in imports(module) if is_in(name, "django.http")]


WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
    "asave",
    "acreate",
}
# `writing` and `history` write for those above them, `lifecycle` what is rare.
WRITERS = {
    "checklist.audits.allowance",
    "checklist.audits.history",
    "checklist.audits.lifecycle",
    "checklist.audits.lists",
    "checklist.audits.service",
    "checklist.audits.suggestions",
    "checklist.audits.writing",
    "checklist.catalogue.loader",
}
# Digests have an `update` too, and the service a verb `delete`.
HARMLESS = ("digest.", "lifecycle.")


def writes(module: str) -> list[str]:
    """The calls of a module that would write rows."""
    calls = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES]
    return [text for text in map(ast.unparse, named) if not text.startswith(HARMLESS)]


@pytest.mark.parametrize(
    "module", [module for module in MODULES if module not in WRITERS and ".migrations." not in module]
)
def test_only_the_service_and_the_loader_write_rows(module: str) -> None:
    assert writes(module) == []


@pytest.mark.parametrize("module", sorted(WRITERS))
def test_the_search_for_writes_finds_those_of_the_writers(module: str) -> None:
    assert writes(module)


def test_the_service_does_not_write_the_catalogue() -> None:
    names = {
        name.rpartition(".")[2]
        for name in imports("checklist.audits.service")
        if is_in(name, "checklist.catalogue.models")
    }
    assert names == {"models", "Edition"}


@pytest.mark.parametrize("module", inside("checklist.audits", "checklist.catalogue"))
def test_there_are_no_signals_and_no_save_of_our_own(module: str) -> None:
    classes = [node for node in ast.walk(tree(module)) if isinstance(node, ast.ClassDef)]
    names = {method.name for found in classes for method in found.body if isinstance(method, ast.FunctionDef)}
    assert not names & {"save", "delete"}
    assert not [name for name in imports(module) if "signals" in name]


@pytest.mark.parametrize("module", MODULES)
def test_html_is_declared_safe_in_one_place(module: str) -> None:
    safe = {"mark_safe", "SafeString", "format_html"}
    assert (
        not [name for name in imports(module) if name.rpartition(".")[2] in safe]
        or module == "checklist.catalogue.rendering"
    )


def test_no_template_switches_escaping_off() -> None:
    texts = {path.name: path.read_text() for path in Path(ROOT, "templates").rglob("*.html")}
    assert not [name for name, text in texts.items() if "|safe" in text or "autoescape" in text]
