"""The connections that brief reads are made on: bounded, never left in the middle of something."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from models.engines.kept_connections import KeptConnections
from models.unavailable import is_unavailable

MOST = 2
NAME = "kept-connections"


@pytest.fixture
def engine() -> str:
    """SQLite reads without any."""
    return "postgres"


@pytest.fixture
async def kept(shared_url: str) -> AsyncIterator[KeptConnections]:
    async def connect() -> Any:
        return await asyncpg.connect(shared_url, server_settings={"application_name": NAME})

    connections = KeptConnections(connect, most=MOST)
    yield connections
    await connections.close()


@pytest.fixture
async def beside(shared_url: str) -> AsyncIterator[Any]:
    """A connection that looks at the others."""
    connection = await asyncpg.connect(shared_url)
    yield connection
    await connection.close()


async def there(beside: Any) -> int:
    """How many of the kept connections the server knows."""
    count = await beside.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", NAME
    )
    return int(count)


async def until_there_are(number: int, beside: Any) -> None:
    while await there(beside) != number:  # noqa: ASYNC110 - the server tells it in no other way
        await asyncio.sleep(0.005)


async def test_many_reads_share_a_few_connections(kept: KeptConnections, beside: Any) -> None:
    found = await asyncio.gather(*(kept.fetch("SELECT $1::int", [n]) for n in range(50)))

    assert [rows[0][0] for rows in found] == list(range(50))
    assert await there(beside) == MOST


async def test_nobody_is_passed_by_those_who_ask_again(shared_url: str) -> None:
    readers, done = 6, list[int]()
    kept = KeptConnections(lambda: asyncpg.connect(shared_url), most=1)

    async def read(reader: int) -> None:
        for _ in range(30):
            await kept.fetch("SELECT 1", [])
            done.append(reader)

    await asyncio.gather(*map(read, range(readers)))
    await kept.close()

    for reader in range(readers):
        own = [at for at, one in enumerate(done) if one == reader]
        assert {after - before for before, after in pairwise(own)} == {readers}


async def test_one_after_the_other_they_share_one(kept: KeptConnections, beside: Any) -> None:
    for number in range(5):
        await kept.fetch("SELECT $1::int", [number])

    assert await there(beside) == 1


async def test_a_mistake_in_a_statement_costs_no_connection(
    kept: KeptConnections, beside: Any
) -> None:
    for _ in range(5):
        with pytest.raises(asyncpg.UndefinedTableError):
            await kept.fetch("SELECT * FROM nowhere", [])

    assert (await kept.fetch("SELECT 1", []))[0][0] == 1
    assert await there(beside) == 1


async def test_whoever_is_cancelled_in_the_middle_leaves_the_others_a_place(
    kept: KeptConnections, beside: Any
) -> None:
    await beside.execute("SELECT pg_advisory_lock(815)")
    held = [
        asyncio.create_task(kept.fetch("SELECT pg_advisory_lock_shared(815)", []))
        for _ in range(MOST)
    ]
    await until_there_are(MOST, beside)
    waiting = [asyncio.create_task(kept.fetch("SELECT 1", [])) for _ in range(10)]
    await asyncio.sleep(0)
    for task in (*held, *waiting[:5]):
        task.cancel()

    answered = await asyncio.gather(*waiting[5:])
    cancelled = await asyncio.gather(*held, *waiting[:5], return_exceptions=True)

    assert [rows[0][0] for rows in answered] == [1] * 5
    assert all(isinstance(one, asyncio.CancelledError) for one in cancelled)
    await beside.execute("SELECT pg_advisory_unlock(815)")


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_whoever_is_cancelled_at_any_moment_leaves_all_places(
    kept: KeptConnections, turns: int
) -> None:
    tasks = [asyncio.create_task(kept.fetch("SELECT 1", [])) for _ in range(3 * MOST)]
    for _ in range(turns):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    found = await asyncio.gather(*(kept.fetch("SELECT 1", []) for _ in range(3 * MOST)))

    assert len(found) == 3 * MOST


async def test_connections_that_the_server_ended_are_opened_anew(
    kept: KeptConnections, beside: Any
) -> None:
    await asyncio.gather(*(kept.fetch("SELECT 1", []) for _ in range(MOST)))
    await beside.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", NAME
    )
    await until_there_are(0, beside)

    results = await asyncio.gather(
        *(kept.fetch("SELECT 1", []) for _ in range(4)), return_exceptions=True
    )

    # Whoever gets one that has just ended is told so; the next has a new one.
    assert all(isinstance(one, list) or is_unavailable(one) for one in results)
    assert (await kept.fetch("SELECT 1", []))[0][0] == 1


async def test_a_server_that_is_not_there_costs_no_place() -> None:
    async def connect() -> Any:
        raise ConnectionRefusedError

    connections = KeptConnections(connect, most=1)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await connections.fetch("SELECT 1", [])


async def test_closed_they_are_gone(kept: KeptConnections, beside: Any) -> None:
    await asyncio.gather(*(kept.fetch("SELECT 1", []) for _ in range(MOST)))

    await kept.close()
    await until_there_are(0, beside)
