"""SQLite under Tortoise, mended: transactions that survive cancellation, and a reader of its own.

Tortoise finds this module by its dotted name in the connection's `engine`, and tells engines apart
by looking for "sqlite" in it. What is mended here, each measured on 1.1.9:

* A task cancelled while it entered a transaction kept the lock for ever, and the process hung.
* `BEGIN` was deferred, so that two processes which read and then wrote failed at once, whatever
  the busy timeout (Tortoise #1675).
* A cancelled `execute_many` left the connection inside an open transaction, and writes that were
  acknowledged after it were never committed (#1757).
* Reads waited behind every transaction; they have a read-only connection here, and another one
  those that nobody is waiting for.
* A read took a thread's wake-up and its turns at the interpreter, which is longer than SQLite takes
  over a page: brief ones run where they are asked for (`models/engines/brief.py`).
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import lru_cache
from typing import Any, Final

import aiosqlite
import orjson
from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from models.engines.aside import AsideReader
from models.engines.brief import BriefReader
from models.engines.group_commit import GroupCommit, begin_immediate
from models.engines.readers import LONG_CACHE, SMALL_CACHE, LateReader, connect_reader, opened
from models.engines.settled import settled
from models.engines.trails import SQLITE

_NUMBERED: Final = re.compile(r"\$(\d+)")


@lru_cache(maxsize=1024)
def _sqlite_text(sql: str) -> str:
    """`sql` with PostgreSQL's numbered placeholders written SQLite's way."""
    return _NUMBERED.sub(r"?\1", sql)


class _Dialect:
    """How this engine says what the other says differently."""

    # A transaction holds the whole database from its beginning: there is nothing more to lock.
    for_update: Final = ""
    for_update_if_free: Final = ""
    for_reference: Final = ""
    for_deletion: Final = ""

    @staticmethod
    def any_of(column: str, placeholder: str) -> str:
        """SQL: `column` is one of the list bound to `placeholder`."""
        return f"{column} IN (SELECT value FROM json_each({placeholder}))"

    @staticmethod
    def list_parameter(values: Sequence[str]) -> object:
        """A list as a parameter for `any_of`."""
        return orjson.dumps(list(values)).decode()

    @staticmethod
    def spans(placeholder: str) -> str:
        """SQL: a table (label, from_at, until_at) of the JSON list bound to `placeholder`."""
        return (
            "(SELECT json_extract(value, '$[0]') AS label, json_extract(value, '$[1]') AS from_at, "
            f"json_extract(value, '$[2]') AS until_at FROM json_each({placeholder}))"
        )


class SqliteTransaction(_Dialect, SqliteTransactionWrapper):
    """A running transaction; unusable once it has ended."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(SqliteTransaction(self))

    async def begin(self) -> None:
        """Not here: several share a BEGIN and a COMMIT (group_commit.py)."""
        raise TransactionManagementError("a transaction begins and ends with its block")

    commit = rollback = begin

    async def savepoint_rollback(self) -> None:
        """Roll back to the savepoint, and let go of it (Tortoise leaves it open)."""
        savepoint = self._savepoint
        await super().savepoint_rollback()
        await self._connection.execute(f"RELEASE {savepoint}")

    def acquire_connection(self) -> Any:
        """The connection.

        Raises:
            TransactionManagementError: the transaction is over; a task has outlived it.
        """
        if self._finalized:
            raise TransactionManagementError("the transaction is over")
        return super().acquire_connection()

    @translate_exceptions
    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one statement, inside this transaction."""
        async with self.acquire_connection() as connection:
            return list(await connection.execute_fetchall(_sqlite_text(sql), parameters))

    fetch_brief = fetch


class _TransactionContext(TransactionContext):
    """One turn of those who write: it is given on whatever happens in it."""

    __slots__ = ("_engine", "_token", "_transaction", "_turn")

    def __init__(self, engine: "SqliteEngine") -> None:
        self._engine = engine

    async def __aenter__(self) -> SqliteTransaction:
        self._turn = self._engine.writes.turn()
        await self._turn.begin()
        # Here and not above: only now there is a connection for sure.
        self._transaction = SqliteTransaction(self._engine)
        self._token = get_connections().set(self._engine.connection_name, self._transaction)
        return self._transaction

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        self._transaction._finalized = True
        try:
            await self._turn.end(is_kept=exc_type is None)
        finally:
            get_connections().reset(self._token)


class SqliteEngine(_Dialect, SqliteClient):
    """One file: a connection that writes, and one that only reads."""

    trail: Final = SQLITE

    def __init__(self, file_path: str, **credentials: Any) -> None:
        super().__init__(file_path, **credentials)
        self._reader = LateReader(file_path, LONG_CACHE)
        self._brief = BriefReader(file_path)
        self._aside = AsideReader(file_path)
        self._busy_ms = int(self.pragmas["busy_timeout"])
        self.writes = GroupCommit(self._lock, self._writer, busy_ms=self._busy_ms)

    def _in_transaction(self) -> TransactionContext:
        return _TransactionContext(self)

    async def _writer(self) -> aiosqlite.Connection:
        if self._connection is None:
            await self.create_connection(with_db=True)
        return opened(self._connection)

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run a statement for each row, all or none, in one hop to the connection's thread."""
        async with self.acquire_connection() as connection:

            def insert(raw: sqlite3.Connection = connection._conn) -> None:
                begin_immediate(raw, self._busy_ms)
                try:
                    raw.executemany(query, values)
                except BaseException:
                    raw.rollback()
                    raise
                raw.commit()

            await settled(connection._execute(insert))

    @translate_exceptions
    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one statement, as last committed."""
        reader = await self._reader.connection()
        return list(await reader.execute_fetchall(_sqlite_text(sql), parameters))

    async def fetch_brief(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """As `fetch`, of rows that an index finds: without a thread, unless it takes long."""
        rows = self._brief.fetch(_sqlite_text(sql), parameters)
        return rows if rows is not None else await self.fetch(sql, parameters)

    @translate_exceptions
    async def fetch_aside(
        self,
        sql: str,
        parameters: Sequence[object] = (),
        in_parts: bool = False,
        is_alone: bool = False,
    ) -> list[Any]:
        """The rows of one statement, as last committed, on a connection that no page waits for."""
        return await self._aside.fetch(
            _sqlite_text(sql), parameters, in_parts=in_parts, is_alone=is_alone
        )

    async def stream(
        self, sql: str, parameters: Sequence[object] = (), *, chunk: int = 500
    ) -> AsyncIterator[list[Any]]:
        """The rows of one statement in chunks, as of its start, in memory for one chunk."""
        connecting = asyncio.ensure_future(connect_reader(self.filename, SMALL_CACHE))
        try:
            reader = await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # A connection that nobody waits for any more would never be closed.
            await settled((await connecting).close())
            raise
        try:
            cursor = await reader.execute(_sqlite_text(sql), parameters)
            while rows := list(await cursor.fetchmany(chunk)):
                yield rows
        finally:
            await settled(reader.close())

    def listening(self, _wake: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Nothing here tells of what other processes write: one looks for it."""
        return nullcontext()

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.close()
        await self._aside.close()
        self._brief.close()
        await super().close()


client_class = SqliteEngine


def credentials(path: str, *, busy_seconds: float) -> dict[str, object]:
    """How to open the file at `path`; what is not its path is set as a PRAGMA.

    A write waits `busy_seconds` for another process's; by default longer than an import of a few
    ten thousand sessions writes. `synchronous=FULL`: what was acknowledged survives a power cut.
    """
    return {
        "file_path": path,
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "secure_delete": "ON",  # what is overwritten or deleted does not stay in free pages
        "busy_timeout": round(busy_seconds * 1000),
        "journal_size_limit": 67_108_864,
        "cache_size": -65_536,
        "temp_store": "MEMORY",
    }
