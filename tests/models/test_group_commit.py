"""Writes that share a COMMIT: each is still all or nothing, and told to nobody before it is kept.

SQLite only: PostgreSQL has many writers, and gathers their commits by itself.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from random import Random
from typing import Any

import pytest

from models.database import Database, sqlite_path
from models.engines.group_commit import MOST, TransactionLost
from models.transaction import Transaction, write
from models.unavailable import is_unavailable

ADD = "INSERT INTO attempt_limit (name, used_up_until_ms) VALUES ($1, 0) RETURNING name"

Work = Callable[[Transaction], Awaitable[None]]


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def traced(own_database: Database) -> list[str]:
    """What the writing connection was told, from its first write on."""
    await write(own_database, adding("before"))
    statements: list[str] = []
    connection: Any = own_database.client._connection
    await connection.set_trace_callback(statements.append)
    return statements


def full(name: str) -> str:
    return f"{name:0>64}"


def adding(name: str) -> Work:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch(ADD, [full(name)])

    return work


def ends(statements: Iterable[str]) -> Counter[str]:
    words = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return Counter(one.split()[0] for one in statements if one.startswith(words))


async def kept(database: Database) -> set[str]:
    rows = await database.fetch("SELECT name FROM attempt_limit")
    return {name.lstrip("0") for (name,) in rows} - {"before"}


async def all_of(database: Database, works: Iterable[Work]) -> list[BaseException | None]:
    return await asyncio.gather(*(write(database, one) for one in works), return_exceptions=True)


async def test_a_write_alone_is_one_transaction_without_a_savepoint(
    own_database: Database, traced: list[str]
) -> None:
    for number in range(3):
        await write(own_database, adding(f"n{number}"))

    assert ends(traced) == {"BEGIN": 3, "COMMIT": 3}


async def test_writes_that_come_together_share_a_commit(
    own_database: Database, traced: list[str]
) -> None:
    names = {f"n{number}" for number in range(MOST)}

    await all_of(own_database, map(adding, names))

    assert ends(traced)["BEGIN"] == ends(traced)["COMMIT"] == 1
    assert await kept(own_database) == names


async def test_no_more_share_one_than_may(own_database: Database, traced: list[str]) -> None:
    names = {f"n{number}" for number in range(3 * MOST)}

    await all_of(own_database, map(adding, names))

    assert ends(traced)["COMMIT"] == 3
    assert await kept(own_database) == names


async def test_nobody_hears_of_a_write_or_a_refusal_before_the_commit(
    own_database: Database, traced: list[str]
) -> None:
    async def refused(transaction: Transaction) -> None:
        await transaction.fetch("SELECT name FROM attempt_limit")
        raise LookupError

    async def told(name: str, work: Work) -> None:
        try:
            await write(own_database, work)
        except LookupError:
            name = f"{name}, refused"
        traced.append(f"told {name}")

    await asyncio.gather(told("a", adding("a")), told("b", refused), told("c", adding("c")))

    commit = traced.index("COMMIT")
    assert {one for one in traced[commit:] if one.startswith("told")} == {
        *("told a", "told b, refused", "told c")
    }
    assert not any(one.startswith("told") for one in traced[:commit])


async def test_a_write_that_fails_takes_only_itself_back(own_database: Database) -> None:
    def failing(name: str) -> Work:
        async def work(transaction: Transaction) -> None:
            await adding(name)(transaction)
            raise LookupError(name)

        return work

    works = [
        failing(f"n{number}") if number % 3 == 0 else adding(f"n{number}") for number in range(40)
    ]

    outcomes = await all_of(own_database, works)

    assert await kept(own_database) == {f"n{number}" for number in range(40) if number % 3}
    assert [type(one) for one in outcomes] == [
        LookupError if number % 3 == 0 else type(None) for number in range(40)
    ]


async def test_a_commit_that_fails_fails_all_whose_writes_it_was(own_database: Database) -> None:
    async def breaking(transaction: Transaction) -> None:
        await transaction.fetch("PRAGMA defer_foreign_keys=ON")
        await transaction.fetch(
            "INSERT INTO outside_identity VALUES ('prc_nobody', 'oid_1', 'https://id.example.org', "
            "'one', '2026-05-01T09:00:00Z') RETURNING id"
        )

    async def refused(_transaction: Transaction) -> None:
        raise LookupError

    outcomes = await all_of(own_database, [adding("a"), breaking, refused, adding("b")])

    assert [type(one) for one in outcomes] == [sqlite3.IntegrityError] * 4
    assert len(set(map(id, outcomes))) == 4
    assert await kept(own_database) == set()
    await write(own_database, adding("after"))
    assert await kept(own_database) == {"after"}


async def test_a_transaction_that_sqlite_gives_up_is_lost_for_those_in_it_and_no_others(
    own_database: Database,
) -> None:
    async def giving_up(transaction: Transaction) -> None:
        # As a full disk does: it undoes the whole transaction, and not the statement alone.
        await transaction.fetch(ADD.replace("INSERT", "INSERT OR ROLLBACK"), [full("a")])

    outcomes = await all_of(own_database, [adding("a"), giving_up, adding("b")])

    lost, failed, later = outcomes
    assert isinstance(lost, TransactionLost)
    assert is_unavailable(lost)
    assert failed is not None
    assert later is None
    assert await kept(own_database) == {"b"}


async def test_callers_who_leave_take_nobody_along(own_database: Database) -> None:
    """Without the help of `write`, at two hundred different moments."""
    random, client = Random(3), own_database.client

    async def one(name: str) -> None:
        async with client._in_transaction() as transaction:
            await adding(name)(transaction)  # type: ignore[arg-type]  # our engine's
            await asyncio.sleep(0)

    leaving, staying = [], []
    for number in range(200):
        leaving.append(asyncio.create_task(one(f"leaves{number}")))
        staying.append(asyncio.create_task(one(f"stays{number}")))
        for _ in range(random.randrange(30)):
            await asyncio.sleep(0)
        random.choice(leaving).cancel()
    async with asyncio.timeout(60):
        await asyncio.gather(*staying)
        await asyncio.wait(leaving)

    found = await kept(own_database)
    assert {f"stays{number}" for number in range(200)} <= found
    told = {f"leaves{number}" for number, task in enumerate(leaving) if not task.cancelled()}
    assert told <= found


async def test_a_database_held_by_others_for_too_long_fails_those_who_waited_for_it(
    url: str,
) -> None:
    async with Database(url, busy_seconds=0.01) as database:
        await write(database, adding("before"))
        other = sqlite3.connect(sqlite_path(url), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        outcomes = await all_of(database, [adding("a"), adding("b")])

        other.execute("ROLLBACK")
        other.close()
        assert [type(one) for one in outcomes] == [sqlite3.OperationalError] * 2
        assert all(is_unavailable(one) for one in outcomes)
        await all_of(database, [adding("c"), adding("d")])
        assert await kept(database) == {"c", "d"}


async def test_a_transaction_cannot_be_ended_by_hand(own_database: Database) -> None:
    async def work(transaction: Any) -> None:
        await transaction.commit()

    with pytest.raises(Exception, match="begins and ends with its block"):
        await write(own_database, work)


async def test_a_full_disk_loses_none_of_the_writes_that_were_told_of(
    own_database: Database,
) -> None:
    """SQLite's own bound stands in for the disk's."""
    ask = own_database.client.execute_query_dict
    (pages,) = (await ask("PRAGMA page_count"))[0].values()
    await ask(f"PRAGMA max_page_count = {pages}")
    names = [f"n{number}" for number in range(400)]

    outcomes = await all_of(own_database, map(adding, names))

    told = {name for name, one in zip(names, outcomes, strict=True) if one is None}
    assert await kept(own_database) == told
    failures = [one for one in outcomes if one is not None]
    assert failures
    assert all(is_unavailable(one) for one in failures)
    await ask("PRAGMA max_page_count = 1000000")
    await write(own_database, adding("after"))
    assert await kept(own_database) == {*told, "after"}


async def test_a_database_that_is_closed_leaves_nobody_waiting(url: str) -> None:
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(transaction: Transaction) -> None:
        await adding("slow")(transaction)
        begun.set()
        await may_go_on.wait()

    async with Database(url) as database:
        writes = asyncio.ensure_future(all_of(database, [slow, adding("a"), adding("b")]))
        await begun.wait()
        await database.client.close()
        may_go_on.set()

        async with asyncio.timeout(10):
            outcomes = await writes

    assert all(isinstance(one, Exception) for one in outcomes)
    async with Database(url) as database:
        assert await kept(database) == set()
