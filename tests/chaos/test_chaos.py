"""No acknowledged change is lost: the short form. `make chaos` runs the long one and prints the figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos import campaign
from chaos.service import DATABASES, Service, prepared_project
from chaos.writers import WRITERS, write_at_once

pytestmark = pytest.mark.chaos
PLAN = campaign.Plan(changes=100, kills=3, seconds=150)


@pytest.fixture(params=DATABASES, scope="module")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running server on each database."""
    folder = tmp_path_factory.mktemp("chaos")
    with prepared_project(request.param, folder) as project, Service(project).running() as running:
        yield running


def test_acknowledged_means_durable(service: Service) -> None:
    """Real servers are killed with SIGKILL under load, behind a bad network; then the database is held against what they said."""
    result = campaign.run(service, PLAN)
    assert result.is_good, "\n".join(result.lines())
    assert result.kills == PLAN.kills
    assert result.findings.written >= PLAN.changes
    assert result.network["delivered late"] > 0


@pytest.mark.parametrize("service", ["sqlite"], indirect=True, scope="module")
def test_sixteen_writers_at_once_never_meet_a_locked_database(service: Service) -> None:
    written = write_at_once(service.port, campaign.new_audit(service.port), seconds=3)
    assert (written.errors, service.errors()) == (0, [])
    assert written.statuses[200] > WRITERS
