"""Scans source that nobody vouches for, in a process of its own with limits: whatever it makes of a bomb, the caller stays up.

The two processes speak JSON over the child's standard input and output; `confined.py` is the child.
"""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checklist.scan.scanned import Scanned, from_json

MOST_FILES = 200
MOST_BYTES = 2_000_000  # of all files, their paths and the diff together
MOST_OUTPUT = 32_000_000  # bytes that the child may answer
AT_ONCE = 2  # children of one process at the same time
WAITING = 1  # callers that wait for a place; the server's other threads answer other requests meanwhile
PATIENCE = 2  # seconds that such a caller waits
BUSY = "too much is being scanned just now; try again in a moment"

_ROOT = Path(__file__).resolve().parents[2]
# Python's isolated mode (-I) has no folder of ours on its path: it is added at the end, where it hides nothing of Python's own.
_CHILD = "import sys; sys.path.append(sys.argv[1]); from checklist.scan import confined; confined.main()"
_doors = threading.BoundedSemaphore(AT_ONCE + WAITING)
_places = threading.BoundedSemaphore(AT_ONCE)


class RefusedError(Exception):
    """The source was not scanned; the message says why, for the person who gave it."""


def scan(
    files: Mapping[str, str | bytes],
    items: Mapping[str, str],
    diff: str = "",
    *,
    seconds: float = 10,
    megabytes: int = 512,
) -> Scanned:
    """What `scanning.scan` says, found by another process that may use `seconds` (of the clock) and `megabytes`. Raises `RefusedError`."""
    _check(files, diff)
    task = {"files": {path: _packed(content) for path, content in files.items()}, "items": dict(items), "diff": diff}
    limits = [str(max(1, round(seconds))), str(megabytes), str(MOST_OUTPUT)]
    with _place(seconds):
        answer = _ask(json.dumps(task).encode(), limits, seconds)
    if "error" in answer:
        raise RefusedError(answer["error"])
    return from_json(answer)


def _check(files: Mapping[str, str | bytes], diff: str) -> None:
    if not files and not diff.strip():
        raise RefusedError("there is no source to scan")
    if len(files) > MOST_FILES:
        raise RefusedError(f"these are {len(files):,} files; at most {MOST_FILES} are scanned at once")
    size = _size(diff) + sum(_size(path) + _size(content) for path, content in files.items())
    if size > MOST_BYTES:
        raise RefusedError(f"the source has {size:,} bytes; at most {MOST_BYTES:,} are scanned at once")


def _size(content: str | bytes) -> int:
    return len(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def _packed(content: str | bytes) -> dict[str, str]:
    if isinstance(content, bytes):
        return {"base64": base64.b64encode(content).decode()}
    return {"text": content}


@contextmanager
def _place(seconds: float) -> Iterator[None]:
    if not _doors.acquire(blocking=False):
        raise RefusedError(BUSY)
    try:
        if not _places.acquire(timeout=min(seconds, PATIENCE)):
            raise RefusedError(BUSY)
        try:
            yield
        finally:
            _places.release()
    finally:
        _doors.release()


def _ask(task: bytes, limits: list[str], seconds: float) -> dict[str, Any]:
    """Hand the child its task and return what it answers. It reads everything before it writes, so neither waits for the other."""
    flags = ["-I", "-X", "utf8", *(["-B"] if sys.dont_write_bytecode else [])]
    command = [sys.executable, *flags, "-c", _CHILD, str(_ROOT), *limits]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    ) as child:
        stop = threading.Timer(seconds, child.kill)
        stop.start()
        try:
            output = _talk(child, task)
        finally:
            child.kill()
            stop.cancel()
            child.wait()
        return _answer(output, child.returncode, seconds)


def _talk(child: subprocess.Popen[bytes], task: bytes) -> bytes:
    assert child.stdin and child.stdout  # noqa: S101 - both are pipes
    try:
        child.stdin.write(task)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it is gone; how it ended says why
    output = child.stdout.read(MOST_OUTPUT + 1)
    if len(output) <= MOST_OUTPUT:
        child.wait()  # it closed its output, so it ends; the timer sees to it
    return output


def _answer(output: bytes, code: int, seconds: float) -> dict[str, Any]:
    if code in {-signal.SIGKILL, -signal.SIGXCPU} and len(output) <= MOST_OUTPUT:
        raise RefusedError(f"the scan took more than {seconds:g} seconds; give it less source")
    if code or len(output) > MOST_OUTPUT:
        raise RefusedError("the scan broke off; the source is too large, or nested too deeply")
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        raise RefusedError("the scan broke off; the source is too large, or nested too deeply") from None
    return answer
