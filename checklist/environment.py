"""What the environment says, read once and checked, for `settings.py`, which is its only caller.

A value that cannot be used ends the process with one line that names the variable, what was wrong and what is allowed.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import dj_database_url

from checklist.catalogue.content import content_dirs

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SCHEMES = {
    "sqlite": "sqlite:///PATH",
    "postgres": "postgres://...",
    "postgresql": "postgresql://USER:PASSWORD@HOST:PORT/NAME",
}


def refuse(name: str, problem: str, allowed: str) -> NoReturn:
    """End the process (exit status 1) with one line about the variable `name`. Values are not repeated: they may be secret."""
    sys.exit(f"walkaround: {name}: {problem}; allowed: {allowed}")


class Environment:
    """The settings of the contract, one property each, from `variables` (normally `os.environ`)."""

    def __init__(self, base: Path, variables: Mapping[str, str] = os.environ) -> None:
        self.base = base
        self.variables = variables

    def text(self, name: str, default: str = "") -> str:
        """The value of `name` without surrounding white space; an empty value counts as not set."""
        return self.variables.get(name, "").strip() or default

    def number(self, name: str, default: int) -> int:
        """A whole number from 1."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and 1 <= int(value) < 10**9):
            refuse(name, "is not a whole number", "1 or more")
        return int(value)

    def choice(self, name: str, default: str, *others: str) -> str:
        """One of some words, in lower case."""
        value = self.text(name, default).lower()
        if value not in {default, *others}:
            refuse(name, "is not a word that is known", ", ".join([default, *others]))
        return value

    @property
    def log_format(self) -> str:
        """`LOG_FORMAT`: how a line of the log is written."""
        return self.choice("LOG_FORMAT", "keyvalue", "json")

    @property
    def log_level(self) -> str:
        """`LOG_LEVEL`: from which importance on lines are written; `info` has one for every request."""
        return self.choice("LOG_LEVEL", "warning", "error", "info", "debug")

    @property
    def debug(self) -> bool:
        """`DEBUG`, off unless it says yes."""
        value = self.text("DEBUG", "off").lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        refuse("DEBUG", "is neither on nor off", "on, off, true, false, yes, no, 1, 0")

    @property
    def var(self) -> Path:
        """`VAR_DIR`: where the SQLite file and the made secret key live (default `var/`). Made when it is missing."""
        path = Path(self.text("VAR_DIR", str(self.base / "var")))
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            refuse("VAR_DIR", f"cannot be made ({error.strerror})", "a folder that this user can write")
        return path

    @property
    def host(self) -> str:
        """`HOST`, where the server listens."""
        return self.text("HOST", "127.0.0.1")

    @property
    def port(self) -> int:
        """`PORT`, where the server listens."""
        value = self.text("PORT", "8000")
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
            refuse("PORT", "is not a port number", "1 to 65535")
        return int(value)

    @property
    def public_url(self) -> str:
        """`PUBLIC_URL` without a slash at the end: the base of every absolute link."""
        bare = f"[{self.host}]" if ":" in self.host else self.host
        value = self.text("PUBLIC_URL", f"http://{bare}:{self.port}").rstrip("/")
        allowed = "http://HOST[:PORT] or https://HOST[:PORT], without a path"
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            refuse("PUBLIC_URL", "is not a URL", allowed)
        plain = (
            value == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc and not set(value) & set(" \\\"'<>")
        )
        if parts.scheme not in {"http", "https"} or not parts.hostname or not plain or port == 0:
            refuse("PUBLIC_URL", "is not the address of a site", allowed)
        # Browsers leave the usual port out of the origin that they send.
        return value.removesuffix({"http": ":80", "https": ":443"}[parts.scheme])

    @property
    def allowed_hosts(self) -> list[str]:
        """`ALLOWED_HOSTS`, separated by commas: host names that requests may name. Loopback always may."""
        named = [host.strip() for host in self.text("ALLOWED_HOSTS").split(",") if host.strip()]
        public = urlsplit(self.public_url).hostname or ""
        public = f"[{public}]" if ":" in public else public
        return list(dict.fromkeys([*(named or [public]), "localhost", "127.0.0.1", "[::1]"]))

    @property
    def trusted_proxies(self) -> list[Network]:
        """`TRUSTED_PROXIES`, separated by commas: addresses or networks whose `X-Forwarded-*` is believed."""
        values = [value.strip() for value in self.text("TRUSTED_PROXIES").split(",") if value.strip()]
        try:
            return [ipaddress.ip_network(value, strict=False) for value in values]
        except ValueError as error:
            refuse("TRUSTED_PROXIES", str(error), "addresses or networks, for instance 127.0.0.1,10.0.0.0/8")

    @property
    def content_dirs(self) -> list[Path]:
        """`content/` and what `CONTENT_DIRS` names besides it, separated by `:`."""
        return content_dirs(self.base, self.text("CONTENT_DIRS"))

    @property
    def database(self) -> dict[str, Any]:
        """`DATABASE_URL` as Django's settings want it; default: a SQLite file under `var`."""
        url = self.text("DATABASE_URL", f"sqlite:///{self.var / 'walkaround.sqlite3'}")
        scheme = url.partition(":")[0]
        if scheme not in SCHEMES or "://" not in url:
            refuse(
                "DATABASE_URL",
                "names no database that is known",
                " or ".join([SCHEMES["sqlite"], SCHEMES["postgresql"]]),
            )
        try:
            config: dict[str, Any] = dict(dj_database_url.parse(url))
        except (ValueError, dj_database_url.ParseError):
            refuse("DATABASE_URL", "cannot be read as a URL", " or ".join([SCHEMES["sqlite"], SCHEMES["postgresql"]]))
        if not config["NAME"]:
            refuse("DATABASE_URL", "names no database", " or ".join([SCHEMES["sqlite"], SCHEMES["postgresql"]]))
        ours = _SQLITE if scheme == "sqlite" else _POSTGRESQL
        return {**config, **ours, "OPTIONS": {**ours["OPTIONS"], **config.get("OPTIONS", {})}}

    @property
    def secret_key(self) -> str:
        """`SECRET_KEY`; on SQLite one is made at the first run and kept under `var`, readable by this user alone."""
        if named := self.text("SECRET_KEY"):
            return named
        if "sqlite" not in self.database["ENGINE"]:
            refuse(
                "SECRET_KEY",
                "is not set",
                "any long random text, the same for every replica of one PostgreSQL database",
            )
        return _kept_secret(self.var / "secret_key")


def _kept_secret(path: Path) -> str:
    """Read the secret in `path`, first making it (mode 0600); of two processes that start at once, one makes it."""
    if not path.exists() or not path.read_text().strip():
        path.unlink(missing_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


# A writer takes the lock when its transaction begins: WAL without that fails more often than the default under
# concurrent read-then-write. FULL makes every commit wait for the disk, so that "saved" survives a power cut. What is deleted is
# overwritten in the file. Each connection keeps 4 MB of pages: with the 2 MB of SQLite itself, saves among 100,000 audits are a little
# slower than among 1,000.
_SQLITE: dict[str, Any] = {
    # Opening the file and setting it up costs more than a read.
    "ENGINE": "checklist.sqlite",
    "CONN_MAX_AGE": 60,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-4096;",
    },
    "TEST": {"NAME": None},
}

# As many connections as a process of the server has threads. A request waits three seconds for one, so that a database that is away
# is an answer and not a queue, and the pool tries again for as long as requests come: by itself it would wait longer and longer.
# A network that swallows everything is noticed after ten seconds (`tcp_user_timeout` counts milliseconds).
_POSTGRESQL: dict[str, Any] = {
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "tcp_user_timeout": 10_000,
        "pool": {"min_size": 1, "max_size": 4, "timeout": 3, "reconnect_timeout": 5},
    },
}
