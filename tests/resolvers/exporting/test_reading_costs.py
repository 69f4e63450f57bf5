"""What reading a history takes: statements, and how much of it is in memory at once."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.reading import Row, read_chunks
from resolvers.scalars import TimeZone
from resolvers.session_filter import SessionSort
from tests.practice import NOW, Practice
from tests.resolvers.test_pages import add_many
from tests.statements import RecordedDatabase

SIZE = 100


@pytest.fixture
async def practice(shared_url: str) -> AsyncIterator[Practice]:
    """A practice whose database remembers what it was asked."""
    async with RecordedDatabase(shared_url) as database:
        yield await Practice.of(database)


def chunks_of(practice: Practice, client_id: str, *, size: int = SIZE) -> AsyncIterator[list[Row]]:
    context = Context(database=practice.database, principal=practice.principal(), now=NOW)
    asked = HistoryAsked(
        client_id, None, SessionSort.NEWEST_FIRST, TimeZone("UTC"), with_private_notes=True
    )
    return read_chunks(context, asked, size=size)


def statements_of(practice: Practice) -> int:
    database = practice.database
    assert isinstance(database, RecordedDatabase)
    return len(database.statements)


async def test_a_history_takes_a_statement_for_each_full_chunk_and_one_for_a_small_first(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    await add_many(practice, client.id, 450, Random(1))
    before = statements_of(practice)

    chunks = [len(chunk) async for chunk in chunks_of(practice, client.id)]

    assert chunks == [50, 100, 100, 100, 100]
    assert statements_of(practice) - before == 5


async def test_no_more_than_one_chunk_is_read_ahead(practice: Practice) -> None:
    client = await practice.add_client()
    await add_many(practice, client.id, 450, Random(1))
    before = statements_of(practice)
    chunks = chunks_of(practice, client.id)

    for taken in range(1, 4):
        await anext(chunks)
        await asyncio.sleep(0.02)  # whoever takes its time
        assert statements_of(practice) - before <= taken + 1


async def test_a_reader_who_leaves_leaves_nothing_behind(practice: Practice) -> None:
    client = await practice.add_client()
    await add_many(practice, client.id, 120, Random(1))
    others = asyncio.all_tasks()
    chunks = chunks_of(practice, client.id)
    await anext(chunks)

    await chunks.aclose()  # type: ignore[attr-defined]  # it is a generator

    assert asyncio.all_tasks() == others


async def test_the_longer_the_notes_the_fewer_sessions_are_read_at_once(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    for number in range(120):
        await practice.add_session(client, customer_notes=f"{number}" + "x" * 60_000)

    chunks = [len(chunk) async for chunk in chunks_of(practice, client.id, size=500)]

    assert sum(chunks) == 120
    assert max(chunks[1:]) <= 17


async def test_exports_read_on_no_connection_that_pages_wait_for(practice: Practice) -> None:
    client = await practice.add_client()
    await add_many(practice, client.id, 120, Random(1))
    database = practice.database
    assert isinstance(database, RecordedDatabase)
    database.statements.clear()
    database.aside.clear()

    read = [chunk async for chunk in chunks_of(practice, client.id)]

    assert sum(map(len, read)) == 120
    assert database.aside == database.statements
