"""PostgreSQL under Tortoise, mended: transactions that survive cancellation, text in and out.

Tortoise finds this module by its dotted name in the connection's `engine`, and tells engines apart
by looking for "asyncpg" in it. What is mended here, each measured on 1.1.9:

* A task cancelled between taking a pooled connection and `BEGIN` never gave it back; a pool of
  five was empty after 13 of them.
* Giving a connection back cost a round trip that resets a state which nobody here ever sets.

Instants go in and come out as the text that SQLite keeps and that is sent, so one SQL text and one
row shape serve both engines.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections

from models.engines.kept_connections import KeptConnections
from models.engines.listening import listening
from models.engines.settled import settled
from models.engines.trails import CHANNEL, POSTGRES


class _Connection(asyncpg.connection.Connection):
    """A pooled connection whose session state nobody changes, so that nothing is to be reset."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


class _Dialect:
    """How this engine says what the other says differently."""

    for_update: Final = " FOR NO KEY UPDATE"
    for_update_if_free: Final = " FOR NO KEY UPDATE SKIP LOCKED"
    for_reference: Final = " FOR KEY SHARE"
    for_deletion: Final = " FOR UPDATE"

    @staticmethod
    def any_of(column: str, placeholder: str) -> str:
        """SQL: `column` is one of the list bound to `placeholder`."""
        return f"{column} = ANY({placeholder}::text[])"

    @staticmethod
    def list_parameter(values: Sequence[str]) -> object:
        """A list as a parameter for `any_of`."""
        return list(values)

    @staticmethod
    def spans(placeholder: str) -> str:
        """SQL: a table (label, from_at, until_at) of the JSON list bound to `placeholder`."""
        return (
            "(SELECT value ->> 0 AS label, (value ->> 1)::timestamptz AS from_at, "
            "(value ->> 2)::timestamptz AS until_at "
            f"FROM jsonb_array_elements({placeholder}::text::jsonb))"
        )


# How many rows are taken apart before others have their turn.
_PART: Final = 100


class PostgresTransaction(_Dialect, TransactionWrapper):
    """A running transaction on a connection of its own."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(PostgresTransaction(self))

    @translate_exceptions
    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one statement, inside this transaction."""
        async with self.acquire_connection() as connection:
            return await connection.fetch(sql, *parameters)

    fetch_brief = fetch


class _TransactionContext(TransactionContextPooled):
    """Begins and ends a transaction so that its connection goes back whatever happens between."""

    async def __aenter__(self) -> PostgresTransaction:
        await self.ensure_connection()
        transaction: Any = self.client
        pool = transaction._parent._pool
        transaction._connection = await pool.acquire()
        try:
            await settled(transaction.begin())
        except BaseException:
            # release() rolls an open transaction back, or ends the connection if it cannot.
            await settled(pool.release(transaction._connection))
            raise
        self.token = get_connections().set(self.connection_name, transaction)
        begun: PostgresTransaction = transaction
        return begun

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        transaction: Any = self.client
        try:
            if not transaction._finalized:
                await settled(transaction.rollback() if exc_type else transaction.commit())
        finally:
            # The context is restored first: a release that fails after a restart of the server
            # would otherwise leave this task bound to a dead connection for ever.
            get_connections().reset(self.token)
            await settled(transaction._parent._pool.release(transaction._connection))


class PostgresEngine(_Dialect, AsyncpgDBClient):
    """A pool of connections to one database, named by a connection URI."""

    trail: Final = POSTGRES

    def __init__(self, dsn: str, **credentials: Any) -> None:
        super().__init__(**credentials)
        self._dsn = dsn
        self._kept = KeptConnections(self._connect_kept, most=credentials["maxsize"])
        self._settings = credentials["server_settings"]

    async def create_pool(self, **options: Any) -> Any:
        """Open the pool; all that says where the server is comes from the URI."""
        for name in ("host", "port", "user", "database", "password"):
            options.pop(name, None)
        return await asyncpg.create_pool(
            self._dsn, **{**options, "connection_class": _Connection, "init": _speak_text}
        )

    def _in_transaction(self) -> TransactionContext:
        return _TransactionContext(PostgresTransaction(self), self._pool_init_lock)

    @translate_exceptions
    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one statement, as last committed."""
        async with self.acquire_connection() as connection:
            rows: list[Any] = await connection.fetch(sql, *parameters)
            return rows

    @translate_exceptions
    async def fetch_brief(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """As `fetch`, of rows that an index finds: on a connection that is kept for such."""
        rows: list[Any] = await self._kept.fetch(sql, parameters)
        return rows

    async def close(self) -> None:
        """Close all connections."""
        await self._kept.close()
        await super().close()

    async def _connect_kept(self) -> Any:
        # No time limit for each statement, which takes a timer: operations have theirs.
        connection = await asyncpg.connect(
            self._dsn,
            server_settings=self._settings,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
        )
        await _speak_text(connection)
        return connection

    async def fetch_aside(
        self,
        sql: str,
        parameters: Sequence[object] = (),
        in_parts: bool = False,
        is_alone: bool = False,
    ) -> list[Any]:
        """The same: the server reads for each connection apart.

        All rows of an answer are taken apart at once, so those that come `in_parts` are asked for
        as such, in a few statements more.
        """
        if not in_parts:
            whole: list[Any] = await self.fetch(sql, parameters)
            return whole
        return [row async for rows in self.stream(sql, parameters, chunk=_PART) for row in rows]

    async def stream(
        self, sql: str, parameters: Sequence[object] = (), *, chunk: int = 500
    ) -> AsyncIterator[list[Any]]:
        """The rows of one statement in chunks, as of its start, in memory for one chunk."""
        async with self.acquire_connection() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(sql, *parameters)
            while rows := await cursor.fetch(chunk):
                yield rows

    def listening(self, wake: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Call `wake` whenever somebody has written to the trail, until the block ends."""
        return listening(self._dsn, CHANNEL, wake)


async def _speak_text(connection: Any) -> None:
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        encoder=str,
        decoder=lambda text: f"{text[:10]}T{text[11:19]}Z",
        format="text",
    )


client_class = PostgresEngine


def credentials(dsn: str, *, pool_size: int, busy_seconds: float) -> dict[str, object]:
    """How to open the database that `dsn` names, with at most `pool_size` connections.

    A statement waits `busy_seconds` for what another transaction holds.
    """
    return {
        "dsn": dsn,
        "minsize": 1,
        "maxsize": pool_size,
        "command_timeout": 60,
        "statement_cache_size": 512,
        "max_cached_statement_lifetime": 0,
        "server_settings": {
            "application_name": "session-history",
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            "jit": "off",
            "lock_timeout": str(round(busy_seconds * 1000)),
            # The default, 4, is for disks that turn: it makes the planner read a whole table of
            # clients rather than look up those of a page.
            "random_page_cost": "1.1",
            "idle_in_transaction_session_timeout": "60000",
        },
    }
