"""Limits: one client starts so many audits, a body is so large, a history so long; each says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from posting import answer
from pytest_django import Settings

from checklist.audits import allowance
from checklist.audits.models import Allowance, Audit
from checklist.limits import Exceeded

NOON = datetime(2026, 11, 22, 12, 15, tzinfo=UTC)


def start(client: Client, address: str = "192.0.2.1", **fields: str) -> int:
    """Start an audit from an address; the status of the answer."""
    form = {"task": "billing.tasks.charge", **fields}
    return client.post("/checklists/celery-tasks/audits/", form, REMOTE_ADDR=address).status_code


@pytest.fixture
def two_starts(settings: Settings) -> None:
    """One client may start two audits."""
    settings.STARTS_PER_PERIOD = 2


def test_one_client_starts_so_many_audits_and_no_more(client: Client, audit: Audit, two_starts: None) -> None:
    assert [start(client) for _ in range(3)] == [303, 303, 429]
    assert Audit.objects.count() == 3


def test_the_429_says_when_to_come_again_and_keeps_what_was_typed(
    client: Client, audit: Audit, two_starts: None
) -> None:
    for _ in range(2):
        start(client)
    response = client.post("/checklists/celery-tasks/audits/", {"task": "typed.task"}, REMOTE_ADDR="192.0.2.1")
    assert (response.status_code, 0 < int(response["Retry-After"]) <= 3600) == (429, True)
    assert 'value="typed.task"' in response.content.decode()


def test_another_client_is_not_disturbed(client: Client, audit: Audit, two_starts: None) -> None:
    assert [start(client, address) for address in ("192.0.2.1",) * 3 + ("192.0.2.2",)] == [303, 303, 429, 303]


def test_a_new_audit_from_this_one_counts_too(client: Client, edit_link: str, two_starts: None) -> None:
    statuses = [client.post(f"{edit_link}again/", REMOTE_ADDR="192.0.2.1").status_code for _ in range(3)]
    assert statuses == [303, 303, 429]


def test_a_refused_form_is_not_counted(client: Client, audit: Audit, two_starts: None) -> None:
    assert [start(client, task="") for _ in range(5)] == [422] * 5
    assert start(client) == 303


@pytest.mark.django_db
def test_the_next_period_begins_anew_and_forgets_the_last(two_starts: None) -> None:
    for _ in range(2):
        allowance.take("192.0.2.1", NOON)
    with pytest.raises(Exceeded) as refused:
        allowance.take("192.0.2.1", NOON)
    assert refused.value.wait == 45 * 60
    allowance.take("192.0.2.1", NOON.replace(hour=13))
    assert Allowance.objects.count() == 1


@pytest.mark.django_db
def test_no_address_is_kept_and_a_network_of_ipv6_is_one_client(two_starts: None) -> None:
    for address in ("2001:db8::1", "2001:db8::2"):
        allowance.take(address, NOON)
    row = Allowance.objects.get()
    assert (row.count, "2001" in row.client) == (2, False)


def test_a_full_history_takes_no_more_and_says_so(client: Client, edit_link: str, settings: Settings) -> None:
    settings.MOST_CHANGES = 2
    assert [answer(client, edit_link, verdict=verdict).status_code for verdict in ("pass", "fail", "na")] == [
        303,
        303,
        422,
    ]
    assert "at most 2 changes" in answer(client, edit_link, verdict="na").content.decode()


def test_a_body_that_is_too_large_is_413_and_says_how_large_it_may_be(client: Client, edit_link: str) -> None:
    response = answer(client, edit_link, note="x" * 300_000)
    assert response.status_code == 413
    assert "at most 256 kB" in response.content.decode()


@pytest.mark.django_db
def test_one_address_is_one_client_however_it_is_written() -> None:
    for address in ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"):
        allowance.take(address, NOON)
    assert Allowance.objects.get().count == 3
    for address in ("2001:db8::1%a", "2001:0DB8::2%b"):
        allowance.take(address, NOON)
    assert Allowance.objects.count() == 2


@pytest.mark.django_db
def test_two_addresses_of_ipv4_are_two_clients_also_on_a_socket_of_ipv6() -> None:
    for address in ("::ffff:192.0.2.1", "::ffff:198.51.100.1"):
        allowance.take(address, NOON)
    assert Allowance.objects.count() == 2
