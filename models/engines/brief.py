"""Reads of a few rows from SQLite, in the event loop.

To hand a statement to a thread and its rows back takes longer than to read a page by its index, and
the thread takes the interpreter's lock anew for each row. So such a read runs where it is asked
for, on a connection of its own; a deadline, which SQLite is asked about while it works, keeps any
that turns out to be long from holding others up.
"""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

READER_PRAGMAS: Final = (
    "PRAGMA query_only=1",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=268435456",
    "PRAGMA temp_store=MEMORY",
)
# Here nobody waits for a lock.
_AT_ONCE: Final = "PRAGMA busy_timeout=0"

LONGEST_SECONDS: Final = 0.002

# Instructions of SQLite's machine between two looks at the clock: about a tenth of a millisecond.
_BETWEEN_LOOKS: Final = 2_000


class BriefReader:
    """A read-only connection of the event loop's own thread, opened when it is first needed."""

    def __init__(self, path: str, *, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._path = path
        self._longest_seconds = longest_seconds
        self._until = 0.0
        self._connection: sqlite3.Connection | None = None

    def fetch(self, sql: str, parameters: Sequence[object]) -> list[Any] | None:
        """The rows, as last committed; None if this is not to be had in a moment.

        Whatever failed will fail again where it is read the other way, which says what it is.
        """
        self._until = time.perf_counter() + self._longest_seconds
        try:
            connection = self._connection or self._connect()
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        uri = f"{Path(self._path).absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=512)
        try:
            for pragma in (*READER_PRAGMAS, _AT_ONCE):
                connection.execute(pragma)
            connection.set_progress_handler(self._is_late, _BETWEEN_LOOKS)
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                connection.close()
            raise
        self._connection = connection
        return connection

    def _is_late(self) -> bool:
        return time.perf_counter() > self._until
