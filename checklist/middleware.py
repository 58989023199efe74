"""What holds for every request, whatever view answers it. The order is that of `settings.MIDDLEWARE`."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from checklist.views import forbidden

GetResponse = Callable[[HttpRequest], HttpResponse]


def _is_trusted(address: str) -> bool:
    try:
        return any(ipaddress.ip_address(address) in network for network in settings.TRUSTED_PROXIES)
    except ValueError:
        return False


class TrustedProxies:
    """Believes `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-ID` from `TRUSTED_PROXIES`, and drops them from everybody else.

    Afterwards `REMOTE_ADDR` is the client (the last address that is not one of our proxies) and `request.is_secure()` is
    what the client used.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Correct `request.META`, then go on."""
        meta = request.META
        if _is_trusted(meta.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
            meta["REMOTE_ADDR"] = next((hop for hop in reversed(hops) if not _is_trusted(hop)), meta["REMOTE_ADDR"])
            if meta.get("HTTP_X_FORWARDED_PROTO") in {"http", "https"}:
                meta["wsgi.url_scheme"] = meta["HTTP_X_FORWARDED_PROTO"]
        else:
            meta.pop("HTTP_X_REQUEST_ID", None)
        for name in (
            "HTTP_X_FORWARDED_FOR",
            "HTTP_X_FORWARDED_PROTO",
            "HTTP_X_FORWARDED_HOST",
            "HTTP_X_FORWARDED_PORT",
        ):
            meta.pop(name, None)
        return self.get_response(request)


class PrivatePages:
    """Everything under an audit's secret, errors included, stays out of shared caches and search engines.

    Never `no-store`: it would break the Back button.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to the answer."""
        response = self.get_response(request)
        if request.path.startswith(("/audits/", "/shared/", "/mine/")):
            response["Cache-Control"] = "private, no-cache"
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response


class FixedHeaders:
    """Headers that no package sets: no device features for us or for anyone we embed, no reading of our answers elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to the answer."""
        response = self.get_response(request)
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SameOriginWrites:
    """Refuses writes that a foreign site makes a browser send.

    Under an audit's secret the secret is the credential, so these forms carry no CSRF token; what a browser says about
    where a request comes from is checked instead. Clients that say nothing (curl) are let through.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 403 to a foreign write, else go on."""
        if request.method not in {"GET", "HEAD", "OPTIONS", "TRACE"} and self._is_foreign(request):
            return forbidden(request)
        return self.get_response(request)

    def _is_foreign(self, request: HttpRequest) -> bool:
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return True
        origin = request.headers.get("Origin")
        return origin is not None and origin.lower() not in {settings.PUBLIC_URL.lower(), self._own_origin(request)}

    def _own_origin(self, request: HttpRequest) -> str:
        return f"{request.scheme}://{request.get_host()}".lower()
