"""Reading a history in chunks: how many statements that takes, and how they are run."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

from models.enums import SessionStatus
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.reading import read_chunks
from resolvers.scalars import TimeZone
from resolvers.session_filter import SessionFilter, SessionPeriod, SessionSort
from tests.practice import NOW, Practice
from tests.statements import RecordedDatabase

ORDERED: Final[list[tuple[SessionSort, SessionFilter | None]]] = [
    (SessionSort.NEWEST_FIRST, None),
    (SessionSort.OLDEST_FIRST, SessionFilter(period=SessionPeriod.PAST)),
    (SessionSort.BY_STATUS, None),
    (SessionSort.BY_STATUS, SessionFilter(period=SessionPeriod.PAST)),
]


@pytest.fixture
async def practice(shared_url: str) -> AsyncIterator[Practice]:
    """A practice whose database remembers what it was asked."""
    async with RecordedDatabase(shared_url) as database:
        yield await Practice.of(database)


async def statements_of_chunks(
    practice: Practice, asked: HistoryAsked, *, size: int
) -> tuple[list[int], list[tuple[str, list[object]]]]:
    """How many sessions came at a time, and what they were read with."""
    database = practice.database
    assert isinstance(database, RecordedDatabase)
    database.statements.clear()
    context = Context(database=database, principal=practice.principal(), now=NOW)
    chunks = [len(chunk) async for chunk in read_chunks(context, asked, size=size)]
    return chunks, list(database.statements)


def of(client_id: str, sort: SessionSort, filter_: SessionFilter | None) -> HistoryAsked:
    return HistoryAsked(client_id, filter_, sort, TimeZone("UTC"), with_private_notes=True)


@pytest.mark.parametrize(("sort", "filter_"), ORDERED)
async def test_each_chunk_is_one_statement_and_no_larger_than_it_is_to_be(
    practice: Practice, sort: SessionSort, filter_: SessionFilter | None
) -> None:
    client = await practice.add_client()
    for number in range(7):
        at = NOW - timedelta(days=9 - number // 2)
        await practice.add_session(client, at, SessionStatus.COMPLETED)

    chunks, statements = await statements_of_chunks(practice, of(client.id, sort, filter_), size=3)

    assert chunks == [3, 3, 1]
    assert len(statements) == 3


@pytest.mark.parametrize(("sort", "filter_"), ORDERED)
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_every_chunk_is_sought_in_an_index_and_nothing_is_sorted(
    practice: Practice, sort: SessionSort, filter_: SessionFilter | None
) -> None:
    """PostgreSQL reads a table as small as this one as a whole, whatever the statement."""
    client = await practice.add_client()
    for number in range(7):
        await practice.add_session(client, NOW - timedelta(days=9 - number // 2))

    _, statements = await statements_of_chunks(practice, of(client.id, sort, filter_), size=3)

    assert isinstance(practice.database, RecordedDatabase)
    for sql, parameters in statements:
        plan = await practice.database.plan_of(sql, parameters)
        assert [step for step in plan if "SCAN session" in step] == [], plan
        if sort is not SessionSort.BY_STATUS or filter_ is None:
            assert [step for step in plan if "TEMP B-TREE" in step] == [], plan
