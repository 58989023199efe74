"""How gunicorn serves Walkaround; gunicorn reads this file by itself when it starts in this folder.

Nothing is printed after the address unless something fails or the environment asks for logs, and no log line holds the secret of
an audit.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from checklist.environment import Environment, refuse
from checklist.logs import RedactingFormatter
from checklist.worker import Worker

_environment = Environment(Path(__file__).resolve().parent)


def _workers() -> int:
    """`WEB_CONCURRENCY`: how many processes answer requests."""
    value = _environment.text("WEB_CONCURRENCY", "2")
    if not (value.isascii() and value.isdigit() and int(value) >= 1):
        refuse("WEB_CONCURRENCY", "is not a number of processes", "1 or more")
    return int(value)


def _bare_host() -> str:
    """`HOST` as a URL wants it: an IPv6 address stands in brackets."""
    return f"[{_environment.host}]" if ":" in _environment.host else _environment.host


bind = f"{_bare_host()}:{_environment.port}"

# Two processes use two cores and outlive each other's crash; four threads each keep slow clients from blocking quick
# ones. The work is mostly waiting for the database.
workers = _workers()
threads = 4
worker_class = Worker

# Loaded once before the processes split: a quicker start, less memory, and a broken installation fails at once.
preload_app = True

# Workers show that they are alive by touching a file; on a busy disk that could block them, in memory it cannot.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108

# Seconds: a stopping server finishes the requests that it has; an idle connection is kept for the next click.
graceful_timeout = 30
keepalive = 5

# Only these may say that a request came over https. The application believes the same ones.
forwarded_allow_ips = ",".join(str(network) for network in _environment.trusted_proxies)

# Nobody talks to the running server except by signals; without this gunicorn leaves a socket in the user's folders.
control_socket_disable = True

# How long PostgreSQL lets a request work, wait for a lock, or keep a transaction open and do nothing. Only the server has these
# limits: commands such as `migrate` may take as long as they must. What PGOPTIONS says already comes after them, and wins.
_limits = {"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"}
_options = [*(f"-c {name}={value}" for name, value in _limits.items()), os.environ.get("PGOPTIONS", "")]
raw_env = [f"PGOPTIONS={' '.join(_options).strip()}"]

# gunicorn's access log names paths, and these hold secrets: `checklist.requestlog` writes a line for each request instead.
# gunicorn's warnings quote malformed requests and name the address that they came from, so they need to be asked for.
accesslog = None
loglevel = {"warning": "error"}.get(_environment.log_level, _environment.log_level)
logging.captureWarnings(True)


class SecretFreeLogger(Logger):
    """gunicorn's logger: its lines look like all others, and name the path of a request that failed without the secrets in it."""

    def setup(self, cfg: Config) -> None:
        """Set up as `cfg` says, then let every line pass through the redacting formatter, also those of an access log."""
        super().setup(cfg)
        for handler in [*self.error_log.handlers, *self.access_log.handlers]:
            handler.setFormatter(RedactingFormatter(_environment.log_format))


logger_class = SecretFreeLogger


def on_starting(server: Arbiter) -> None:
    """Before gunicorn listens: a taken port or a wrong host ends it with one line, not with ten over five seconds."""
    family = socket.AF_INET6 if ":" in _environment.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_environment.host, _environment.port))
    except OSError as error:
        sys.exit(f"walkaround: cannot listen on {bind}: {error.strerror}; set PORT (or HOST) to another one")


def when_ready(server: Arbiter) -> None:
    """The application is loaded and the socket listens: a line says where, in the log for those who asked for one."""
    if _environment.text("LOG_FORMAT") or _environment.text("LOG_LEVEL"):
        server.log.info("serving %s", _environment.public_url)
    else:
        print(_environment.public_url, flush=True)  # noqa: T201


def post_fork(server: Arbiter, worker: object) -> None:
    """What was loaded before the processes split lives as long as they do: the collector of garbage need not look at it again."""
    gc.freeze()
