"""Connections that read a SQLite file, each in a thread of its own."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aiosqlite
from tortoise.exceptions import TransactionManagementError

from models.engines.settled import settled

READER_PRAGMAS: Final = (
    "PRAGMA query_only=1",
    "PRAGMA busy_timeout=5000",
    # What is mapped is mapped anew after each write of anybody's, with a page fault for nearly
    # every row: that takes longer than to read it all again, and without writes it gains nothing.
    "PRAGMA mmap_size=0",
    "PRAGMA temp_store=MEMORY",
)
# Pages have a connection and a cache of their own (models/engines/brief.py).
LONG_CACHE: Final = "PRAGMA cache_size=-32768"
# Who reads a whole history comes by each page of the file once: it is not worth keeping.
SMALL_CACHE: Final = "PRAGMA cache_size=-4096"


async def connect_reader(path: str, cache: str) -> aiosqlite.Connection:
    """A connection that cannot write."""
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    reader = await aiosqlite.connect(uri, uri=True, isolation_level=None, cached_statements=512)
    for pragma in (*READER_PRAGMAS, cache):
        await reader.execute(pragma)
    return reader


def opened(connection: aiosqlite.Connection | None) -> aiosqlite.Connection:
    """A connection that is there.

    Raises:
        TransactionManagementError: it was closed while somebody waited for it.
    """
    if connection is None:
        raise TransactionManagementError("the database is closed")
    return connection


class LateReader:
    """A connection that cannot write, opened when it is first needed.

    `prepare` is run in its thread before anybody has it.
    """

    def __init__(
        self, path: str, cache: str, *, prepare: Callable[[], None] = lambda: None
    ) -> None:
        self._path = path
        self._cache = cache
        self._prepare = prepare
        self._connection: aiosqlite.Connection | None = None
        self._opening = asyncio.Lock()

    async def connection(self) -> aiosqlite.Connection:
        """The connection.

        Raises:
            TransactionManagementError: it was closed while somebody waited for it.
        """
        if self._connection is None:
            await settled(self._connect())
        return opened(self._connection)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    # It is kept here before anybody has it: a caller who is cancelled would leave it open.
    async def _connect(self) -> None:
        async with self._opening:
            if self._connection is None:
                connection: Any = await connect_reader(self._path, self._cache)
                await connection._execute(self._prepare)
                self._connection = connection
