"""The process that `sandbox.py` starts: gives itself limits, reads its task from standard input, answers on standard output."""

from __future__ import annotations

import base64
import json
import os
import resource
import sys
from typing import Any

from checklist.scan.diff import DiffError
from checklist.scan.scanning import scan


def main() -> None:
    """Run as `... ROOT SECONDS MEGABYTES BYTES`; the bytes are those of the answer."""
    seconds, megabytes, most = (int(argument) for argument in sys.argv[2:5])
    confine(seconds, megabytes)
    answer = json.dumps(_answered(sys.stdin.buffer.read())).encode()
    if len(answer) > most:
        answer = json.dumps({"error": "the source holds too many tasks for one answer; give it in parts"}).encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)  # taking a large tree apart would cost time for nothing


def confine(seconds: int, megabytes: int) -> None:
    """Take from this process everything that a scan does not need. All of it is for good: soft and hard limits are the same."""
    os.nice(5)  # whoever waits for a page comes first
    limits = {
        resource.RLIMIT_AS: megabytes * 1_000_000,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 32,  # modules for rare encodings are still to be opened
        resource.RLIMIT_CORE: 0,
    }
    for limit, wanted in limits.items():
        hard = resource.getrlimit(limit)[1]
        lowest = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (lowest, lowest))


def _answered(task: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(task)
        files = {path: _unpacked(content) for path, content in asked["files"].items()}
        return scan(files, asked["items"], asked["diff"]).as_json()
    except DiffError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "the scan needs more memory than it may have; give it less source"}
    except RecursionError:
        return {"error": "the source is nested too deeply"}


def _unpacked(content: dict[str, str]) -> str | bytes:
    return base64.b64decode(content["base64"]) if "base64" in content else content["text"]
