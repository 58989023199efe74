"""Every link in the checklists has a form that will still work: https, a living host, a fixed version or `stable`.

Nothing is fetched; whether the pages are there is not for a test to say.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from content.examples import CONTENT, checklists

pytestmark = pytest.mark.content

DEAD_HOSTS = {"docs.celeryproject.org", "www.celeryproject.org", "celery.readthedocs.org", "bitbucket.org"}
MOVING = {"latest", "main", "master", "dev", "devel", "current", "next"}  # parts of a path that change their page

# How the paths of documentation with versions begin.
VERSIONED = {
    "docs.celeryq.dev": r"/en/(stable|v\d+\.\d+\.\d+)/",
    "docs.djangoproject.com": r"/en/\d+\.\d+/",
    "docs.python.org": r"/3\.\d+/",
    "www.postgresql.org": r"/docs/\d+/",
    "www.rabbitmq.com": r"/docs/\d+\.\d+/",
}

LINKS = sorted(
    {
        link
        for slug in checklists()
        for link in re.findall(r"https?://[^\s\"'<>)}\]]+", (CONTENT / f"{slug}.yaml").read_text())
    }
)


def faults(link: str) -> list[str]:
    """What is wrong with the form of a link."""
    url = urlsplit(link)
    host = url.hostname or ""
    pattern = r"/en/(stable|v?\d[^/]*)/" if host.endswith(".readthedocs.io") else VERSIONED.get(host, "")
    found = {
        "not https": url.scheme != "https",
        "user or port": url.netloc != host,
        "dead host": host in DEAD_HOSTS,
        "moving version": bool(MOVING & set(url.path.split("/"))),
        "no fixed version": not re.match(pattern, url.path),
        "empty fragment": link.endswith("#"),
    }
    return [name for name, holds in found.items() if holds]


@pytest.mark.parametrize("link", LINKS)
def test_links_have_a_form_that_lasts(link: str) -> None:
    assert faults(link) == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("http://docs.celeryq.dev/en/stable/faq.html", "not https"),
        ("https://docs.celeryproject.org/en/stable/faq.html", "dead host"),
        ("https://docs.celeryq.dev/en/latest/faq.html", "moving version"),
        ("https://docs.celeryq.dev/faq.html", "no fixed version"),
        ("https://docs.python.org/3/library/pickle.html", "no fixed version"),
        ("https://redis.readthedocs.io/lock.html", "no fixed version"),
        ("https://github.com/celery/celery/blob/main/celery/app/task.py", "moving version"),
        ("https://docs.celeryq.dev:8443/en/stable/", "user or port"),
        ("https://docs.celeryq.dev/en/stable/#", "empty fragment"),
    ],
)
def test_a_link_that_will_not_last_is_found(link: str, fault: str) -> None:
    assert fault in faults(link)
