"""Reads from SQLite for work that nobody waits for, beside those who answer somebody.

The rows come as one text, a line of JSON each, in one step of SQLite. Row by row its thread would
take the interpreter's lock for each of them, from whoever is answering a request, and wait for it.
"""

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import orjson

from models.engines.readers import SMALL_CACHE, LateReader

_STANDING_BACK: Final = 10
_BETWEEN_ROWS: Final = b",\n"
# Rows that are taken out of a text before others have their turn.
_TAKEN_AT_ONCE: Final = 100

# A thread is woken within a tenth of a millisecond, on a machine that has a processor free for it.
_BEGINS_WITHIN_SECONDS: Final = 0.001


class AsideReader:
    """A read-only connection that no page waits for, opened when it is first needed."""

    def __init__(self, path: str) -> None:
        self._reader = LateReader(path, SMALL_CACHE, prepare=_stand_back)
        self._as_json = lru_cache(maxsize=256)(_as_json)
        self._in_thread = 0

    async def fetch(
        self, sql: str, parameters: Sequence[object], *, in_parts: bool, is_alone: bool
    ) -> list[Any]:
        """The rows of one statement, as last committed.

        Args:
            sql: the statement.
            parameters: its values.
            in_parts: take a hundred rows at a time out of the text, so that nobody waits for all.
            is_alone: nobody is there who would wait: see `_give_the_interpreter`.
        """
        reader: Any = await self._reader.connection()
        begun = threading.Event()

        def read(raw: sqlite3.Connection = reader._conn) -> bytes:
            begun.set()
            # After each call the thread waits for the interpreter's lock: there are few.
            statement = self._as_json(raw, sql, len(parameters))
            found: bytes | None = raw.execute(statement, parameters).fetchone()[0]
            return found or b""

        if is_alone and not self._in_thread:
            asyncio.get_running_loop().call_soon(_give_the_interpreter, begun)
        self._in_thread += 1
        try:
            text: bytes = await reader._execute(read)
        finally:
            self._in_thread -= 1
        if not in_parts:
            whole: list[Any] = orjson.loads(b"[%b]" % text)
            return whole
        # No line break stands within JSON: those of notes are escaped.
        lines = text.split(_BETWEEN_ROWS) if text else []
        rows: list[Any] = []
        for start in range(0, len(lines), _TAKEN_AT_ONCE):
            some = lines[start : start + _TAKEN_AT_ONCE]
            rows += orjson.loads(b"[%b]" % _BETWEEN_ROWS.join(some))
            await asyncio.sleep(0)
        return rows

    async def close(self) -> None:
        """Close the connection."""
        await self._reader.close()
        self._as_json.cache_clear()


def _give_the_interpreter(begun: threading.Event) -> None:
    """Do nothing until the thread has begun, if it does so in a moment.

    Whoever works in the event loop lets go of the interpreter's lock each time it looks for what
    else there is, for too short a time for a thread to wake up and take it, and each time the
    thread waits anew. So the statement began when the work was done, in place of beside it.
    """
    begun.wait(_BEGINS_WITHIN_SECONDS)


def _stand_back() -> None:
    """Let all others have the processor first: nobody waits for what this thread does."""
    if sys.platform == "linux":  # elsewhere it is the process that this is said of
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STANDING_BACK)


def _as_json(raw: sqlite3.Connection, sql: str, parameters: int) -> str:
    """`sql` as a statement whose one value is all its rows."""
    # Columns may share a name, so they are numbered; nothing is read to learn how many there are.
    nothing = raw.execute(f"SELECT * FROM ({sql}) LIMIT 0", [None] * parameters)
    columns = ", ".join(f"c{number}" for number, _ in enumerate(nothing.description))
    return (
        f"WITH read ({columns}) AS ({sql}) "
        f"SELECT CAST(group_concat(json_array({columns}), '{_BETWEEN_ROWS.decode()}') AS BLOB) "
        "FROM read"
    )
