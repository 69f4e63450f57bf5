"""What every command begins with: its settings, its database, the present."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from models.database import Database
from models.migrate import upgrade
from models.notes_keys import WrongKeys
from resolvers.accounts.access import practitioner_id_of
from server.opening import checked, database_of
from server.settings import PREFIX, Settings, WrongSetting, read_settings

Result = TypeVar("Result")


def checked_settings() -> Settings:
    """The settings; a wrong one ends the command with a sentence that names it."""
    try:
        return read_settings()
    except WrongSetting as error:
        raise click.ClickException(str(error)) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work to its end; a database that does not answer ends it with a sentence."""
    try:
        return asyncio.run(work)
    except OSError as error:
        raise click.ClickException(f"The database cannot be opened: {error}") from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database that the settings name, migrated; keys that are not its own end the command."""
    await upgrade(settings.database_url)
    try:
        async with checked(database_of(settings)) as database:
            yield database
    except WrongKeys as error:
        raise click.ClickException(f"{PREFIX}NOTES_KEYS is wrong: {error}.") from None


def now() -> datetime:
    """The present, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


async def known_practitioner(database: Database, email: str) -> str:
    """The id of the practitioner who signs in with `email`; without one the command ends."""
    found = await practitioner_id_of(database, email)
    if found is None:
        raise click.ClickException(f"Nobody signs in with {email}.")
    return found
