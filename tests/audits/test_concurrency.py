"""Many people at once, on a real server and the database that the tests run on: nobody sees an error, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from running import Project, Server

ITEMS = ("known-options-only", "stable-explicit-name", "deploy-compatible-signature", "task-decorator-outermost")
WRITERS, ROUNDS = 8, 6
Post = Callable[[str, str], int]


@pytest.fixture(scope="module")
def server(project: Project) -> Server:
    """A running server."""
    with project.serving() as running:
        yield running


@pytest.fixture
def link(server: Server) -> str:
    """The edit link of a new audit."""
    return str(server.ask("POST", "/checklists/celery-tasks/audits/", "task=t").headers["Location"])


@pytest.fixture
def post(server: Server, link: str) -> Post:
    """Answers an item: the status."""
    return lambda item, body: server.ask("POST", f"{link}items/{item}/", body).status


def answers(server: Server, link: str) -> dict[str, dict[str, object]]:
    """What an open page is told, by item."""
    found = json.loads(server.ask("GET", f"{link}changes").text)
    return {one["item"]: one for one in found["answers"]}


def test_two_people_one_audit(server: Server, link: str, post: Post) -> None:
    """Different items, and the verdict and the note of one, never disturb each other."""

    def write(number: int) -> list[int]:
        item, field = ITEMS[number % 4], ("verdict", "note")[number // 4]
        values = ("pass", "fail") * (ROUNDS // 2)
        return [post(item, f"{field}={value}&base={base}&change=w{number}-{base}") for base, value in enumerate(values)]

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = [status for found in pool.map(write, range(WRITERS)) for status in found]
    assert statuses == [303] * WRITERS * ROUNDS
    for item in ITEMS:
        found = answers(server, link)[item]
        assert [found[name] for name in ("verdict", "verdict_revision", "note", "note_revision")] == [
            "fail",
            ROUNDS,
        ] * 2


def test_of_many_that_saw_the_same_one_wins_and_the_others_are_told(server: Server, link: str, post: Post) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = list(pool.map(lambda n: post(ITEMS[0], f"note=text-{n}&base=0&change=c{n}"), range(WRITERS)))
    assert sorted(statuses) == [303, *[409] * (WRITERS - 1)]
    winner = statuses.index(303)
    assert (answers(server, link)[ITEMS[0]]["note"], answers(server, link)[ITEMS[0]]["note_revision"]) == (
        f"text-{winner}",
        1,
    )


def test_one_change_that_arrives_many_times_at_once_is_carried_out_once(server: Server, link: str, post: Post) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = list(pool.map(lambda n: post(ITEMS[0], "verdict=pass&base=0&change=same"), range(WRITERS)))
    assert statuses == [303] * WRITERS
    assert answers(server, link)[ITEMS[0]]["verdict_revision"] == 1
