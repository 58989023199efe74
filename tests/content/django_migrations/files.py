"""Proofs of the section on files: what an edited migration does, and what a pipeline sees."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from content.django_migrations.billing import billing, migrations_in
from content.examples import Code
from content.proofs import proves

MANAGE = """\
import os, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "shop"
execute_from_command_line(sys.argv)
"""
SETTINGS = """\
SECRET_KEY = "only for this proof"
INSTALLED_APPS = ["billing"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
"""
MODEL = """\
from django.db import models

class Invoice(models.Model):
    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=50)
"""
TEST = """\
from django.test import TestCase
from billing.models import Invoice

class InvoiceTest(TestCase):
    def test_invoice_has_a_number(self):
        self.assertEqual(Invoice(number="F-1").number, "F-1")
"""
INITIAL = """\
from django.db import migrations, models

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            "Invoice",
            [("id", models.BigAutoField(primary_key=True, serialize=False)), ("number", models.CharField(max_length=50))],
        ),
    ]
"""
BRANCH = """\
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
"""


@proves("django-migrations", "applied-is-final", kind="database")
def edited_migration_is_not_run_again(bad: Code, good: Code) -> None:
    """The database has the migration as it was merged; then the file of the example arrives."""
    for code, arrives in ((bad, False), (good, True)):
        with billing() as app:
            edited = migrations_in(code)
            [merged] = migrations_in(code)[:1]
            merged.operations = merged.operations[:1]
            app.migrate([merged])
            app.migrate(edited)
            assert {"paid"} <= app.columns(), "the migration was never applied"
            assert "paid_at" in {field.name for field in app.invoices(edited).model._meta.fields}
            assert ("paid_at" in app.columns()) is arrives, "the column that the models expect"


@proves("django-migrations", "pipeline-compares-models", kind="database")
def pipeline_notices_a_missing_migration(bad: Code, good: Code) -> None:
    """The steps run in a small project: with a model that has changed, as it was before, and with two branches."""
    with tempfile.TemporaryDirectory() as name:
        project = new_project(Path(name))
        models = project / "billing/models.py"
        models.write_text(f"{MODEL}    paid = models.BooleanField(default=False)\n")
        assert passes(project, bad), "a missing migration was noticed"
        assert not passes(project, good), "a missing migration was not noticed"
        models.write_text(MODEL)
        assert passes(project, good), "a complete project is refused"
        for branch in ("0002_ours", "0002_theirs"):
            (project / f"billing/migrations/{branch}.py").write_text(BRANCH)
        assert not passes(project, good), "two branches were not noticed"


def new_project(folder: Path) -> Path:
    """A project with one app, one model, its migration and one test."""
    (folder / "billing/migrations").mkdir(parents=True)
    files = {"manage.py": MANAGE, "shop.py": SETTINGS, "billing/models.py": MODEL, "billing/tests.py": TEST}
    for path, text in (files | {"billing/migrations/0001_initial.py": INITIAL}).items():
        (folder / path).write_text(text)
    for package in ("billing", "billing/migrations"):
        (folder / package / "__init__.py").touch()
    return folder


def passes(project: Path, pipeline: Code) -> bool:
    """Whether all steps of the pipeline succeed."""
    return all(exit_code(project, step["run"]) == 0 for step in pipeline.data()["steps"])


def exit_code(project: Path, command: str) -> int:
    """Run a `python ...` command with the Python of these tests."""
    python, *arguments = shlex.split(command)
    assert python == "python"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = [sys.executable, *arguments]
    return subprocess.run(run, cwd=project, env=environment, capture_output=True, timeout=60).returncode
