"""Workers that start while their database does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from models.database import Database
from models.unavailable import is_unavailable
from server.opening import checked
from server.settings import Settings
from tests.gateway import Gateway
from tests.server.reaching import app_of

SECONDS = 20


@pytest.fixture
def engine() -> str:
    """A file is there, or is not."""
    return "postgres"


@pytest.fixture
async def shut(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    gateway = Gateway(url, tmp_path_factory.mktemp("gate"))
    gateway.is_shut = True
    await gateway.open()
    yield gateway
    await gateway.close()


async def test_a_worker_that_starts_while_its_database_is_away_waits_for_it(
    shut: Gateway, tmp_path: Path
) -> None:
    app = app_of(Settings(database_url=shut.url, log_level="ERROR", mail_directory=tmp_path))

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pass

    async with asyncio.timeout(SECONDS):
        starting = asyncio.create_task(start())
        await shut.knocked.wait()
        assert not starting.done()
        shut.is_shut = False
        await starting


async def test_a_command_does_not_wait(shut: Gateway) -> None:
    with pytest.raises((OSError, asyncpg.PostgresConnectionError)) as failed:
        async with asyncio.timeout(SECONDS), checked(Database(shut.url)):
            pass

    assert is_unavailable(failed.value)
    assert shut.knocked.is_set()
