"""One line in the log for every request, and the id that all lines about a request share.

The line names the URL's pattern, never its path, and no address, which would be personal data. It is written where `LOG_LEVEL` is
`info` or `debug`.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from structlog import contextvars

from checklist.logs import redact

_log = logging.getLogger(__name__)
_ID = re.compile("[A-Za-z0-9._-]{1,64}")


class RequestLog:
    """Gives the request its id, writes its line, and tells the id to whoever sees an error of ours.

    A trusted proxy may give the id in `X-Request-ID` (`TrustedProxies`, which comes before, drops that of anybody else).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, then write the line. The id stays: gunicorn may still fail to send the answer."""
        begun = time.perf_counter()
        request_id = _id(request.META.get("HTTP_X_REQUEST_ID", ""))
        contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        if response.status_code >= 500:
            response["X-Request-ID"] = request_id
        if _log.isEnabledFor(logging.INFO):
            milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            _log.info("request", extra=_facts(request, response) | {"ms": milliseconds})
        return response


def _id(given: str) -> str:
    """`given` when it is short and plain, and nothing that the log would take for a secret, else a new id."""
    return given if _ID.fullmatch(given) and redact(given) == given else secrets.token_hex(8)


def _facts(request: HttpRequest, response: HttpResponse) -> dict[str, object]:
    """What the line says. The bytes are those of the body before it is framed; for `HEAD`, of the body that it stands for."""
    length = response.headers.get("Content-Length") or len(getattr(response, "content", b""))
    return {
        "method": request.method,
        "route": _route(request),
        "status": response.status_code,
        "bytes": int(length),
    }


def _route(request: HttpRequest) -> str:
    """The pattern of the URL, for instance `audits/<token:token>/`; empty where there is none."""
    if request.path_info.startswith(settings.STATIC_URL):
        return f"{settings.STATIC_URL}<file>".lstrip("/")
    try:
        return (request.resolver_match or resolve(request.path_info)).route
    except Resolver404:
        return ""
