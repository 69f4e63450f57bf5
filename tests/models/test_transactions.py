"""Transactions: whole or not at all, and never in the way of others, whenever a caller leaves."""

import asyncio
from random import Random

import pytest

from models import Client
from models.identifiers import Kind, new_id
from models.transaction import Transaction, drain, orm, write
from tests.practice import NOW, Practice


async def add_two(practice: Practice, transaction: Transaction, name: str) -> None:
    """Two clients, with a pause between them."""
    for number in (1, 2):
        await Client.create(
            practitioner_id=practice.practitioner.id,
            id=new_id(Kind.CLIENT),
            name=f"{name} {number}",
            time_zone="UTC",
            search_text="",
            sort_name="",
            created_at=NOW,
            updated_at=NOW,
            using_db=orm(transaction),
        )
        await asyncio.sleep(0)


async def names(practice: Practice) -> list[str]:
    rows = await practice.database.fetch(
        "SELECT name FROM client WHERE practitioner_id = $1 ORDER BY name",
        [practice.practitioner.id],
    )
    return [name for (name,) in rows]


async def test_a_write_that_fails_leaves_nothing(practice: Practice) -> None:
    async def work(transaction: Transaction) -> None:
        await add_two(practice, transaction, "lost")
        raise LookupError

    with pytest.raises(LookupError):
        await write(practice.database, work)

    assert await names(practice) == []


async def test_a_write_finishes_although_its_caller_is_cancelled(practice: Practice) -> None:
    """At a hundred different moments: each write is there whole, and the database still answers."""
    random = Random(7)
    for number in range(100):

        async def work(transaction: Transaction, name: str = f"{number:03}") -> None:
            await add_two(practice, transaction, name)

        caller = asyncio.create_task(write(practice.database, work))
        for _ in range(random.randrange(1, 40)):
            await asyncio.sleep(0)
        if number % 3 == 0:
            await asyncio.sleep(random.random() * 0.003)
        caller.cancel()
        await asyncio.wait([caller])
    await drain()

    expected = [f"{number:03} {part}" for number in range(100) for part in (1, 2)]
    assert await names(practice) == expected


async def test_a_transaction_cancelled_at_any_moment_gives_back_what_it_took(
    practice: Practice,
) -> None:
    """Without the help of `write`: the lock of SQLite, the connections of a PostgreSQL pool."""
    client = practice.database.client
    for turns in range(60):

        async def cut_off() -> None:
            async with client._in_transaction() as transaction:
                await add_two(practice, transaction, "cut off")  # type: ignore[arg-type]
                await asyncio.sleep(1)

        task = asyncio.create_task(cut_off())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    async def work(transaction: Transaction) -> None:
        await add_two(practice, transaction, "kept")

    async with asyncio.timeout(10):
        await asyncio.gather(*(write(practice.database, work) for _ in range(8)))
    assert set(await names(practice)) == {"kept 1", "kept 2"}


async def test_a_bulk_insert_cut_off_at_any_moment_is_whole_or_absent(practice: Practice) -> None:
    for turns in range(30):
        rows = [
            Client(
                practitioner_id=practice.practitioner.id,
                id=new_id(Kind.CLIENT),
                name=f"{turns:02}",
                time_zone="UTC",
                search_text="",
                sort_name="",
                created_at=NOW,
                updated_at=NOW,
            )
            for _ in range(50)
        ]
        task = asyncio.ensure_future(Client.bulk_create(rows))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    found = await names(practice)
    assert all(found.count(name) == 50 for name in set(found))
    later = await practice.add_client("Acknowledged")
    assert later.name in await names(practice)


async def test_a_task_that_outlives_its_transaction_cannot_write_into_another(
    practice: Practice,
) -> None:
    kept: list[Transaction] = []

    async def work(transaction: Transaction) -> None:
        kept.append(transaction)

    await write(practice.database, work)

    with pytest.raises(Exception, match=r"transaction is over|released|closed|not connected"):
        await add_two(practice, kept[0], "late")
    assert await names(practice) == []


async def test_a_savepoint_undoes_its_own_part_only(practice: Practice) -> None:
    async def work(transaction: Transaction) -> None:
        await add_two(practice, transaction, "outer")
        with pytest.raises(LookupError):
            async with orm(transaction)._in_transaction() as inner:
                await add_two(practice, inner, "inner")  # type: ignore[arg-type]
                raise LookupError
        async with orm(transaction)._in_transaction() as inner:
            await add_two(practice, inner, "second")  # type: ignore[arg-type]

    await write(practice.database, work)

    assert await names(practice) == ["outer 1", "outer 2", "second 1", "second 2"]


async def test_reads_do_not_wait_for_a_transaction(practice: Practice) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def work(transaction: Transaction) -> None:
        await add_two(practice, transaction, "unseen")
        begun.set()
        await may_end.wait()

    writing = asyncio.create_task(write(practice.database, work))
    await begun.wait()
    async with asyncio.timeout(5):
        assert await names(practice) == []
    may_end.set()
    await writing
    assert await names(practice) == ["unseen 1", "unseen 2"]
