"""The header set of every kind of answer, as a browser behind the proxy gets it over https. `docs/security.md` says what each line is for."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
from running import ROOT, Project, Server

START = "/checklists/celery-tasks/audits/"
BEHIND_PROXY = {"PUBLIC_URL": "https://walk.example", "TRUSTED_PROXIES": "127.0.0.1"}
OVER_HTTPS = {"Host": "walk.example", "X_Forwarded_Proto": "https", "X_Forwarded_For": "203.0.113.77"}

# Files under /static/ come from the build, the same for everybody, and nothing in them runs on its own.
STATIC = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGE = STATIC | {
    "Content-Security-Policy": "base-uri 'none'; connect-src 'self'; default-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
BADGE = PAGE | {"Cross-Origin-Resource-Policy": "cross-origin"}
OF_SECURITY = set(PAGE) | {
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Content-Security-Policy-Report-Only",
    "X-Powered-By",
}


def ask(server: Server, method: str, path: str, body: str = "", **headers: str) -> HTTPResponse:
    """One request as the proxy passes it on."""
    return server.ask(method, path, body, **OVER_HTTPS | headers)


@pytest.fixture(scope="module")
def answers(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, HTTPResponse]]:
    """An answer of every kind. One client, whom no other test knows, may start one audit here; the 500 is that of a server on an empty database."""
    with project.serving(STARTS_PER_HOUR="1", **BEHIND_PROXY) as server:
        found = asked(server)
    empty = f"sqlite:///{tmp_path_factory.mktemp('empty')}/empty.sqlite3"
    with project.serving(DATABASE_URL=empty, SECRET_KEY="x", **BEHIND_PROXY) as broken:
        yield found | {"500": ask(broken, "GET", "/")}


def asked(server: Server) -> dict[str, HTTPResponse]:
    """What one server answers to every kind of request."""
    started = ask(server, "POST", START, "task=t")
    edit = started.headers["Location"]
    shared = json.loads(ask(server, "GET", f"{edit}export.json").text)["shared"].removeprefix("https://walk.example")
    gets = {
        "home": "/",
        "checklist": "/checklists/celery-tasks/",
        "audit": edit,
        "history": f"{edit}history/",
        "links": f"{edit}links/",
        "poll": f"{edit}changes",
        "shared": shared,
        "badge": f"{shared}badge.svg",
        "comment": f"{edit}items/known-options-only/comment.md",
        "mine": "/mine/",
        "login": "/admin/login/",
        "health": "/healthz",
        "404": "/nowhere/",
        "404 below a secret": "/audits/" + "a" * 32 + "/",
        "301": "/mine",
        **{extension: f"{shared}export.{extension}" for extension in ("md", "gitlab.md", "txt", "csv", "json")},
    }
    found = {name: ask(server, "GET", path) for name, path in gets.items()}
    unchanged = ask(server, "GET", shared, If_None_Match=found["shared"].headers["ETag"])
    # The second note was written by somebody who had not seen the first.
    item = f"{edit}items/known-options-only/"
    conflict = [ask(server, "POST", item, f"note={note}&base=0") for note in ("first", "second")][1]
    return found | {
        "static": ask(server, "GET", found["home"].text.partition('<script src="')[2].partition('"')[0]),
        "303": started,
        "304": unchanged,
        "400": ask(server, "POST", item, "verdict=no"),
        "foreign host": ask(server, "GET", "/", Host="evil.example"),
        "403": ask(server, "POST", edit, "task=t", Origin="https://evil.example"),
        "403 without a token": ask(server, "POST", "/mine/forget/"),
        "405": ask(server, "PUT", "/"),
        "409": conflict,
        "413": ask(server, "POST", edit, "task=" + "x" * 300_000),
        "422": ask(server, "POST", edit, "task="),
        "429": ask(server, "POST", START, "task=t"),
        "redirect to https": server.ask("GET", "/", Host="walk.example"),
    }


def of_security(response: HTTPResponse) -> dict[str, str]:
    """The headers of an answer that say something about security, the policy in the order of the alphabet."""
    found = {name: value for name, value in response.headers.items() if name in OF_SECURITY}
    if policy := found.get("Content-Security-Policy"):
        found["Content-Security-Policy"] = "; ".join(sorted(part.strip() for part in policy.split(";")))
    return found


def test_the_kinds_are_what_they_are_called(answers: dict[str, HTTPResponse]) -> None:
    named = {name: response.status for name, response in answers.items() if name[:3].isdigit()}
    assert {name: status for name, status in named.items() if int(name[:3]) != status} == {}


def test_every_page_and_every_error_has_the_whole_set(answers: dict[str, HTTPResponse]) -> None:
    others = {"static", "badge", "redirect to https"}
    found = {name: of_security(response) for name, response in answers.items() if name not in others}
    assert {name: headers for name, headers in found.items() if headers != PAGE} == {}


def test_the_badge_is_the_one_thing_that_other_sites_may_embed(answers: dict[str, HTTPResponse]) -> None:
    assert of_security(answers["badge"]) == BADGE


def test_a_static_file_says_what_it_is_and_to_stay_on_https(answers: dict[str, HTTPResponse]) -> None:
    assert of_security(answers["static"]) == STATIC


def test_the_first_redirect_leads_to_https_on_the_same_host(answers: dict[str, HTTPResponse]) -> None:
    response = answers["redirect to https"]
    assert (response.status, response.headers["Location"]) == (301, "https://walk.example/")


@pytest.mark.parametrize(("kind", "name"), [("303", "visitor"), ("login", "csrftoken")])
def test_a_cookie_is_for_https_and_for_no_script_and_for_no_other_site(
    answers: dict[str, HTTPResponse], kind: str, name: str
) -> None:
    cookie, *flags = (part.strip() for part in answers[kind].headers["Set-Cookie"].split(";"))
    assert cookie.startswith(f"{name}=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not [flag for flag in flags if flag.startswith("Domain")]


def test_reading_the_first_page_sets_no_cookie(answers: dict[str, HTTPResponse]) -> None:
    assert "Set-Cookie" not in answers["home"].headers


def test_scripts_come_from_this_site_alone(answers: dict[str, HTTPResponse]) -> None:
    for page in ("home", "audit", "shared", "mine", "login"):
        assert 'src="/' in answers[page].text
        assert "//" not in answers[page].text.split('src="')[1].split('"')[0]


def test_the_settings_for_a_deployment_leave_no_warning(project: Project) -> None:
    # On SQLite the key that the first run made has to be good enough; on PostgreSQL the operator gives one.
    key = {"SECRET_KEY": secrets.token_urlsafe(50)} if "SECRET_KEY" in project.environment else {}
    said = project.manage("check", "--deploy", "--fail-level", "WARNING", **BEHIND_PROXY, **key)
    assert "no issues" in said


def test_a_deployment_over_http_is_warned_about(project: Project) -> None:
    process = project.start("check", "--deploy", "--fail-level", "WARNING", PUBLIC_URL="http://walk.example")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "SECURE_SSL_REDIRECT" in said


def test_the_documentation_names_every_header_as_it_is_sent() -> None:
    text = Path(ROOT, "docs", "security.md").read_text()
    assert [name for name in PAGE if name not in text] == []
    assert [part for value in PAGE.values() for part in value.split("; ") if part not in text] == []
