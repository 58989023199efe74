"""The real server over a database of its own, filled for the benchmark."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import yaml
from running import ROOT, Project, Server

SETTINGS = {"DJANGO_SETTINGS_MODULE": "bench.settings", "STARTS_PER_HOUR": "999999999"}


@dataclass
class Service:
    """A running server and a sample of the audits in its database: their tokens, and the slugs of the items that are answered."""

    server: Server
    audits: list[dict[str, object]]
    project: Project

    def paths(self, pattern: str, *, etags: bool = False) -> list[str]:
        """One line per audit for `Load`, with `{edit}` and `{view}` replaced; with `etags`, what the server answered it with last."""
        paths = [pattern.format(**audit) for audit in self.audits]
        return [f"{path}\t{self.server.ask('GET', path).headers['ETag']}" for path in paths] if etags else paths

    def answers(self, prefix: str = "") -> list[str]:
        """The path of every answered item of every audit, one audit after the other."""
        answered = max(len(list(audit["items"])) for audit in self.audits)  # type: ignore[call-overload]
        return [
            f"{prefix}/{audit['edit']}/items/{audit['items'][n]}/"
            for n in range(answered)
            for audit in self.audits  # type: ignore[index]
        ]

    def size(self, path: str) -> int:
        """How many bytes a page has."""
        return len(self.server.ask("GET", path).text.encode())  # type: ignore[attr-defined]


@contextmanager
def running(
    slug: str, audits: int, answers: int, *, content: Path | None = None, **environment: str
) -> Iterator[Service]:
    """A server over `audits` audits of a checklist with so many answers each; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="walkaround-bench-") as folder, Project.copied_to(Path(folder)) as project:
        (Path(folder) / "bench").symlink_to(ROOT / "bench")
        variables = SETTINGS | environment | ({"CONTENT_DIRS": str(content)} if content else {})
        project.environment.update(variables)
        project.manage("prepare")
        command = [sys.executable, "-m", "bench.data", slug, str(audits), str(answers)]
        filled = subprocess.run(
            command, cwd=folder, env=project.environment, capture_output=True, text=True, check=True
        )
        with project.serving() as server:
            yield Service(server, json.loads(filled.stdout.splitlines()[-1]), project)


def write_checklist(folder: Path, slug: str, items: int) -> None:
    """A checklist of so many items, made of those of the Celery checklist again and again."""
    original = yaml.safe_load((ROOT / "content/celery-tasks.yaml").read_text())
    found = [item for section in original["sections"] for item in section["items"]]
    copies = [
        deepcopy(found[n % len(found)]) | {"slug": f"item-{n}", "needs": [], "when": [], "severity": "major"}
        for n in range(items)
    ]
    for copy in copies:
        copy.pop("severity_why", None)
    parts = [{"slug": f"section-{n}", "title": f"Section {n}", "items": copies[n : n + 8]} for n in range(0, items, 8)]
    (folder / f"{slug}.yaml").write_text(
        yaml.safe_dump({"slug": slug, "title": f"A checklist of {items} items", "sections": parts}, sort_keys=False)
    )
