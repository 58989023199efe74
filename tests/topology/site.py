"""The whole site: two servers, the second of which is the next build already, one PostgreSQL, and nginx."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPSConnection
from pathlib import Path

from chaos.client import PATIENCE, Answered, exchange
from chaos.ledger import Ledger
from chaos.reviewer import Reviewer
from chaos.service import Service, prepared_project
from running import Project

from topology.nginx import Nginx

START = "/checklists/celery-tasks/audits/"


class Visitor(Reviewer):
    """Comes through the proxy: when a server is lost on the way, it may say so, and the visitor tries again."""

    def __init__(self, site: Site, number: int, *arguments: object) -> None:
        super().__init__(number, site.nginx.https, *arguments)
        self.site = site

    def ask(self, port: int, method: str, path: str, *values: dict[str, str], **headers: str) -> Answered:
        """One request over https."""
        return self.site.ask(method, path, *values, **headers)

    def _complain_about(self, answered: Answered) -> None:
        self.ledger.count(f"answered with {answered.status}")
        if answered.status != 503:
            super()._complain_about(answered)


@dataclass
class Site:
    """Everything that runs."""

    project: Project
    nginx: Nginx
    servers: tuple[Service, Service]

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Site]:
        """Started, until the block ends."""
        with prepared_project("postgresql", _made(folder / "app")) as project:
            servers = Service(project), Service(_next_build(project, folder / "next"))
            nginx = Nginx(_made(folder / "nginx"), (servers[0].port, servers[1].port))
            https = {"PUBLIC_URL": nginx.public_url, "TRUSTED_PROXIES": "127.0.0.1", "WEB_CONCURRENCY": "1"}
            for server in servers:
                server.project = replace(server.project, environment=project.environment | https)
            try:
                for part in (*servers, nginx):
                    part.start()
                yield cls(project, nginx, servers)
            finally:
                nginx.stop()
                for server in servers:
                    server.kill()

    def ask(self, method: str, path: str, values: dict[str, str] | None = None, **headers: str) -> Answered:
        """One request over https."""
        connection = HTTPSConnection("127.0.0.1", self.nginx.https, timeout=PATIENCE, context=self.nginx.context())
        return exchange(connection, method, path, values, **headers)

    def new_audit(self) -> str:
        """The path of the edit link of a new audit."""
        return re.sub("^https?://[^/]+", "", self.ask("POST", START, {"task": "t"}).headers["Location"])

    def logs(self) -> str:
        """All that was written by nginx and by the servers."""
        return self.nginx.logs() + "".join(server.output.read_text() for server in self.servers)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _next_build(project: Project, folder: Path) -> Project:
    """A copy whose stylesheet differs, so that its name differs, too."""
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("var"))
    with (folder / "static" / "walkaround.css").open("a") as file:
        file.write("\nbody { --next: 1; }\n")
    copy = Project(folder, project.environment)
    copy.manage("prepare", "--static-only")
    return copy


def visitors(site: Site, ledger: Ledger, audits: list[str], number: int, is_over: object) -> list[Visitor]:
    """People who answer the first items of all `audits` at once."""
    items = re.findall(r'action="items/([^/"]+)/"', site.ask("GET", audits[0]).text)[: 2 * number]
    pairs = [(audit, item) for audit in audits for item in items]
    return [Visitor(site, person, ledger, pairs, 1, is_over) for person in range(number)]
