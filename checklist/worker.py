"""The processes that answer requests: gunicorn's threads, with what it leaves open. Named by gunicorn.conf.py."""

from __future__ import annotations

from contextvars import copy_context

from gunicorn.sock import TCPSocket
from gunicorn.workers.gthread import TConn, ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]
    """Threads that serve one request after the other, each in a context of its own, in a process that stops listening when it is told to stop.

    So the id of a request stands in every line about it, those of gunicorn included, and in no line about the next one. gunicorn's own
    worker keeps the door open until its last request is done: whoever connects meanwhile waits, is served by nobody, and a proxy
    cannot tell that another replica would have answered.
    """

    def handle(self, conn: TConn) -> object:
        """Serve one request of a connection; what gunicorn wants to know about it afterwards."""
        return copy_context().run(super().handle, conn)

    def set_accept_enabled(self, enabled: bool) -> None:
        """As gunicorn does it; then, when this is the end, take in who has arrived and close the door."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._take_in(listener)
                listener.close()

    def _take_in(self, listener: TCPSocket) -> None:
        known = -1
        while known != self.nr_conns:
            known = self.nr_conns
            self.accept(listener)
