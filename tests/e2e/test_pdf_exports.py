"""PDFs over HTTP, from servers and workers that are killed, stopped, or have no room left."""

import asyncio
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.database import Database, sqlite_path
from models.enums import SessionStatus
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.e2e.conftest import Raced, started
from tests.practice import Practice
from tests.resolvers.exporting.test_making import words_of

EXPORT = """mutation ($input: ExportSessionHistoryInput!) { exportSessionHistory(input: $input) {
  export { id url state progress fileName sessionCount } errors { message } } }"""
PROGRESS = "query ($id: ID!) { export(id: $id) { state progress } }"


class Exporting:
    """Somebody who exports the history of a client with many sessions."""

    def __init__(self, url: str, token: str, client_id: str) -> None:
        self.url = url
        self.client_id = client_id
        self.headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    def of(cls, url: str, *, sessions: int) -> "Exporting":
        return cls(url, *asyncio.run(_practice(url, sessions)))

    def ask(self, address: str, document: str, **variables: Any) -> Any:
        answer = httpx.post(
            f"{address}/graphql",
            json={"query": document, "variables": variables},
            headers=self.headers,
            timeout=30,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def export(self, address: str, **given: Any) -> dict[str, Any]:
        asked = {"clientId": self.client_id, "format": "PDF", **given}
        payload = self.ask(address, EXPORT, input=asked)["exportSessionHistory"]
        assert payload["errors"] == []
        export: dict[str, Any] = payload["export"]
        return export

    def states(self) -> list[str]:
        return [state for (state,) in asyncio.run(_fetch(self.url, "SELECT state FROM export"))]


async def _practice(url: str, sessions: int) -> tuple[str, str]:
    async with Database(url) as database:
        practice = await Practice.of(database)
        client = await practice.add_client("María Îñtërnâtiônàl")
        now = datetime.now(UTC).replace(microsecond=0)
        for number in range(sessions):
            await practice.add_session(
                client,
                now - timedelta(days=number + 1),
                SessionStatus.COMPLETED,
                customer_notes=f"Note number {number}. " + "We talked about the week. " * 20,
            )

        async def work(transaction: Transaction) -> str:
            return await issue_token(transaction, practice.practitioner.id, label="e2e", now=now)

        return await write(database, work), client.id


async def _fetch(url: str, sql: str) -> list[Any]:
    async with Database(url) as database:
        return await database.fetch(sql)


async def _forget_claims(url: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch(
            "UPDATE export SET claimed_until = '2026-01-01T00:00:00Z' "
            "WHERE state = 'RENDERING' RETURNING id"
        )

    async with Database(url) as database:
        await write(database, work)


def fetched(address: str, export: dict[str, Any]) -> bytes:
    """The file behind a link; whoever is told to try again does."""
    link = address + export["url"][export["url"].index("/exports/") :]
    for _ in range(4):
        answer = httpx.get(link, timeout=60)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.content


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="this machine has no /proc to look into"
)


def test_a_pdf_can_be_fetched_from_any_worker(raced: Raced) -> None:
    exporting = Exporting.of(raced.url, sessions=3)

    exports = [exporting.export(raced.address) for _ in range(4)]

    for export in exports:
        words = words_of(fetched(raced.address, export))
        assert "María Îñtërnâtiônàl" in words
        assert all(f"Note number {number}." in words for number in range(3))
        assert export["sessionCount"] == 3
    asked = exporting.ask(raced.address, PROGRESS, id=exports[0]["id"])
    assert asked == {"export": {"state": "READY", "progress": 1}}


@needs_proc
def test_a_server_that_is_killed_loses_no_export_and_leaves_no_process(
    url: str, tmp_path: Path
) -> None:
    exporting = Exporting.of(url, sessions=300)
    with started(url, log=tmp_path / "first.log") as (address, server):
        export = exporting.export(address)
        wait_until(lambda: len(children_of(server.pid)) > 0)
        children = children_of(server.pid)
        server.kill()
        server.wait()
        assert exporting.states() == ["RENDERING"]
        wait_until(lambda: not any(map(is_alive, children)))
    asyncio.run(_forget_claims(url))  # ten seconds later, without waiting for them

    with started(url, log=tmp_path / "second.log") as (address, _server):
        words = words_of(fetched(address, export))

    assert all(f"Note number {number}." in words for number in range(300))


@needs_proc
def test_a_server_that_is_stopped_gives_back_what_it_was_making(url: str, tmp_path: Path) -> None:
    exporting = Exporting.of(url, sessions=300)
    with started(url, log=tmp_path / "server.log") as (address, server):
        exporting.export(address)
        wait_until(lambda: len(children_of(server.pid)) > 0)
        children = children_of(server.pid)
        server.terminate()
        assert server.wait(timeout=15) in {0, -signal.SIGTERM}

    assert exporting.states() == ["WAITING"]
    assert not any(map(is_alive, children))
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@needs_proc
@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_worker_that_is_killed_is_replaced(url: str, tmp_path: Path) -> None:
    exporting = Exporting.of(url, sessions=300)
    with started(url, log=tmp_path / "server.log") as (address, server):
        export = exporting.export(address)
        wait_until(lambda: len(children_of(server.pid)) > 0)
        os.kill(children_of(server.pid)[0], signal.SIGKILL)

        words = words_of(fetched(address, export))

    assert all(f"Note number {number}." in words for number in range(300))


@contextmanager
def no_room_for(process_id: int, *files: Path) -> Iterator[None]:
    """While the disk takes nothing more at the end of these files."""
    size = max(file.stat().st_size for file in files)
    before = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_full_disk_is_told_and_the_file_made_when_there_is_room(url: str, tmp_path: Path) -> None:
    """PostgreSQL's disk is full in a process of its own."""
    exporting = Exporting.of(url, sessions=60)
    kept = Path(sqlite_path(url))
    with started(url, log=tmp_path / "server.log") as (address, server):
        export = exporting.export(address)
        wait_until(lambda: exporting.states() == ["RENDERING"])
        with no_room_for(server.pid, kept.with_name(f"{kept.name}-wal"), tmp_path / "server.log"):
            answer = httpx.post(
                f"{address}/graphql",
                json={
                    "query": EXPORT,
                    "variables": {"input": {"clientId": exporting.client_id, "format": "CSV"}},
                },
                headers=exporting.headers,
            ).json()
            code = answer["errors"][0]["extensions"]["code"]
            link = address + export["url"][export["url"].index("/exports/") :]
            told = httpx.get(link, timeout=60)

        assert code == "UNAVAILABLE"
        assert told.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "Retry-After" in told.headers
        assert "Note number 59." in words_of(fetched(address, export))
