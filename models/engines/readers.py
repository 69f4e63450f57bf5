"""Connections that read a SQLite file, each in a thread of its own."""

from pathlib import Path
from typing import Final

import aiosqlite
from tortoise.exceptions import TransactionManagementError

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
