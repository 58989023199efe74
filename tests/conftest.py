"""What most tests of the server need: a loaded checklist, an audit on it, and a client that stands for a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import _set_suffix_to_test_databases
from running import Project
from sample_content import CONTENT
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from checklist.audits import service
from checklist.audits.models import Audit
from checklist.catalogue import loader
from checklist.catalogue.models import Edition


@pytest.fixture(autouse=True)
def static_files_without_a_manifest(settings: Settings) -> None:
    """Pages name static files as they are, so that no test needs `collectstatic` first."""
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Each process has a database of its own: on SQLite in its memory anyway, which pytest-django knows of Django's own backend only."""
    process = getattr(request.config, "workerinput", {}).get("workerid")
    if process and connection.vendor != "sqlite":
        _set_suffix_to_test_databases(suffix=process)


@pytest.fixture
def client() -> Client:
    """A client that, unlike Django's own default, is held to the CSRF check like a browser."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def edition(db: None) -> Edition:
    """The sample checklist, loaded."""
    loader.load([CONTENT])
    return Edition.objects.get()


@pytest.fixture
def audit(edition: Edition) -> Audit:
    """An audit that was just started on the sample checklist."""
    return service.start(edition=edition, task="billing.tasks.charge", url="https://example.org/pull/1")


@pytest.fixture
def edit_link(audit: Audit) -> str:
    """The path of the audit for those who may change it."""
    return f"/audits/{audit.edit_token}/"


@pytest.fixture
def view_link(audit: Audit) -> str:
    """The path of the audit for those who may read it."""
    return f"/shared/{audit.view_token}/"


@pytest.fixture
def state(audit: Audit) -> Callable[[], list[object]]:
    """Everything that is stored about the audit; two equal answers mean that nothing was written in between."""

    def read() -> list[object]:
        rows = [*audit.answers.order_by("item").values(), *audit.changes.values(), *audit.kept.values()]
        return [Audit.objects.count(), *Audit.objects.filter(pk=audit.pk).values(), *rows]

    return read


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the project with its own database, ready to serve."""
    with Project.copied_to(tmp_path_factory.mktemp("project")) as copy:
        copy.manage("prepare")
        yield copy


class ByFile(LoadScopeScheduling):
    """Tests of one file stay in one process, to share its server and browser; proofs mostly wait, so they spread.

    pytest-xdist's own `--dist loadgroup` marks the names of tests where pytest no longer reads them.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if "content/" in file else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """How the tests are shared out among the processes."""
    return ByFile(config, log)
