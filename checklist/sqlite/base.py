"""The backend; Django looks for it in a module of this name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is kept only while the file that it opened is in its place.

    Whoever moved or replaced the file would else be answered from the old one, and what is saved then would be lost with it.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file, and remember which one it is."""
        connection = super().get_new_connection(conn_params)
        self.opened = self._file()
        return connection

    def close_if_unusable_or_obsolete(self) -> None:
        """What Django asks when a request begins and ends; also close a connection to a file that is gone."""
        if self.connection is not None and not self.in_atomic_block and self._file() != self.opened:
            self.close()
        super().close_if_unusable_or_obsolete()

    def _file(self) -> tuple[int, int] | None:
        """Device and number of the file that has the name of the database now; `None` for one in memory and one that is gone."""
        try:
            found = Path(self.settings_dict["NAME"]).stat()
        except (OSError, ValueError):
            return None
        return found.st_dev, found.st_ino
