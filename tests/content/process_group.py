"""Processes that end with their test, even when the test run itself is killed and nothing of it can clean up."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass
class ProcessGroup:
    """A process that leads a group of its own, and a guard that kills the group once our end of its pipe is closed."""

    leader: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]
    is_gone: bool = False

    @classmethod
    def start(cls, command: Sequence[str], **options: Any) -> ProcessGroup:
        """Start `command`; `options` are those of `subprocess.Popen`."""
        leader = subprocess.Popen(command, start_new_session=True, **options)
        script = f"read line; kill -9 -{leader.pid}"
        guard = subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True)
        return cls(leader, guard)

    @property
    def is_running(self) -> bool:
        """Whether the leader has not ended."""
        return self.leader.poll() is None

    def stop(self, grace: float) -> None:
        """What a container runtime does: SIGTERM to the leader, `grace` seconds later SIGKILL to all that is left."""
        self.leader.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.leader.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End the leader and all its children at once; the second time nothing, as its number may be another's by then."""
        if self.is_gone:
            return
        self.is_gone = True
        self.guard.kill()
        with suppress(ProcessLookupError):  # All of them may have ended by themselves.
            os.killpg(self.leader.pid, signal.SIGKILL)
        self.leader.wait()
        self.guard.communicate()
