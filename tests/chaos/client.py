"""One request to the server, and what everybody asks it for first."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

PATIENCE = 15.0  # seconds without an answer


@dataclass
class Answered:
    """An answer of the server; status 0 is none at all."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


def ask(port: int, method: str, path: str, values: dict[str, str] | None = None, **headers: str) -> Answered:
    """One request on a connection of its own, the values as a form."""
    return exchange(HTTPConnection("127.0.0.1", port, timeout=PATIENCE), method, path, values, **headers)


def exchange(
    connection: HTTPConnection, method: str, path: str, values: dict[str, str] | None = None, **headers: str
) -> Answered:
    """One request on `connection`, which is closed then."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Connection": "close"}
    if values is not None:
        named["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, urlencode(values) if values is not None else None, named)
        response = connection.getresponse()
        return Answered(response.status, dict(response.headers), response.read().decode())
    except (OSError, HTTPException):
        return Answered(0)
    finally:
        connection.close()


def new_audit(port: int, number: int = 0) -> str:
    """Start an audit: the path of its edit link."""
    answered = ask(port, "POST", "/checklists/celery-tasks/audits/", {"task": f"chaos.tasks.number_{number}"})
    return answered.headers["Location"]


def items_of(port: int, audit: str) -> list[str]:
    """The items that an audit asks for."""
    return re.findall(r'action="items/([^/"]+)/"', ask(port, "GET", audit).text)
