"""nginx with the template that is shipped, filled in as its image does it, and with a certificate of its own."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection

from content.process_group import ProcessGroup
from running import ROOT, free_port

PROGRAM = os.environ.get("NGINX") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"

# What stands around the template in the image: everything is logged, unless the template switches it off.
AROUND = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
{user}
events {{ worker_connections 1024; }}
http {{
    default_type application/octet-stream;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"';
    access_log {folder}/access.log main;
    sendfile on;
    keepalive_timeout 65;
    {temporary}
    include {folder}/walkaround.conf;
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def filled_in(template: str, variables: Mapping[str, str]) -> str:
    """What the image makes of a template: names that it does not know are nginx's own variables, and stay."""
    return re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda found: variables.get(found[1] or found[2], found[0]), template)


@dataclass
class Nginx:
    """Listens for http and for https on ports of its own, in front of two servers; all it writes is in `folder`."""

    folder: Path
    servers: tuple[int, int]
    http: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)
    group: ProcessGroup | None = None

    @property
    def public_url(self) -> str:
        """The address that people would use."""
        return f"https://127.0.0.1:{self.https}"

    def context(self) -> ssl.SSLContext:
        """How to meet it: its certificate, and no other, is believed."""
        return ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))

    def start(self) -> None:
        """Start, and return when it listens."""
        self._write()
        with (self.folder / "stderr.log").open("ab") as output:
            command = [PROGRAM, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
            self.group = ProcessGroup.start([*command, "-e", str(self.folder / "error.log")], stderr=output)
        deadline = time.monotonic() + 10
        while not self._listens():
            assert self.group.is_running, (self.folder / "stderr.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and all of its processes."""
        if self.group:
            self.group.stop(10)

    def logs(self) -> str:
        """Everything that it wrote."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def _write(self) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        names = ["-subj", "/CN=walkaround", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
        files = ["-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"]
        subprocess.run([*command, *names, *files], check=True, capture_output=True)
        ports = {"HTTP_PORT": str(self.http), "HTTPS_PORT": str(self.https)}
        servers = {f"WEB_{number}": f"127.0.0.1:{port}" for number, port in enumerate(self.servers, 1)}
        variables = ports | servers | {"TLS_FOLDER": str(self.folder), "PUBLIC_URL": self.public_url}
        template = (ROOT / "nginx.conf.template").read_text()
        (self.folder / "walkaround.conf").write_text(filled_in(template, variables))
        temporary = " ".join(f"{name}_temp_path {self.folder}/{name};" for name in TEMPORARY)
        user = "" if os.getuid() else "user root;"
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder, user=user, temporary=temporary))

    def _listens(self) -> bool:
        try:
            with closing(create_connection(("127.0.0.1", self.https), timeout=1)):
                return True
        except OSError:
            return False
