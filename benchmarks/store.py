"""The practice on disk: made once, and kept for the next run."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, groupby
from pathlib import Path
from typing import Final

from benchmarks import rows
from benchmarks.practice import Practice, database_in
from models.database import Database
from models.migrate import migrations, upgrade
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token

CACHE: Final = Path(tempfile.gettempdir()) / "session-history-benchmarks"


def kept_practice(sessions: int, *, tell: Callable[[str], None]) -> Practice:
    """The practice with this many sessions, made if there is none yet."""
    folder = CACHE / _name(sessions)
    try:
        return Practice.read(folder)
    except FileNotFoundError:
        tell(f"Making a practice with {sessions:,} sessions, once, in {folder}")
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=CACHE))
    try:
        asyncio.run(_make(unfinished, sessions))
        if folder.exists():  # what a cleaner of the temporary folder has left of it
            shutil.rmtree(folder)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Practice.read(folder)


def _name(sessions: int) -> str:
    made_by = Path(rows.__file__).read_bytes() + Path(__file__).read_bytes()
    return f"{sessions}-{migrations('sqlite')[-1].name}-{sha256(made_by).hexdigest()[:8]}"


async def _make(folder: Path, sessions: int) -> None:
    path = database_in(folder)
    url = f"sqlite:///{path}"
    await upgrade(url)
    _insert(path, sessions)
    async with Database(url) as database:
        ((owner,),) = await database.fetch("SELECT id FROM practitioner")
        clients = [client for (client,) in await database.fetch("SELECT id FROM client")]

        async def work(transaction: Transaction) -> str:
            now = datetime.now(UTC)
            return await issue_token(transaction, owner, label="benchmarks", now=now)

        token = await write(database, work)
    Practice(path, owner, token, clients, sessions).write()


def _insert(path: Path, sessions: int) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("BEGIN")
        for table, group in groupby(rows.rows(sessions), key=lambda row: row[0]):
            of_table = (row for _, row in group)
            first = next(of_table)
            values = ", ".join(f":{column}" for column in first)
            statement = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({values})"
            database.executemany(statement, chain([first], of_table))
        database.execute("COMMIT")
    finally:
        database.close()
