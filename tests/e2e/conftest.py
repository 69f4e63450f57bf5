"""A server of its own process, started as anybody starts it, and reached over HTTP."""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from models.database import Database, sqlite_path
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.practice import Practice

ROOT = Path(__file__).parent.parent.parent
AUDITS = Path(__file__).parent / "audits"


def environment(url: str, **settings: str) -> dict[str, str]:
    """What a command runs with: our settings, and nothing of ours that the machine has set."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SESSION_HISTORY_")}
    own = {f"SESSION_HISTORY_{name}": value for name, value in settings.items()}
    return {**inherited, "SESSION_HISTORY_DATABASE_URL": url, **own}


def command(
    *arguments: str, url: str, cwd: Path = ROOT, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `session-history` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        env={**environment(url, **settings), "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def running(url: str, *arguments: str, log: Path, **settings: str) -> Iterator[str]:
    """The address of a server on this database, until the block ends."""
    with started(url, *arguments, log=log, **settings) as (address, _process):
        yield address


@contextmanager
def started(
    url: str, *arguments: str, log: Path, **settings: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of a server on this database, until the block ends."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    if "SMTP_HOST" not in settings:
        settings = {"MAIL_DIRECTORY": str(log.parent / "mail"), **settings}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--port", str(port), *arguments],
            env=environment(url, **settings),
            cwd=ROOT,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_ready(address, process, log)
            yield address, process
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_ready(address: str, process: subprocess.Popen[Any], log: Path) -> None:
    until = time.monotonic() + 60
    # One client for all tries, and none that loads certificates: it is the server that shall work.
    with httpx.Client(verify=False) as client:  # noqa: S501 - nothing here speaks TLS
        while time.monotonic() < until and process.poll() is None:
            try:
                if client.get(f"{address}/readyz").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


async def small_practice(url: str) -> str:
    """A practitioner with one client and two sessions; a token of theirs."""
    async with Database(url) as database:
        practice = await Practice.of(database)
        client = await practice.add_client("Ada Lovelace", email="ada@example.com")
        await practice.add_session(client, customer_notes="Bring the notebook")
        await practice.add_session(client, private_notes="Went well")
        now = datetime.now(UTC)

        async def work(transaction: Transaction) -> str:
            return await issue_token(transaction, practice.practitioner.id, label="tests", now=now)

        return await write(database, work)


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """While somebody else writes, and does not come to an end."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(sqlite_path(url), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE calendar IN EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


@dataclass(frozen=True)
class Served:
    """A running server and a token of its practitioner, who has one client and two sessions."""

    address: str
    token: str
    log: Path


@dataclass(frozen=True)
class Raced:
    """A running server of one or several workers, and its database."""

    address: str
    url: str
    log: Path


@pytest.fixture(scope="session")
def raced_servers() -> Iterator[tuple[dict[tuple[str, str], Raced], ExitStack]]:
    with ExitStack() as stack:
        yield {}, stack


@pytest.fixture(params=["1", "4"], ids=["one worker", "four workers"])
def raced(
    engine: str,
    request: pytest.FixtureRequest,
    raced_servers: tuple[dict[tuple[str, str], Raced], ExitStack],
    tmp_path_factory: pytest.TempPathFactory,
) -> Raced:
    """A server for each engine and number of workers; tests race in practices of their own."""
    started, stack = raced_servers
    key = (engine, request.param)
    if key not in started:
        url: str = request.getfixturevalue("lasting_url")
        log = tmp_path_factory.mktemp("raced") / "server.log"
        address = stack.enter_context(running(url, "--workers", request.param, log=log))
        started[key] = Raced(address, url, log)
    return started[key]


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[dict[str, Served], ExitStack]]:
    with ExitStack() as stack:
        yield {}, stack


@pytest.fixture
def served(
    engine: str,
    servers: tuple[dict[str, Served], ExitStack],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Served:
    """One server for each engine; tests change nothing in it."""
    started, stack = servers
    if engine not in started:
        url: str = request.getfixturevalue("lasting_url")
        log = tmp_path_factory.mktemp("served") / "server.log"
        token = asyncio.run(small_practice(url))
        started[engine] = Served(stack.enter_context(running(url, log=log)), token, log)
    return started[engine]


@dataclass(frozen=True)
class Reached:
    """A running server with short deadlines, in which tests write in practices of their own."""

    address: str
    url: str
    log: Path

    @property
    def socket_address(self) -> str:
        """Where its WebSockets are."""
        return f"{self.address.replace('http', 'ws')}/graphql"


@pytest.fixture(scope="session")
def reached_servers() -> Iterator[tuple[dict[str, Reached], ExitStack]]:
    with ExitStack() as stack:
        yield {}, stack


@pytest.fixture
def reached(
    engine: str,
    reached_servers: tuple[dict[str, Reached], ExitStack],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Reached:
    """One server for each engine, whose patience is short."""
    known, stack = reached_servers
    if engine not in known:
        url: str = request.getfixturevalue("lasting_url")
        log = tmp_path_factory.mktemp("reached") / "server.log"
        address = stack.enter_context(
            running(
                url,
                log=log,
                ALLOWED_ORIGINS="https://app.example.com",
                DATABASE_BUSY_SECONDS="0.3",
                RECEIVE_SECONDS="1",
                RECHECK_SECONDS="0.1",
                SEND_SECONDS="1",
            )
        )
        known[engine] = Reached(address, url, log)
    return known[engine]


@dataclass(frozen=True)
class Fuzzed:
    """A running server that counts no cost, and its database."""

    address: str
    url: str
    log: Path

    def failures(self) -> list[str]:
        """What the server has logged as a fault of its own."""
        lines = self.log.read_text("utf-8").splitlines()
        return [line for line in lines if '"level": "ERROR"' in line or "Traceback" in line]


@pytest.fixture(scope="session")
def fuzzed_servers() -> Iterator[tuple[dict[str, Fuzzed], ExitStack]]:
    with ExitStack() as stack:
        yield {}, stack


@pytest.fixture
def fuzzed(
    engine: str,
    fuzzed_servers: tuple[dict[str, Fuzzed], ExitStack],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fuzzed]:
    """One server for each engine; tests send it anything, and it comes to no harm."""
    started, stack = fuzzed_servers
    if engine not in started:
        url: str = request.getfixturevalue("lasting_url")
        log = tmp_path_factory.mktemp("fuzzed") / "server.log"
        address = stack.enter_context(running(url, log=log, RATE_CAPACITY="0", RECEIVE_SECONDS="1"))
        started[engine] = Fuzzed(address, url, log)
    yield started[engine]
    assert started[engine].failures() == []
    assert httpx.get(f"{started[engine].address}/readyz").status_code == httpx.codes.OK


@pytest.fixture
def lasting_url(engine: str, request: pytest.FixtureRequest) -> str:
    """A migrated database that outlives the test."""
    if engine == "postgres":
        address: str = request.getfixturevalue("url")
        return address
    template: Path = request.getfixturevalue("sqlite_template")
    folder: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    copy = folder.mktemp("lasting") / "session-history.db"
    shutil.copyfile(template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def token(served: Served) -> str:
    """A token of a practitioner with one client and two sessions."""
    return served.token


@pytest.fixture
def server_log(served: Served) -> Path:
    """What the running server has written."""
    return served.log


@pytest.fixture
def server_address(served: Served) -> str:
    """The address of the running server."""
    return served.address


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audits beside the packages they need."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"the audits need {' and '.join(missing)}, which is not installed here")
    folder = tmp_path_factory.mktemp("audits") / "audits"
    shutil.copytree(AUDITS, folder, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"npm cannot fetch the audits here: {done.stderr.strip()[-300:]}")
    return folder
