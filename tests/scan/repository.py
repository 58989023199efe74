"""Real diffs for tests, made by git and by `diff`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

Tree = Mapping[str, str | bytes | None]


def git(folder: Path, *arguments: str) -> str:
    """What git prints, whatever the machine's configuration says."""
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.autocrlf=false", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


def write(folder: Path, tree: Tree) -> None:
    """Write the files of `tree` (paths with contents; `None` takes a file away)."""
    for path, content in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())


def diff(folder: Path, before: Tree, after: Tree, *options: str) -> str:
    """The diff that git makes of two states of a folder; the second one stays there."""
    git(folder, "init", "--quiet")
    write(folder, before)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "before")
    write(folder, after)
    git(folder, "add", "--all")
    return git(folder, "diff", "--cached", *options)
