"""Reads of a few rows: the rows that any other read gives, and no long one holds others up."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from models.database import Database
from models.engines.brief import BriefReader
from models.transaction import Transaction, write
from tests.practice import Practice

ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
    "SELECT max(i) FROM n"
)


async def test_it_gives_the_rows_that_any_other_read_gives(database: Database) -> None:
    sql = "SELECT 1 AS one, 'two' AS two UNION ALL SELECT 3, NULL"

    brief = await database.fetch_brief(sql)

    assert [tuple(row) for row in brief] == [tuple(row) for row in await database.fetch(sql)]


async def test_it_sees_what_was_committed_and_nothing_else(practice: Practice) -> None:
    database, identifier = practice.database, practice.practitioner.id
    named = "SELECT name FROM practitioner WHERE id = $1"

    async def work(transaction: Transaction) -> list[str]:
        await transaction.fetch(
            "UPDATE practitioner SET name = 'New' WHERE id = $1 RETURNING id", [identifier]
        )
        return [
            (await reader.fetch_brief(named, [identifier]))[0][0]
            for reader in (transaction, database)
        ]

    assert await write(database, work) == ["New", practice.practitioner.name]
    ((after,),) = await database.fetch_brief(named, [identifier])
    assert after == "New"


@pytest.mark.parametrize("engine", ["sqlite"])  # PostgreSQL reads in a process of its own
async def test_no_thread_is_asked(database: Database) -> None:
    await database.fetch_brief("SELECT 1")
    threads = set(threading.enumerate())

    for _ in range(100):
        await database.fetch_brief("SELECT 1")

    assert set(threading.enumerate()) == threads


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_one_that_turns_out_to_be_long_is_read_by_a_thread(database: Database) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    answered = asyncio.create_task(others())
    ((found,),) = await database.fetch_brief(ENDLESS.format(1_000_000))
    answered.cancel()

    assert found == 1_000_000
    assert turns > 2


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_fault_is_told_as_by_any_other_read(database: Database) -> None:
    with pytest.raises(Exception, match="no such table") as brief:
        await database.fetch_brief("SELECT * FROM nowhere")
    with pytest.raises(Exception, match="no such table") as other:
        await database.fetch("SELECT * FROM nowhere")

    assert type(brief.value) is type(other.value)


def test_its_time_is_up_when_the_clock_says_so(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    sqlite3.connect(path).close()
    out_of_time, in_time = (
        BriefReader(str(path), longest_seconds=seconds) for seconds in (-1.0, 60.0)
    )
    try:
        assert out_of_time.fetch(ENDLESS.format(100_000), ()) is None
        assert out_of_time.fetch("SELECT 1", ()) == [(1,)]  # over before anybody looks
        assert in_time.fetch(ENDLESS.format(100_000), ()) == [(100_000,)]
    finally:
        out_of_time.close()
        in_time.close()


def test_one_that_was_long_is_passed_over_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    sqlite3.connect(path).close()
    sql = f"SELECT max(i) FROM ({ENDLESS.format('?1').replace('max(i)', 'i')})"
    reader = BriefReader(str(path), longest_seconds=-1.0)
    try:
        assert reader.fetch(sql, (100_000,)) is None
        assert [reader.fetch(sql, (3,)) for _ in range(50)] == [None] * 50
        assert reader.fetch(sql, (3,)) == [(3,)]
    finally:
        reader.close()


def test_statements_are_prepared_once_although_one_was_ended(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    sqlite3.connect(path).close()
    prepared = 0

    def count(*_: object) -> int:
        nonlocal prepared
        prepared += 1
        return sqlite3.SQLITE_OK

    reader = BriefReader(str(path), longest_seconds=-1.0)
    try:
        reader.fetch(ENDLESS.format(100_000), ())
        reader.fetch("SELECT 1", ())
        assert reader._connection is not None
        reader._connection.set_authorizer(count)
        for _ in range(52):
            reader.fetch(ENDLESS.format(10), ())
        first = prepared
        for _ in range(10):
            reader.fetch(ENDLESS.format(10), ())
        assert prepared == first > 0
    finally:
        reader.close()


def test_a_file_that_is_not_there_is_left_to_those_who_wait(tmp_path: Path) -> None:
    reader = BriefReader(str(tmp_path / "none.db"))

    assert reader.fetch("SELECT 1", ()) is None
    assert not list(tmp_path.iterdir())


def test_it_never_waits_for_a_lock_and_never_writes(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    writer = sqlite3.connect(path, isolation_level=None)
    reader = BriefReader(str(path))
    try:
        writer.execute("CREATE TABLE kept (it)")
        assert reader.fetch("SELECT count(*) FROM kept", ()) == [(0,)]
        assert reader.fetch("INSERT INTO kept VALUES (1)", ()) is None
        writer.execute("BEGIN EXCLUSIVE")
        assert reader.fetch("SELECT count(*) FROM kept", ()) is None
        writer.execute("ROLLBACK")
        assert reader.fetch("SELECT count(*) FROM kept", ()) == [(0,)]
    finally:
        reader.close()
        writer.close()
