"""Opening the database that the settings name, with the keys of the private notes in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from execution.layers import Layer
from models.database import Database
from models.notes_keys import check_keys
from server.settings import Settings


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
async def checked(database: Database) -> AsyncIterator[Database]:
    """Open a database to serve it or to write into it, and close it.

    Raises:
        WrongKeys: our keys are not those that its private notes are sealed with.
    """
    async with database:
        await check_keys(database, now=datetime.now(UTC))
        yield database
