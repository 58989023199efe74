"""What one client may ask of the site, and the middleware that says so. All figures are in `settings.py`."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

GetResponse = Callable[[HttpRequest], HttpResponse]


class Exceeded(Exception):  # noqa: N818 - what happened, not what is wrong
    """Something would pass a limit. `words` say which, `wait` how many seconds until it may be tried again (0: never)."""

    def __init__(self, status: HTTPStatus, words: str, wait: int = 0) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.wait = wait


class Limits:
    """Refuses bodies that are too large before anything reads them, and answers for limits that a view ran into."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 for a body that is too large and 411 for one that does not say how large it is, else go on.

        A body in chunks would be taken for an empty one: Django reads as much as `Content-Length` says. Browsers always say it.
        """
        length = _length(request)
        most = settings.MOST_BYTES
        if "Transfer-Encoding" in request.headers:
            words = "A request says how large it is, in its header Content-Length; this one comes in chunks."
            return refusal(request, Exceeded(HTTPStatus.LENGTH_REQUIRED, words))
        if length > most and length > (most := _most_bytes(request)):
            words = f"A request holds at most {most // 1024} kB; this one has {length // 1024} kB."
            return refusal(request, Exceeded(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> None:
        """Raise `TooManyFieldsSent` or `TooManyFilesSent`, which become a 400, for a form that is larger than those of its route."""
        if getattr(view, "takes_many", False) or request.method != "POST":
            return
        if sum(len(values) for _, values in request.POST.lists()) > settings.MOST_FIELDS:
            raise TooManyFieldsSent
        if sum(len(files) for _, files in request.FILES.lists()) > settings.MOST_FIELDS:
            raise TooManyFilesSent

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a limit."""
        return refusal(request, exception) if isinstance(exception, Exceeded) else None


def _most_bytes(request: HttpRequest) -> int:
    """How many bytes the body of this route may have."""
    try:
        takes_code = getattr(resolve(request.path_info).func, "takes_code", False)
    except Resolver404:
        takes_code = False
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if takes_code else settings.MOST_BYTES


def _length(request: HttpRequest) -> int:
    """How many bytes the body has. Raises `BadRequest`, which becomes a 400, for what is no number or an absurdly long one."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise BadRequest("Content-Length") from error


def refusal(request: HttpRequest, exceeded: Exceeded) -> HttpResponse:
    """The page that says which limit was reached, and when to come again."""
    return wait(render(request, "limit.html", {"words": exceeded.words}, status=exceeded.status), exceeded)


def wait(response: HttpResponse, exceeded: Exceeded) -> HttpResponse:
    """Say in the header how long to wait."""
    if exceeded.wait:
        response["Retry-After"] = str(exceeded.wait)
    return response
