"""Migrations: SQL files for each engine, applied in order, in one locked transaction.

`models/migrations/NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql` are the two halves of one
migration. Why not Tortoise's own: docs/decisions/0003-migrations-are-sql-files.md.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg

from models.database import engine_of, sqlite_path
from models.instants import to_text

MIGRATIONS: Final = Path(__file__).parent / "migrations"

# Any number will do, as long as every process that migrates takes the same one.
_ADVISORY_LOCK: Final = 7_270_001

_BOOK: Final = (
    "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"
)


class MigrationFailed(Exception):
    """A migration would have broken the database; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name, and its SQL for the engine at hand."""

    name: str
    sql: str


def migrations(engine: str, folder: Path = MIGRATIONS) -> list[Migration]:
    """All steps for `engine` (`sqlite` or `postgres`), oldest first."""
    ending = f".{engine}.sql"
    return [
        Migration(path.name.removesuffix(ending), path.read_text("utf-8"))
        for path in sorted(folder.glob(f"*{ending}"))
    ]


async def upgrade(url: str, *, folder: Path = MIGRATIONS, last: str | None = None) -> list[str]:
    """Apply what is missing, up to and including `last`; the names of what was applied.

    Safe to run from several processes at once: one works, the others wait and find nothing to do.

    Raises:
        MigrationFailed: a row would point nowhere afterwards; nothing was changed.
    """
    engine = engine_of(url)
    wanted = [step for step in migrations(engine, folder) if last is None or step.name <= last]
    if engine == "sqlite":
        return await asyncio.to_thread(_upgrade_sqlite, sqlite_path(url), wanted)
    return await _upgrade_postgres(url, wanted)


async def pending(url: str, *, folder: Path = MIGRATIONS) -> list[str]:
    """The names of the migrations that this database still lacks; changes nothing."""
    engine = engine_of(url)
    if engine == "sqlite":
        applied = await asyncio.to_thread(_applied_sqlite, sqlite_path(url))
    else:
        connection = await asyncpg.connect(url)
        try:
            applied = await _applied_postgres(connection)
        finally:
            await connection.close()
    return [step.name for step in migrations(engine, folder) if step.name not in applied]


def _applied_sqlite(path: str) -> set[str]:
    if not Path(path).exists():
        return set()
    database = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    try:
        book = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'")
        if book.fetchone() is None:
            return set()
        return {name for (name,) in database.execute("SELECT name FROM schema_migration")}
    finally:
        database.close()


def _upgrade_sqlite(path: str, wanted: list[Migration]) -> list[str]:
    Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, isolation_level=None, timeout=60)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        # A migration may rebuild a table: copy it, drop it, rename the copy. With foreign keys on,
        # the drop would cascade into every table that refers to it. They are checked at the end
        # instead. The switch is ignored inside a transaction, so it comes before.
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("BEGIN IMMEDIATE")
        try:
            applied = _apply_sqlite(database, wanted)
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")
        return applied
    finally:
        database.close()


def _apply_sqlite(database: sqlite3.Connection, wanted: list[Migration]) -> list[str]:
    database.execute(_BOOK)
    known = {name for (name,) in database.execute("SELECT name FROM schema_migration")}
    missing = [step for step in wanted if step.name not in known]
    for step in missing:
        # Not executescript(): it commits the transaction it is called in.
        for statement in statements(step.sql):
            database.execute(statement)
        database.execute("INSERT INTO schema_migration VALUES (?, ?)", (step.name, _now()))
    broken = database.execute("PRAGMA foreign_key_check").fetchall() if missing else []
    if broken:
        raise MigrationFailed(f"{len(broken)} rows would point nowhere, first in {broken[0][0]}")
    return [step.name for step in missing]


def statements(script: str) -> Iterator[str]:
    """The statements of a script, ended where SQLite itself sees their ends (triggers, strings)."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


async def _applied_postgres(connection: asyncpg.Connection) -> set[str]:
    if await connection.fetchval("SELECT to_regclass('schema_migration')") is None:
        return set()
    return {name for (name,) in await connection.fetch("SELECT name FROM schema_migration")}


async def _upgrade_postgres(url: str, wanted: list[Migration]) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            known = await _applied_postgres(connection)
            await connection.execute(_BOOK)
            missing = [step for step in wanted if step.name not in known]
            for step in missing:
                await connection.execute(step.sql)
                await connection.execute(
                    "INSERT INTO schema_migration VALUES ($1, $2)", step.name, _now()
                )
            return [step.name for step in missing]
    finally:
        await connection.close()


def _now() -> str:
    return to_text(datetime.now(UTC))
