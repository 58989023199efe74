"""Every route of the site as the resolver knows it, and what may stand in the place of its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from gateway import ask
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sample_content import ITEMS

from checklist.wsgi import Handler

from .texts import mostly, pieces
from .world import World

# Django's admin has these as regular expressions.
EXPRESSIONS = {r"^(?P<app_label>auth|catalogue|audits)/$": "<app>/", r"(?P<url>.*)$": "<path:url>"}
NUMBERS = ["0", "1", "2", "-1", "00", "9" * 9, str(2**31), str(2**63), "9" * 30, "9" * 5000, "1e3", "\u0661", "%31"]


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every route as `urls.py` writes it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        own = str(pattern.pattern)
        path = prefix + (own if isinstance(pattern.pattern, RoutePattern) else EXPRESSIONS[own])
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from routes(pattern, path)


def parameters(route: str) -> list[str]:
    """The names of a route's parameters."""
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def values(world: World, route: str) -> dict[str, SearchStrategy[str]]:
    """What stands in the place of each parameter: mostly what is there, else junk. A parameter that is not here fails a test."""
    junk = pieces()
    right, wrong = world.edit_tokens, world.view_tokens
    right, wrong = (wrong, right) if route.startswith("shared/") else (right, wrong)
    number = mostly(st.sampled_from(world.numbers), st.sampled_from(NUMBERS) | junk)
    return {
        "token": mostly(
            st.sampled_from(right), st.sampled_from([*wrong, "a" * 32, "-" * 22, "a" * 21, "a" * 65]) | junk
        ),
        "slug": mostly(st.just("celery-tasks"), junk),
        "item": mostly(st.sampled_from(ITEMS), junk),
        "extension": mostly(st.sampled_from(["md", "json", "gitlab.md", "txt", "csv"]), junk),
        "revision": number,
        "number": number,
        "pk": number,
        "object_id": number,
        "content_type_id": number,
        "id": number,
        "app": st.sampled_from(["auth", "catalogue", "audits"]),
        "url": junk,
    }


def methods(application: Handler) -> dict[str, list[str]]:
    """What each route answers to, by what it says of a method that nobody has; Django's admin says nothing."""
    found = {}
    for route in routes():
        path = re.sub(r"<(?:\w+:)?\w+>", "1", route.replace("<token:token>", "a" * 32))
        allowed = ask(application, "BREW", f"/{path}").headers.get("Allow", "GET, POST")
        found[route] = [method for method in ("GET", "POST") if method in allowed]
    return found


def of_group(route: str) -> str:
    """Routes that are fuzzed together, so that each gets its share: those below one right, and those of the items of an audit apart."""
    first = f"{route.partition('/')[0]}/" if "/" in route else ""
    return f"{first}items/" if first == "audits/" and "/items/" in route else first


GROUPS = sorted({of_group(route) for route in routes()})


def paths(world: World, name: str) -> SearchStrategy[tuple[str, str]]:
    """A route of a group and a path of it, sometimes spelt in a way that tries to pass for another."""
    found = [route for route in routes() if of_group(route) == name]
    return st.sampled_from(found).flatmap(lambda route: _of(route, values(world, route)))


def _of(route: str, known: dict[str, SearchStrategy[str]]) -> SearchStrategy[tuple[str, str]]:
    chosen = st.tuples(*(known[name] for name in parameters(route)))
    return st.tuples(st.just(route), st.tuples(chosen, tricks).map(lambda found: found[1](_filled(route, found[0]))))


def _filled(route: str, chosen: tuple[str, ...]) -> str:
    rest = iter(chosen)
    return "/" + re.sub(r"<(?:\w+:)?\w+>", lambda _: next(rest), route)


tricks = mostly(
    st.just(lambda path: path),
    st.sampled_from(
        [
            lambda path: path.removesuffix("/"),
            lambda path: path + "/",
            lambda path: "/" + path,
            lambda path: "/evil.example/.." + path,
            lambda path: path.replace("/", "//"),
            lambda path: path.replace("/", "/./"),
            lambda path: path.replace("/", "\\"),
            lambda path: path + "%00",
            lambda path: path + "%2e%2e%2f",
            lambda path: path + "..%c0%af..%c0%af",
            lambda path: path + ";jsessionid=1",
            lambda path: path + "%0d%0aSet-Cookie:%20a=b",
            lambda path: path.replace("a", "%61", 1),
            lambda path: path.upper(),
            lambda path: path + "x" * 9000,
        ]
    ),
)
