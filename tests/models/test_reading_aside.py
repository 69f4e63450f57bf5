"""Reads that nobody waits for: the same rows, and everybody else goes first."""

import asyncio
import sys
import threading
from itertools import pairwise
from types import FrameType
from typing import Any

import asyncpg
import asyncpg.cursor
import orjson
import pytest
from tortoise.exceptions import OperationalError

from models.database import Database
from models.transaction import drain


def selecting(rows: list[tuple[Any, ...]]) -> tuple[str, list[object]]:
    """A statement that answers these rows, in their order, two columns of one name in each."""
    parameters: list[object] = []

    def bind(value: object, kind: str) -> str:
        parameters.append(value)
        return f"CAST(${len(parameters)} AS {kind})"

    parts = [
        f"SELECT {bind(number, 'BIGINT')} AS place, {bind(one[0], 'BIGINT')} AS name, "
        f"{bind(one[1], 'TEXT')} AS name, {bind(one[2], 'BIGINT')}, {bind(one[3], 'TEXT')}"
        for number, one in enumerate(rows)
    ]
    parts.append("SELECT -1, 0, NULL, 0, NULL")
    return f"{' UNION ALL '.join(parts)} ORDER BY 1 DESC LIMIT 15", parameters


@pytest.mark.parametrize("in_parts", [False, True])
async def test_rows_read_aside_are_the_rows(database: Database, in_parts: bool) -> None:
    for rows in (
        [],
        [(1, None, 0, "")],
        [(2**53, 'Said "no",\r\n\t\\u0041 \x01\x1f', 1, "今日は 😀 \u2028 \u202ertl")],
        [(number, f"note {number}", number, None) for number in range(20)],
    ):
        sql, parameters = selecting(rows)
        expected = [tuple(row) for row in await database.fetch(sql, parameters)]
        found = await database.fetch_aside(sql, parameters, in_parts=in_parts)
        assert [tuple(row) for row in found] == expected


async def test_many_rows_come_in_parts_between_which_others_have_their_turn(
    database: Database,
) -> None:
    numbers = (
        "WITH RECURSIVE numbers(number) AS "
        "(SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 1050) "
        "SELECT number FROM numbers ORDER BY number"
    )

    seen: list[str] = []

    async def others() -> None:
        while True:
            seen.append("others")
            await asyncio.sleep(0)

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if (event == "c_call" and called is orjson.loads) or (
            event == "call" and frame.f_code is asyncpg.cursor.Cursor.fetch.__code__
        ):
            seen.append("part")

    task = asyncio.create_task(others())
    sys.setprofile(watch)
    try:
        rows = await database.fetch_aside(numbers, in_parts=True)
    finally:
        sys.setprofile(None)
        task.cancel()

    assert [tuple(row) for row in rows] == [(number,) for number in range(1, 1051)]
    assert seen.count("part") >= 11
    assert ("part", "part") not in pairwise(seen)


async def test_a_statement_that_is_wrong_is_said_to_be_so(database: Database) -> None:
    with pytest.raises(OperationalError):
        await database.fetch_aside("SELECT nothing.of_the_kind FROM session")


async def test_many_can_begin_to_read_aside_at_once(own_database: Database) -> None:
    answers = await asyncio.gather(*(own_database.fetch_aside("SELECT 1, 'a'") for _ in range(20)))

    assert [[tuple(row) for row in answer] for answer in answers] == [[(1, "a")]] * 20


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_thread_is_given_the_interpreter_once_and_where_nobody_is_there(
    own_database: Database,
) -> None:
    given = 0

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal given
        given += event == "call" and frame.f_code is threading.Event.wait.__code__

    async def times(*, is_alone: bool, at_once: int) -> int:
        nonlocal given
        given = 0
        reads: Any = own_database.client
        sys.setprofile(watch)
        try:
            asked = [
                reads.fetch_aside("SELECT 1, 'a'", (), False, is_alone) for _ in range(at_once)
            ]
            await asyncio.gather(*asked)
        finally:
            sys.setprofile(None)
        return given

    await own_database.fetch_aside("SELECT 1")  # its connection is there

    assert await times(is_alone=True, at_once=1) == 1
    assert await times(is_alone=True, at_once=5) == 1
    assert await times(is_alone=False, at_once=5) == 0


async def test_who_gives_way_lets_those_go_who_can(database: Database) -> None:
    gone: list[int] = []

    async def others() -> None:
        gone.append(1)

    task = asyncio.create_task(others())
    await database.give_way()

    assert gone == [1]
    await task


@pytest.mark.parametrize("engine", ["postgres"])
async def test_who_gives_way_goes_on_although_somebody_waits_for_long(
    database: Database, shared_url: str
) -> None:
    """SQLite has nothing that a read could wait for."""
    holder = await asyncpg.connect(shared_url)
    try:
        await holder.execute("SELECT pg_advisory_lock(4711)")
        waiting = asyncio.create_task(database.fetch("SELECT pg_advisory_lock_shared(4711)::text"))
        await database.give_way()
        await database.give_way()
        assert not waiting.done()
        await holder.execute("SELECT pg_advisory_unlock(4711)")
        await waiting
        await database.fetch("SELECT pg_advisory_unlock_all()::text")
    finally:
        await holder.close()


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("way", ["fetch", "fetch_aside", "stream"])
async def test_a_reader_that_is_given_up_on_while_it_opens_is_closed_with_the_database(
    url: str, way: str
) -> None:
    """Each connection of SQLite's has a thread, which ends when it is closed."""
    before = set(threading.enumerate())
    for turns in range(12):
        async with Database(url) as database:

            async def read(database: Database = database) -> None:
                if way == "stream":
                    async for _ in database.stream("SELECT 1"):
                        pass
                else:
                    await getattr(database, way)("SELECT 1")

            reading = asyncio.create_task(read())
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await drain()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)

    assert set(threading.enumerate()) <= before
