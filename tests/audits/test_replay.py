"""The protocol under a bad network: requests that arrive twice, late, in another order, from two people."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checklist.audits import service
from checklist.audits.answering import Conflict, Current
from checklist.audits.models import Answer, Audit

pytestmark = pytest.mark.django_db
bounded = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VERDICTS = st.sampled_from(["pass", "fail", "na", "open"])
CLICKS = st.tuples(st.just("click"), st.integers(0, 1), VERDICTS)
ARRIVALS = st.tuples(st.sampled_from(["arrives", "arrives twice", "stays"]), st.integers(0, 50), st.none())


@dataclass(frozen=True)
class Request:
    """A click on its way: what was chosen, what its page showed then, and the id of the click."""

    client: int
    value: str
    base: int
    change: str


@dataclass
class World:
    """A new audit, two open pages (each knows the revision that it shows), and every request that is still on its way."""

    audit: Audit
    shown: list[int] = field(default_factory=lambda: [0, 0])
    network: list[Request] = field(default_factory=list)
    clicks: int = 0

    def click(self, client: int, value: str) -> Request:
        """Somebody clicks: the request is on its way."""
        self.clicks += 1
        self.network.append(Request(client, value, self.shown[client], f"click-{self.clicks}"))
        return self.network[-1]

    def stored(self) -> Current:
        """What the database says."""
        row = Answer.objects.filter(audit=self.audit, item="backoff").first() or Answer(item="backoff")
        return row.current("verdict")

    def deliver(self, request: Request) -> bool:
        """The request arrives, and its page learns what is there now. Whether it was accepted."""
        try:
            bases = {"verdict": request.base}
            service.answer(audit=self.audit, item="backoff", verdict=request.value, bases=bases, change=request.change)
        except Conflict:
            return False
        finally:
            self.shown[request.client] = self.stored().revision
        return True


def expected(model: Current, carried_out: set[str], request: Request) -> Current:
    """The protocol in one sentence each: known or equal, nothing; written over what its page showed, done; else refused."""
    if request.change in carried_out or request.value == model.value or request.base < model.revision:
        return model
    return Current(request.value, model.revision + 1, request.change)


@bounded
@given(steps=st.lists(CLICKS | ARRIVALS, max_size=30))
def test_idempotent_and_in_order(audit: Audit, steps: list) -> None:
    """Any clicks, delivered once, twice, late or in another order, end as the protocol says."""
    world = World(service.start(edition=audit.edition, task="t"))
    model, carried_out = Current("open"), set()
    late: list[Request] = []
    for what, number, value in [*steps, *[("arrives", 0, None)] * 30]:
        if what == "click":
            world.click(number, value)
            continue
        if not world.network:
            continue
        request = world.network[number % len(world.network)]
        for _ in range(2 if what == "arrives twice" else 1):
            after = expected(model, carried_out, request)
            world.deliver(request)
            assert world.stored() == after
            if after != model:
                carried_out.add(request.change)
            model = after
        if what != "stays":
            world.network.remove(request)
            late.append(request)
    for request in reversed(late):
        if request.change in carried_out:
            world.deliver(request)
            assert world.stored() == model
    kept = world.audit.changes.filter(item="backoff").order_by("revision")
    assert [change.revision for change in kept] == list(range(1, model.revision + 1))
    assert [change.change for change in kept][-1:] == ([model.change] if model.revision else [])


@bounded
@given(steps=st.lists(CLICKS | ARRIVALS, max_size=30))
def test_a_request_never_undoes_what_its_page_had_not_shown(audit: Audit, steps: list) -> None:
    world = World(service.start(edition=audit.edition, task="t"))
    for what, number, value in steps:
        if what == "click":
            world.click(number, value)
        elif world.network:
            request, before = world.network[number % len(world.network)], world.stored()
            world.deliver(request)
            if world.stored() != before:
                assert request.base == before.revision


@bounded
@given(
    clicks=st.lists(st.tuples(VERDICTS, st.integers(0, 2)), min_size=1, max_size=10),
    order=st.randoms(use_true_random=False),
)
def test_one_person_who_sends_each_click_until_it_is_acknowledged_ends_with_the_last(
    audit: Audit, clicks: list[tuple[str, int]], order: Random
) -> None:
    """A click whose fate is unknown is sent again before a newer one: an equal value alone would not outdate it."""
    world = World(service.start(edition=audit.edition, task="t"))
    strays: list[Request] = []
    for value, lost_answers in clicks:
        request = world.click(0, value)
        for _ in range(lost_answers + 1):
            assert world.deliver(request)
        strays.append(request)
        for stray in order.sample(strays, len(strays)):
            world.deliver(stray)
            assert world.stored().value == value
