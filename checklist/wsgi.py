"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "checklist.settings")
django.setup(set_prefix=False)


class Request(WSGIRequest):
    """A request in UTF-8, whatever charset it names: Python knows codecs that decode to what no database takes, or to no text.

    Django would take the name when it makes the request, before any middleware, and fail there.
    """

    @property
    def encoding(self) -> str:
        """UTF-8."""
        return settings.DEFAULT_CHARSET

    @encoding.setter
    def encoding(self, name: str) -> None:
        """Nothing; Django sets here what the client named."""


class Handler(WSGIHandler):
    """Django, with these requests."""

    request_class = Request


application = Handler()
