"""The same practice in either engine, as the benchmarks of exports read it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.exporting.long_history import LongHistory
from benchmarks.postgres import running_postgres
from models.database import Database
from models.transaction import Transaction, write

ENGINES: Final = ("sqlite", "postgres")


@contextmanager
def database_of(engine: str, history: LongHistory, *, tell: Callable[[str], None]) -> Iterator[str]:
    """The address of the practice in this engine, until the block ends.

    It is without the exports of earlier runs, or a server would go on with what one left unmade,
    and with an hour's exports still to be asked for.
    """
    if engine == "sqlite":
        url = f"sqlite:///{history.practice.database}"
        asyncio.run(_forget_exports(url))
        yield url
        return
    with running_postgres(history.practice, core=None, tell=tell) as (url, _):
        asyncio.run(_forget_exports(url))
        yield url


async def _forget_exports(url: str) -> None:
    async def forget(transaction: Transaction) -> None:
        await transaction.fetch("DELETE FROM export_piece RETURNING number")
        await transaction.fetch("DELETE FROM export RETURNING id")
        await transaction.fetch("DELETE FROM attempt_limit RETURNING 1")

    async with Database(url) as database:
        await write(database, forget)
