"""Workers that start while their database does."""

import asyncio
import logging
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from models.database import Database
from models.unavailable import is_unavailable
from server.app import create_app
from server.opening import checked
from server.settings import Settings

SECONDS = 20


class Door:
    """A socket in front of PostgreSQL's that lets nobody in until it is opened."""

    def __init__(self, url: str, folder: Path) -> None:
        host = parse_qs(urlsplit(url).query)["host"][0]
        self.url = url.replace(host, str(folder))
        self.knocked = asyncio.Event()
        self.is_open = False
        self._name = ".s.PGSQL.5432"
        self._behind, self._path = Path(host) / self._name, folder / self._name

    async def stand(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._let_in, self._path)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.is_open:
            writer.transport.abort()
            self.knocked.set()
            return
        behind_reader, behind_writer = await asyncio.open_unix_connection(self._behind)
        await asyncio.gather(_copy(reader, behind_writer), _copy(behind_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)
        await writer.drain()
    writer.close()


@pytest.fixture
def engine() -> str:
    """A file is there, or is not."""
    return "postgres"


@pytest.fixture
async def door(url: str, tmp_path_factory: pytest.TempPathFactory) -> Door:
    return Door(url, tmp_path_factory.mktemp("door"))


async def test_a_worker_that_starts_while_its_database_is_away_waits_for_it(
    door: Door, tmp_path: Path
) -> None:
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    app = create_app(Settings(database_url=door.url, log_level="ERROR", mail_directory=tmp_path))
    root.handlers, root.level = handlers, level  # its logs are for processes of its own

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pass

    async with await door.stand(), asyncio.timeout(SECONDS):
        starting = asyncio.create_task(start())
        await door.knocked.wait()
        assert not starting.done()
        door.is_open = True
        await starting


async def test_a_command_does_not_wait(door: Door) -> None:
    async with await door.stand(), asyncio.timeout(SECONDS):
        with pytest.raises((OSError, asyncpg.PostgresConnectionError)) as failed:
            async with checked(Database(door.url)):
                pass

    assert is_unavailable(failed.value)
