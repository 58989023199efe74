"""Headers on every answer, errors included, and whose `X-Forwarded-*` is believed."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from checklist.audits.models import Audit
from checklist.middleware import TrustedProxies

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "form-action 'self'",
    "frame-ancestors 'none'", "base-uri 'none'",
}  # fmt: skip


def answers(client: Client, audit: Audit) -> dict[int, HttpResponse]:
    """An answer of every status."""
    path = f"/audits/{audit.edit_token}/"
    return {
        200: client.get(path),
        301: client.get(path.removesuffix("/")),
        303: client.post(path, {"task": "t"}),
        304: client.get("/shared/" + audit.view_token + "/", headers={"If-None-Match": "*"}),
        400: client.post(path + "items/backoff/", {"verdict": "no"}),
        403: client.post(path, {"task": "t"}, headers={"Sec-Fetch-Site": "cross-site"}),
        404: client.get("/audits/" + "a" * 32 + "/"),
        405: client.put(path),
        422: client.post(path, {"task": ""}),
    }


@pytest.mark.parametrize("status", [200, 301, 303, 304, 400, 403, 404, 405, 422])
def test_every_answer_has_the_fixed_headers(client: Client, audit: Audit, status: int) -> None:
    response = answers(client, audit)[status]
    assert (response.status_code, {name: response.headers.get(name) for name in HEADERS}) == (status, HEADERS)


@pytest.mark.parametrize("status", [200, 301, 303, 304, 400, 403, 404, 405, 422])
def test_every_answer_has_the_content_security_policy(client: Client, audit: Audit, status: int) -> None:
    policy = answers(client, audit)[status].headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} == POLICY


@pytest.mark.parametrize("status", [200, 301, 303, 304, 400, 403, 404, 405, 422])
def test_every_answer_below_a_secret_stays_out_of_shared_caches_and_search_engines(
    client: Client, audit: Audit, status: int
) -> None:
    response = answers(client, audit)[status]
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", ["/", "/checklists/celery-tasks/"])
def test_pages_of_the_catalogue_may_be_found_by_search_engines(client: Client, audit: Audit, path: str) -> None:
    assert "X-Robots-Tag" not in client.get(path).headers


def test_a_foreign_host_name_is_400(client: Client, audit: Audit) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_form_that_is_far_too_large_is_413(client: Client, edit_link: str) -> None:
    assert client.post(f"{edit_link}items/backoff/", {"note": "x" * 300_000}).status_code == 413


def forwarded(settings: Settings, sender: str, **headers: str) -> HttpRequest:
    """The request as views see it, when it comes from the address `sender` and 10.0.0.0/8 and ::1 are our proxies."""
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1")]
    request = RequestFactory().get("/", REMOTE_ADDR=sender, headers=headers)
    TrustedProxies(lambda _: HttpResponse())(request)
    return request


@pytest.mark.parametrize("sender", ["10.0.0.1", "10.255.0.7", "::1"])
def test_a_trusted_proxy_says_that_the_client_uses_https(settings: Settings, sender: str) -> None:
    assert forwarded(settings, sender, X_Forwarded_Proto="https").is_secure()


@pytest.mark.parametrize("sender", ["192.0.2.1", "11.0.0.1", "::2", "", "unix:"])
def test_nobody_else_says_that_the_client_uses_https(settings: Settings, sender: str) -> None:
    assert not forwarded(settings, sender, X_Forwarded_Proto="https").is_secure()


@pytest.mark.parametrize("value", ["HTTPS", "ftp", "https,http", "", "javascript"])
def test_only_http_and_https_are_schemes(settings: Settings, value: str) -> None:
    assert forwarded(settings, "10.0.0.1", X_Forwarded_Proto=value).scheme == "http"


def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(settings: Settings) -> None:
    request = forwarded(settings, "10.0.0.1", X_Forwarded_For="198.51.100.1, 192.0.2.7, 10.0.0.2")
    assert request.META["REMOTE_ADDR"] == "192.0.2.7"


def test_an_address_that_a_stranger_claims_is_not_believed(settings: Settings) -> None:
    assert forwarded(settings, "192.0.2.1", X_Forwarded_For="127.0.0.1").META["REMOTE_ADDR"] == "192.0.2.1"


@pytest.mark.parametrize("sender", ["10.0.0.1", "192.0.2.1"])
def test_a_forwarded_host_is_never_believed(settings: Settings, sender: str) -> None:
    assert forwarded(settings, sender, X_Forwarded_Host="evil.example").get_host() == "testserver"


@pytest.mark.parametrize("name", ["For", "Proto", "Host", "Port"])
def test_forwarded_headers_do_not_reach_the_views(settings: Settings, name: str) -> None:
    request = forwarded(settings, "192.0.2.1", **{f"X_Forwarded_{name}": "443"})
    assert f"X-Forwarded-{name}" not in request.headers


def test_a_write_from_a_page_that_the_proxy_serves_over_https_is_our_own(
    settings: Settings, client: Client, edit_link: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    headers = {"Host": "testserver", "Origin": "https://testserver", "X-Forwarded-Proto": "https"}
    assert client.post(edit_link, {"task": "t"}, headers=headers).status_code == 303


@pytest.mark.parametrize("status", [200, 301, 303, 304, 400, 403, 404, 405, 422])
def test_no_answer_may_be_framed(client: Client, audit: Audit, status: int) -> None:
    assert answers(client, audit)[status].headers.get("X-Frame-Options") == "DENY"


def test_a_redirect_to_https_below_a_secret_is_private_too(audit: Audit, edit_link: str, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(edit_link)
    assert (response.status_code, response.headers.get("X-Robots-Tag")) == (301, "noindex, nofollow")
