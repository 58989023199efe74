"""Thousands of requests that nobody would write by hand: none fails, none that is refused writes, none that reads writes."""

from __future__ import annotations

import math
from collections import Counter

import hypothesis
import pytest
from django.db import transaction
from django.forms import Form
from gateway import Answer, ask
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pytest_django import Settings

from checklist.wsgi import Handler

from .bodies import FORMS, fields
from .counting import REQUESTS, SHARE_ON_SOCKETS, counts
from .requests import FORGED, READING, Sent, sent
from .routes import GROUPS, methods, of_group, parameters, routes, values
from .world import Stored, World, made

IN_ONE_EXAMPLE = 4
HERE = REQUESTS - REQUESTS // SHARE_ON_SOCKETS


def test_every_parameter_of_every_route_is_fuzzed() -> None:
    known = values(World(("e",), ("v",), ("1",), ("",), {}), "")
    assert {name for route in routes() for name in parameters(route)} == set(known)


def test_every_field_of_every_form_is_fuzzed() -> None:
    def below(form: type[Form]) -> set[type[Form]]:
        return {form}.union(*map(below, form.__subclasses__()))

    forms = {form for form in below(Form) if form.__module__.startswith("checklist.")}
    fuzzed = {name for route in routes() for name in fields(route)}
    assert {name for form in forms for name in form.base_fields} <= fuzzed
    assert set(FORMS) <= set(routes())


def examples(group: str) -> int:
    """The group's share of all requests: each route has the same, those of Django's admin together as much as ten."""
    shares = {name: min(10, weight) for name, weight in Counter(map(of_group, routes())).items()}
    return math.ceil(HERE * shares[group] / sum(shares.values()) / IN_ONE_EXAMPLE)


def leads_elsewhere(answer: Answer) -> bool:
    """Whether an answer sends the browser to another site."""
    location = answer.headers.get("Location", "/")
    return not location.startswith(("/", "?", "http://testserver/")) or location.startswith(("//", "/\\"))


def check(application: Handler, request: Sent, before: Stored) -> Stored:
    """Send one request and hold its answer against every promise; what is stored then."""
    answer = ask(application, request.method, request.decoded, request.body, **request.environ)
    counts[request.route, answer.status] += 1
    after = Stored.now()
    assert answer.status < 500
    assert not leads_elsewhere(answer)
    assert FORGED not in f"{answer.headers}{answer.body!r}"
    assert before.is_kept(after, answer.status) or (answer.status < 400 and request.method not in READING)
    return after


@pytest.fixture
def audits(db: None, settings: Settings) -> World:
    """What there is to ask for. One client may start few audits here, so that it is told so, too."""
    settings.STARTS_PER_PERIOD = 2
    return made(methods(Handler()))


@pytest.mark.parametrize("group", GROUPS)
def test_no_request_fails_and_none_that_is_refused_or_only_reads_writes(audits: World, group: str) -> None:
    application = Handler()

    @hypothesis.settings(max_examples=examples(group), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(sent(audits, group), min_size=IN_ONE_EXAMPLE, max_size=IN_ONE_EXAMPLE))
    def fuzz(requests: list[Sent]) -> None:
        with transaction.atomic():
            before = Stored.now()
            for request in requests:
                before = check(application, request, before)
            transaction.set_rollback(True)

    fuzz()
