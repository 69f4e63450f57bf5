"""Reads of a few rows from SQLite, in the event loop.

To hand a statement to a thread and its rows back takes longer than to read a page by its index, and
the thread takes the interpreter's lock anew for each row. So such a read runs where it is asked
for, on a connection of its own; a deadline, which SQLite is asked about while it works, keeps any
that turns out to be long from holding others up.
"""

import sqlite3
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from models.engines.readers import READER_PRAGMAS

_OF_PAGES: Final = (
    "PRAGMA busy_timeout=0",  # here nobody waits for a lock
    # Rows of a history lie apart in the file, each on a page of its own: a fifth of a megabyte for
    # a page of fifty, and as much again of what leads there, of clients who are looked at by turns.
    "PRAGMA cache_size=-131072",
)

# Of computing: on a busy machine any read may be interrupted for longer than it takes.
LONGEST_SECONDS: Final = 0.002
# How many times as long it may take with all that it waits for: the disk, and its turn.
_WITH_WAITING: Final = 25

# How often a statement that was long is not tried again: for another client it may be brief.
_PASSED_OVER: Final = 50
_MOST_KNOWN: Final = 256

# Instructions of SQLite's machine between two looks at the clock: about a quarter of a millisecond.
_BETWEEN_LOOKS: Final = 5_000


class BriefReader:
    """A read-only connection of the event loop's own thread, opened when it is first needed."""

    def __init__(self, path: str, *, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._path = path
        self._longest_seconds = longest_seconds
        self._until = self._wait_until = 0.0
        self._long: OrderedDict[str, int] = OrderedDict()
        self._connection: sqlite3.Connection | None = None

    def fetch(self, sql: str, parameters: Sequence[object]) -> list[Any] | None:
        """The rows, as last committed; None if this is not to be had in a moment.

        Whatever failed will fail again where it is read the other way, which says what it is.
        """
        if self._is_known_to_be_long(sql):
            return None
        self._until = time.thread_time() + self._longest_seconds
        self._wait_until = time.perf_counter() + _WITH_WAITING * self._longest_seconds
        try:
            connection = self._connection or self._connect()
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            # A statement that was ended is busy for ever after, and is then made anew each time
            # (CPython 3.11, whatever is closed): it goes with its connection.
            self.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                self._long[sql] = _PASSED_OVER
                if len(self._long) > _MOST_KNOWN:
                    self._long.popitem(last=False)
            return None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_known_to_be_long(self, sql: str) -> bool:
        left = self._long.get(sql)
        if left is None:
            return False
        if left == 1:
            del self._long[sql]
        else:
            self._long[sql] = left - 1
        return True

    def _connect(self) -> sqlite3.Connection:
        uri = f"{Path(self._path).absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=512)
        try:
            for pragma in (*READER_PRAGMAS, *_OF_PAGES):
                connection.execute(pragma)
            connection.set_progress_handler(self._is_late, _BETWEEN_LOOKS)
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                connection.close()
            raise
        self._connection = connection
        return connection

    def _is_late(self) -> bool:
        return time.thread_time() > self._until or time.perf_counter() > self._wait_until
