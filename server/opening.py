"""Opening the database that the settings name, with the keys of the private notes in it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from execution.layers import Layer
from models.database import Database
from models.notes_keys import check_keys
from models.unavailable import is_unavailable
from server.settings import Settings

logger = logging.getLogger("session_history.server")

LONGEST_RESTART_SECONDS: Final = 60
_BETWEEN_TRIES_SECONDS: Final = 0.25


def database_of(settings: Settings) -> Database:
    """The database, not open yet."""
    return Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        keyring=settings.keyring(),
        busy_seconds=settings.database_busy_seconds,
        reads_briefly=Layer.READS in settings.fast_path,
    )


@asynccontextmanager
async def checked(database: Database, *, waits_seconds: float = 0) -> AsyncIterator[Database]:
    """Open a database to serve it or to write into it, and close it.

    A worker may start while the database is started anew. It waits that long for it: uvicorn ends
    all workers when one cannot start.

    Raises:
        WrongKeys: our keys are not those that its private notes are sealed with.
    """
    until = time.monotonic() + waits_seconds
    async with database:
        while True:
            try:
                await check_keys(database, now=datetime.now(UTC))
                break
            except Exception as error:
                if not is_unavailable(error) or time.monotonic() >= until:
                    raise
            logger.warning("the database is away: a worker waits for it")
            await asyncio.sleep(_BETWEEN_TRIES_SECONDS)
        yield database
