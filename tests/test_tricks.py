"""What is tried against web servers: other hosts, other methods, other paths, other sizes. Asked of a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from running import Project, Server, send

START = "/checklists/celery-tasks/audits/"
EVIL = "evil.example"


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Server]:
    """A server that another name than that of its public address leads to, too."""
    hosts = "walk.example,other.example"
    with project.serving(PUBLIC_URL="http://walk.example", ALLOWED_HOSTS=hosts, TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def audit(server: Server) -> str:
    """The edit link of an audit."""
    return str(server.ask("POST", START, "task=t").headers["Location"])


@pytest.fixture(scope="module")
def scanned(server: Server) -> str:
    """The edit link of an audit with suggestions."""
    code = "code=from celery import shared_task%0A@shared_task%0Adef t(): pass".replace(" ", "+")
    return str(server.ask("POST", "/checklists/celery-tasks/code/", f"{code}&task=t").headers["Location"])


def ask_raw(server: Server, raw: bytes) -> bytes:
    """What the server answers, however long a busy machine takes for it."""
    return send(server.port, raw, patience=30)


def status(answer: bytes) -> int:
    """The status of the first answer on a connection."""
    return int(answer.split(b" ", 2)[1])


def chunked(path: str, body: bytes) -> bytes:
    """A post in chunks, which does not say how large it is."""
    head = f"POST {path} HTTP/1.1\r\nHost: walk.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return head.encode() + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + body


def test_a_body_in_chunks_is_411_and_is_not_taken_for_an_empty_one(
    server: Server, project: Project, audit: str
) -> None:
    before = project.count("audits.Audit")
    assert status(ask_raw(server, chunked(f"{audit}again/", b"6\r\ntask=t\r\n0\r\n\r\n"))) == 411
    assert project.count("audits.Audit") == before


def test_chunks_without_end_are_not_waited_for(server: Server, audit: str) -> None:
    assert status(ask_raw(server, chunked(audit, b"fffff\r\n" + b"x" * 300_000))) == 411
    assert server.is_well()


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_does_not_change_the_method(server: Server, audit: str, name: str) -> None:
    item = f"{audit}items/known-options-only/"
    assert server.ask("GET", item, **{name: "POST"}).status == 405
    assert server.ask("POST", item, "verdict=pass&_method=DELETE", **{name: "GET"}).status == 303


@pytest.mark.parametrize("path", ["/", "/mine", "/nowhere/", "/admin/", START])
def test_a_foreign_host_is_400_and_is_not_repeated(server: Server, path: str) -> None:
    response = server.ask("GET", path, Host=EVIL)
    assert (response.status, EVIL in response.text + str(response.headers)) == (400, False)


@pytest.mark.parametrize(
    "headers", [{"Host": "other.example"}, {"X_Forwarded_Host": EVIL}, {"Forwarded": f"host={EVIL}"}]
)
def test_absolute_links_are_those_of_the_public_address(server: Server, audit: str, headers: dict[str, str]) -> None:
    page = server.ask("GET", audit, **headers).text
    assert re.findall(r'value="(https?://[^/]+)/shared/', page) == ["http://walk.example"]
    shared = json.loads(server.ask("GET", f"{audit}export.json", **headers).text)["shared"]
    assert shared.startswith("http://walk.example/shared/")
    assert EVIL not in page


@pytest.mark.parametrize(
    "target", [f"//{EVIL}/%2e%2e", f"//{EVIL}", f"/%2f{EVIL}", f"/\\{EVIL}", f"/%5c{EVIL}", f"http://{EVIL}/mine", f"/{EVIL}//..", f"/%09/{EVIL}"]
)  # fmt: skip
def test_no_target_of_a_request_leads_to_another_site(server: Server, target: str) -> None:
    answer = ask_raw(server, f"GET {target} HTTP/1.1\r\nHost: walk.example\r\nConnection: close\r\n\r\n".encode())
    location = re.search(rb"\r\nLocation: ([^\r]*)", answer)
    assert 200 <= status(answer) < 500
    assert not location or re.match(rb"/(?![/\\])", location[1])


@pytest.mark.parametrize(
    "target", ["/../settings.py", "/%2e%2e/checklist/settings.py", "/..%2fvar%2fsecret_key", "/..%5cvar", "/%00", "/audit/../../manage.py", "//etc/passwd", "/.%00./"]
)  # fmt: skip
def test_nothing_but_static_files_is_served_as_one(server: Server, target: str) -> None:
    answer = ask_raw(
        server, f"GET /static{target} HTTP/1.1\r\nHost: walk.example\r\nConnection: close\r\n\r\n".encode()
    )
    assert status(answer) in {400, 404}


@pytest.mark.parametrize(
    ("line", "refused"),
    [("X: " + "x" * 9000, 431), ("Cookie: " + "a=b; " * 2000, 431), ("\r\n".join(["X: y"] * 150), 431), ("Host: a\r\nHost: b", 400)],
)  # fmt: skip
def test_a_header_has_its_limits(server: Server, line: str, refused: int) -> None:
    answer = ask_raw(server, f"GET / HTTP/1.1\r\n{line}\r\nConnection: close\r\n\r\n".encode())
    assert status(answer) == refused


def test_an_address_has_its_limit(server: Server) -> None:
    assert server.ask("GET", "/mine/?q=" + "x" * 5000).status == 414


def form(field: str, number: int, *, files: bool) -> tuple[str, dict[str, str]]:
    """A body with so many fields, or files, of that name, and its headers."""
    if not files:
        return "&".join([f"{field}=other"] * number), {}
    part = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="x.py"\r\n\r\nx\r\n'
    return part * number + "--b--\r\n", {"Content_Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("files", [False, True])
def test_a_form_has_at_most_a_hundred_fields_and_files(server: Server, audit: str, files: bool) -> None:
    body, headers = form("task", 101, files=files)
    assert server.ask("POST", audit, body, **headers).status == 400
    assert json.loads(server.ask("GET", f"{audit}export.json").text)["task"] == "t"
    body, headers = form("url", 100, files=files)  # without a task, the form itself refuses them
    refused = server.ask("POST", audit, body, **headers)
    assert (refused.status, "problem" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("path", "field", "files", "most", "then"),
    [
        ("/checklists/celery-tasks/code/", "task", False, 422, 413),
        ("/checklists/celery-tasks/code/", "files", True, 422, 413),
        ("suggestions/", "item", False, 422, 400),
    ],
)
def test_where_much_is_given_or_chosen_a_form_may_have_a_thousand(
    server: Server, scanned: str, path: str, field: str, files: bool, most: int, then: int
) -> None:
    address = path if path.startswith("/") else f"{scanned}{path}"
    for number, expected in ((1000, most), (1001, then)):
        body, headers = form(field, number, files=files)
        assert server.ask("POST", address, body, **headers).status == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wanted", [f"//{EVIL}/", f"https://{EVIL}/", f"/\\{EVIL}", "javascript:alert(1)", f"http:///{EVIL}"]
)
def test_signing_in_leads_to_no_other_site(wanted: str) -> None:
    User.objects.create_superuser("operator", password="only here")
    form = {"username": "operator", "password": "only here", "next": wanted}
    response = Client().post("/admin/login/", form, query_params={"next": wanted})
    assert response.status_code == 302
    assert re.match(r"/(?![/\\])", response["Location"])
