"""What the site answers when its database is away, locked or too slow: 503, and when to come again."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]

RETRY_AFTER = 5  # seconds

logger = logging.getLogger(__name__)


class DatabaseAway:
    """Answers for errors of the database that pass by themselves. Open pages send what was not saved again, by themselves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for 503. Every other error stays one, and its traceback reaches the log."""
        if not passes_by_itself(exception):
            return None
        route = request.resolver_match.route if request.resolver_match else ""
        logger.error("no answer from the database for %s: %s", route, " ".join(str(exception).split()))
        response = render(request, "503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = str(RETRY_AFTER)
        return response


def passes_by_itself(exception: Exception) -> bool:
    """Whether the database is away, a connection was lost, or time ran out for a lock, a statement or a free connection.

    SQLite calls faults of a statement, such as a missing table, operational too; those stay.
    """
    is_fault = getattr(exception.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return isinstance(exception, OperationalError | InterfaceError) and not is_fault
