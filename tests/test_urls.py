"""What holds for every URL, driven from the URL resolver: a route that is not in the table below fails the first test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import scans
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from sample_content import REWORDED

from checklist.audits import lifecycle, service
from checklist.audits.models import Audit
from checklist.catalogue import loader

State = Callable[[], list[object]]


@dataclass(frozen=True)
class Route:
    """What a route allows: its methods, whose token opens it ("edit", "view" or nobody's) and a body that it accepts.

    `given` names the state in which it does: a key of `GIVEN`.
    """

    allowed: tuple[str, ...]
    right: str = ""
    body: dict[str, str] = field(default_factory=dict)
    given: str = ""


CODE = scans.CODE
READ = ("GET", "HEAD")
ROUTES = {
    "": Route(READ),
    "healthz": Route(READ),
    "checklists/<slug:slug>/": Route(READ),
    "checklists/<slug:slug>/audits/": Route(("POST",), body={"task": "billing.tasks.refund"}),
    "checklists/<slug:slug>/code/": Route((*READ, "POST"), body={"code": CODE, "task": "charge"}),
    "audits/<token:token>/": Route((*READ, "POST"), "edit", {"task": "billing.tasks.refund"}),
    "audits/<token:token>/items/<slug:item>/": Route(("POST",), "edit", {"verdict": "pass"}),
    "audits/<token:token>/items/<slug:item>/comment.md": Route(READ, "edit"),
    "audits/<token:token>/items/<slug:item>/history/": Route(READ, "edit"),
    "audits/<token:token>/items/<slug:item>/history/<int:revision>/erase/": Route(
        ("POST",), "edit", given="an old note"
    ),
    "audits/<token:token>/history/": Route(READ, "edit"),
    "audits/<token:token>/changes": Route(READ, "edit"),
    "audits/<token:token>/links/": Route((*READ, "POST"), "edit", {"link": "view", "action": "off"}),
    "audits/<token:token>/keep/": Route(("POST",), "edit"),
    "audits/<token:token>/again/": Route((*READ, "POST"), "edit"),
    "audits/<token:token>/comparison/": Route(READ, "edit", given="an earlier audit"),
    "audits/<token:token>/edition/": Route((*READ, "POST"), "edit", {"edition": "2"}, given="a newer edition"),
    "audits/<token:token>/delete/": Route((*READ, "POST"), "edit"),
    "audits/<token:token>/restore/": Route(("POST",), "edit", given="deleted"),
    "audits/<token:token>/remove/": Route(("POST",), "edit", given="deleted"),
    "audits/<token:token>/questions/": Route(("POST",), "edit", {"question-scheduled": "no"}),
    "audits/<token:token>/scan/": Route((*READ, "POST"), "edit", {"code": CODE}, given="a scan"),
    "audits/<token:token>/source/delete/": Route(("POST",), "edit", given="a scan"),
    "audits/<token:token>/suggestions/": Route(
        (*READ, "POST"), "edit", {"item": f"backoff:{scans.FOUND}"}, given="a scan"
    ),
    "audits/<token:token>/export.<str:extension>": Route(READ, "edit"),
    "shared/<token:token>/": Route(READ, "view"),
    "shared/<token:token>/changes": Route(READ, "view"),
    "shared/<token:token>/badge.svg": Route(READ, "view"),
    "shared/<token:token>/items/<slug:item>/comment.md": Route(READ, "view"),
    "shared/<token:token>/export.<str:extension>": Route(READ, "view"),
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

ALLOWED = [(path, method) for path, route in ROUTES.items() for method in METHODS if method in route.allowed]
WRONG = [(path, method) for path, route in ROUTES.items() for method in METHODS if method not in route.allowed]
SECRET = [(path, method) for path, method in ALLOWED if ROUTES[path].right and method != "HEAD"]
READABLE = [path for path, route in ROUTES.items() if "GET" in route.allowed]
WRITABLE = [path for path, route in ROUTES.items() if "POST" in route.allowed]

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:81"},
    {"Origin": "https://testserver"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
]
OWN = [
    {},
    {"Origin": "http://testserver"},
    {"Origin": "http://127.0.0.1:8000"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
]

# Each stands in the place of a token; TOKEN and VIEW become tokens that are right elsewhere.
JUNK = [
    "a" * 32, "a" * 22, "a" * 64, "a" * 21, "a" * 65, "a" * 9000, "-", "_" * 32, "", "..", "%2e%2e", "%00" * 32, "TOKEN%00", "%00TOKEN",
    "TOKEN%0A", "TOKEN%20", "%20TOKEN", "TOKENx", "TOKEN%2F", "TOKEN%25", "%FF%FE" * 16, "%C3%A9" * 32, "%27%20OR%201%3D1%20--", "TOKEN;", "*" * 32,
]  # fmt: skip


def old_note(audit: Audit) -> None:
    """Two texts of a note, of which the first can be erased."""
    for text in ("first", "second"):
        service.answer(audit=audit, item="backoff", note=text)


def earlier(audit: Audit) -> None:
    """An audit of the same task before this one."""
    before = service.start(edition=audit.edition, task=audit.task)
    Audit.objects.filter(pk=audit.pk).update(earlier=before)


GIVEN: dict[str, Callable[[Audit], object]] = {
    "an old note": old_note,
    "a newer edition": lambda audit: loader.load([REWORDED]),
    "an earlier audit": earlier,
    "deleted": lambda audit: lifecycle.delete(audit=audit),
    "a scan": scans.scan,
}


@pytest.fixture(autouse=True)
def given(request: pytest.FixtureRequest) -> None:
    """The audit in the state in which the route of the test does what it is for."""
    found = ROUTES.get(request.node.callspec.params.get("path", "")) if hasattr(request.node, "callspec") else None
    if found and found.given:
        GIVEN[found.given](request.getfixturevalue("audit"))


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every route below `resolver` as `urls.py` writes it."""
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from routes(pattern, path)


def address(path: str, token: str = "", extension: str = "md") -> str:
    """A path of the route: the sample checklist, an item of it, and this token."""
    names = {
        "<slug:slug>": "celery-tasks",
        "<slug:item>": "backoff",
        "<token:token>": token,
        "<str:extension>": extension,
        "<int:revision>": "1",
    }
    return "/" + re.sub("<[^>]*>", lambda match: names[match.group()], path)


def right(path: str, audit: Audit) -> str:
    """The token that opens the route."""
    return {"edit": audit.edit_token, "view": audit.view_token, "": ""}[ROUTES[path].right]


def ask(client: Client, path: str, method: str, token: str, **headers: str) -> HttpResponse:
    """The route's answer; a POST carries a body that it accepts."""
    if method == "POST":
        return client.post(address(path, token), ROUTES[path].body, headers=headers)
    return client.generic(method, address(path, token), headers=headers)


def test_every_route_is_in_the_table() -> None:
    others = ("admin/", "mine/")  # Django's own, and what a cookie authorises
    found = [path for path in routes(get_resolver()) if not path.startswith(others)]
    assert sorted(found) == sorted(ROUTES)


@pytest.mark.parametrize(("path", "method"), ALLOWED)
def test_an_allowed_method_is_answered(client: Client, audit: Audit, path: str, method: str) -> None:
    assert ask(client, path, method, right(path, audit)).status_code in {200, 303}


@pytest.mark.parametrize(("path", "method"), WRONG)
def test_a_wrong_method_is_405_and_names_the_right_ones(client: Client, audit: Audit, path: str, method: str) -> None:
    response = ask(client, path, method, right(path, audit))
    assert (response.status_code, set(response["Allow"].split(", "))) == (405, set(ROUTES[path].allowed))


@pytest.mark.parametrize(("path", "method"), WRONG)
def test_a_wrong_method_changes_nothing(client: Client, audit: Audit, state: State, path: str, method: str) -> None:
    before = state()
    ask(client, path, method, right(path, audit))
    assert state() == before


@pytest.mark.parametrize("method", READ)
@pytest.mark.parametrize("path", READABLE)
def test_reading_changes_nothing(client: Client, audit: Audit, state: State, path: str, method: str) -> None:
    before = state()
    ask(client, path, method, right(path, audit))
    assert state() == before


@pytest.mark.parametrize("path", READABLE)
def test_head_says_what_get_says_without_the_body(client: Client, audit: Audit, path: str) -> None:
    head, get = (ask(client, path, method, right(path, audit)) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content, head.headers) == (200, b"", get.headers)


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: junk[:24])
@pytest.mark.parametrize(("path", "method"), SECRET)
def test_a_wrong_token_is_always_the_same_404(client: Client, audit: Audit, path: str, method: str, junk: str) -> None:
    reference = client.get("/there-is-no-such-page/")
    response = ask(client, path, method, junk.replace("TOKEN", right(path, audit)))
    assert (response.status_code, response.content) == (404, reference.content)


@pytest.mark.parametrize(("path", "method"), SECRET)
def test_the_token_of_the_other_right_is_the_same_404(client: Client, audit: Audit, path: str, method: str) -> None:
    other = {"edit": audit.view_token, "view": audit.edit_token}[ROUTES[path].right]
    response = ask(client, path, method, other)
    assert (response.status_code, response.content) == (404, client.get("/there-is-no-such-page/").content)


@pytest.mark.parametrize(("path", "method"), SECRET)
def test_a_404_has_the_headers_of_any_other_404(client: Client, audit: Audit, path: str, method: str) -> None:
    wrong = ask(client, path, method, audit.view_token if ROUTES[path].right == "edit" else audit.edit_token)
    assert wrong.headers == ask(client, path, method, "a" * 32).headers


@pytest.mark.parametrize("path", [path for path in WRITABLE if ROUTES[path].right])
def test_a_write_reaches_only_the_audit_of_its_token(client: Client, audit: Audit, state: State, path: str) -> None:
    other = service.start(edition=audit.edition, task="another.task")
    if given := ROUTES[path].given:
        GIVEN[given](other)
    before = Audit.objects.filter(pk=audit.pk).values().get(), [*audit.answers.values()], [*audit.changes.values()]
    ask(client, path, "POST", other.edit_token)
    after = Audit.objects.filter(pk=audit.pk).values().get(), [*audit.answers.values()], [*audit.changes.values()]
    assert after == before


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", WRITABLE)
def test_a_write_from_a_foreign_site_is_403(client: Client, audit: Audit, path: str, headers: dict[str, str]) -> None:
    assert ask(client, path, "POST", right(path, audit), **headers).status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", WRITABLE)
def test_a_write_from_a_foreign_site_changes_nothing(
    client: Client, audit: Audit, state: State, path: str, headers: dict[str, str]
) -> None:
    before = state()
    ask(client, path, "POST", right(path, audit), **headers)
    assert state() == before


@pytest.mark.parametrize("headers", OWN, ids=str)
@pytest.mark.parametrize("path", WRITABLE)
def test_a_write_from_our_own_pages_or_from_no_browser_is_done(
    client: Client, audit: Audit, state: State, path: str, headers: dict[str, str]
) -> None:
    before = state()
    assert ask(client, path, "POST", right(path, audit), **headers).status_code == 303
    assert state() != before


@pytest.mark.parametrize("path", READABLE)
def test_a_link_on_a_foreign_site_may_be_followed(client: Client, audit: Audit, path: str) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert ask(client, path, "GET", right(path, audit), **headers).status_code == 200


# These put an audit into the browser's list, or look whether it is there.
PERSONAL = {
    ("checklists/<slug:slug>/audits/", "POST"),
    ("checklists/<slug:slug>/code/", "POST"),
    ("audits/<token:token>/keep/", "POST"),
    ("audits/<token:token>/again/", "POST"),
    *((f"audits/<token:token>/{name}/", method) for name in ("links", "delete") for method in READ),
}


@pytest.mark.parametrize(("path", "method"), sorted(set(ALLOWED) - PERSONAL))
def test_no_answer_sets_or_varies_by_a_cookie(client: Client, audit: Audit, path: str, method: str) -> None:
    response = ask(client, path, method, right(path, audit))
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


@pytest.mark.parametrize("path", [path for path in ROUTES if path.endswith("/")])
def test_without_its_last_slash_a_path_leads_to_itself_or_nowhere(client: Client, audit: Audit, path: str) -> None:
    bare = address(path, right(path, audit)).removesuffix("/")
    response = client.get(bare)
    assert (response.status_code, response.headers.get("Location")) == (301, f"{bare}/")


@pytest.mark.parametrize("right", ["audits", "shared"])
def test_without_its_last_slash_a_wrong_token_looks_like_a_right_one(client: Client, audit: Audit, right: str) -> None:
    token = {"audits": audit.edit_token, "shared": audit.view_token}[right]
    known, unknown = (client.get(f"/{right}/{secret}") for secret in (token, "a" * 32))
    assert (known.status_code, known.headers["Cache-Control"]) == (
        unknown.status_code,
        unknown.headers["Cache-Control"],
    )


@pytest.mark.parametrize(
    "path", ["//evil.example/", "//evil.example/audits", "//evil.example/checklists/x", "/\\evil.example"]
)
def test_no_path_redirects_to_another_site(client: Client, db: None, path: str) -> None:
    assert client.get("/", PATH_INFO=path).status_code == 404
